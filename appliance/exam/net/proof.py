"""Whether packets proved that the line is closed, when, and whether a new proof is owed."""

from dataclasses import dataclass, replace

from appliance.events import Body, Moment
from appliance.events.bodies import (
    NetworkDrifted,
    NetworkHeld,
    NetworkProofAsked,
    NetworkProven,
    NetworkUnproven,
)
from appliance.exam import phase as phases
from appliance.exam.net.firewall import ENFORCED, FirewallState

EVERY_S = 60.0
FRESH_S = 180.0  # in an exam phase
FRESH_ELSEWHERE_S = 3600.0  # a person asked for it there (our judgement)
RESTS = "rest"
SHOWN_KINDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofState:
    """The last run that said something (`at`), and the last that was tried; `reason` is why that one said nothing.

    `tries` counts runs of this record. `at`, `tried` and `full_at`, the last run of every kind that let nothing
    out, are None where the rules were loaded anew since. `asked`: somebody waits for a run of every kind since then.
    """

    at: Moment | None = None
    sent: int = 0
    seen_inside: int = 0
    kinds: int = 0
    leaked: tuple[str, ...] = ()
    took_s: float = 0.0
    tried: Moment | None = None
    tries: int = 0
    reason: str = ""
    full_at: Moment | None = None
    asked: Moment | None = None


def after(state: ProofState, body: Body, now: Moment) -> ProofState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case NetworkProven():
            return ProofState(
                at=now,
                sent=body.sent,
                seen_inside=body.seen_inside,
                kinds=body.kinds,
                leaked=body.leaked,
                took_s=body.took_s,
                tried=now,
                tries=state.tries + 1,
                full_at=None if body.leaked else now if body.full else state.full_at,
                asked=None if body.full else state.asked,
            )
        case NetworkProofAsked():
            return replace(state, asked=now)
        case NetworkUnproven(reason=reason):
            return replace(state, tried=now, tries=state.tries + 1, reason=reason, asked=None)
        case NetworkHeld() | NetworkDrifted():
            return replace(state, at=None, leaked=(), tried=None, reason="", full_at=None)
    return state


def after_boot(state: ProofState, same_boot: bool) -> ProofState:
    """A proof says nothing of another boot's rules."""
    return state if same_boot else ProofState(tries=state.tries)


def proof_level(state: ProofState, rules: FirewallState, phase: str, now: Moment) -> str:
    """`rest`, or `owed` and the number of the run that is owed, and `full` where it is one of every kind.

    In an exam phase, as long as rules are held, a run within the last minute is owed; elsewhere one that was asked for.
    """
    if not rules.digest or rules.drift or rules.unknown:
        return RESTS
    if phase not in phases.EXAM_PHASES:
        return f"owed {state.tries} full" if full_owed(state, phase) else RESTS
    lately = state.tried is not None and now.comparable(state.tried) and now.since(state.tried) < EVERY_S
    return RESTS if lately else f"owed {state.tries}"


def full_owed(state: ProofState, phase: str) -> bool:
    """Whether the next run is one of every kind: in an exam phase some of them could disturb, were there no rules."""
    return state.asked is not None and phase not in phases.EXAM_PHASES


def proves(mode: str, simulated: bool) -> bool:
    """Whether packets can prove anything there: where rules of a real kernel close a line."""
    return mode in ENFORCED and not simulated


def fresh(state: ProofState, phase: str, now: Moment) -> bool:
    """Whether the last run that said something still says it now."""
    if state.at is None or not now.comparable(state.at):
        return False
    return now.since(state.at) <= (FRESH_S if phase in phases.EXAM_PHASES else FRESH_ELSEWHERE_S)


def proof_row(state: ProofState, phase: str, now: Moment) -> dict[str, object]:
    """What a reader sees: `verified_at` only while a run is fresh and nothing came out."""
    told = fresh(state, phase, now)
    row: dict[str, object] = {
        "proof": {
            "at": state.at.wall.isoformat() if state.at else None,
            "fresh": told,
            "sent": state.sent,
            "seen_inside": state.seen_inside,
            "kinds": state.kinds,
            "leaked": list(state.leaked[:SHOWN_KINDS]),
            "leaks": len(state.leaked),
            "took_s": state.took_s,
            "full_at": state.full_at.wall.isoformat() if state.full_at else None,
            "full_owed": full_owed(state, phase),
            "reason": state.reason,
        }
    }
    if told and state.at is not None and not state.leaked:
        row["verified_at"] = state.at.wall.isoformat()
    return row
