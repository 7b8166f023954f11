"""What the record says of the exam network: windows that people opened, what was dropped, who is there."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from appliance.events import Body, Moment
from appliance.events.bodies import (
    NetworkDoubled,
    NetworkFlooded,
    NetworkLedger,
    NetworkMoved,
    NetworkOffered,
    NetworkPresent,
    NetworkProven,
    NetworkStranger,
    NetworkUnknown,
    RehearsalEnded,
    RehearsalStarted,
    WindowClosed,
    WindowOpened,
)
from appliance.exam.net import proof as proofs
from appliance.exam.net.classes import bound_of
from appliance.exam.net.proof import ProofState
from appliance.exam.net.tally import Tally, grown

Told = TypeVar("Told")
MORE, MAINTENANCE, TWO = "more", "maintenance", "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A window that people opened, from `at` on for `minutes`; `presses` how often it was made longer.

    The other fields are those of `events.window.WindowOpened`.
    """

    name: str
    at: Moment
    minutes: int
    how: str
    reason: str = ""
    by: str = ""
    chief: str = ""
    technician: str = ""
    server: str = ""
    to: tuple[str, ...] = ()
    presses: int = 0

    @property
    def until_mono_s(self) -> float:
        """Its end by CLOCK_BOOTTIME: no jump of the wall clock moves it."""
        return self.at.mono_s + 60 * self.minutes

    def over(self, now: Moment) -> bool:
        """Whether its time is over; after a boot it is, for the kernel has forgotten it."""
        return now.boot_id != self.at.boot_id or now.mono_s >= self.until_mono_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Nothing is held back from `at` on for `minutes`, until it has `ended`; `lost` by a start of the guard.

    `before` and `after`: packets on record by machine and kind when it began and ended.
    """

    at: Moment
    minutes: int
    technician: str
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    ended: Moment | None = None
    lost: bool = False

    @property
    def until_mono_s(self) -> float:
        """Its end by CLOCK_BOOTTIME."""
        return self.at.mono_s + 60 * self.minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class NetState:
    """`windows`: those that people opened, at most one of a name.

    `tallies` by machine and kind, as `02:50:00:00:00:11 dns`. `strangers` by MAC, `moved` by seat, `doubled` by
    address, `offers` by MAC and what, each the body that told it. `others`: names of servers and devices that are
    there, `others_gone` since when for the rest. `rehearsal`: the last one. `proof`: what packets proved of the line.
    `read`: parts (presence, ledger) read since this boot, `unknown` why one can not be read.
    """

    windows: tuple[Opened, ...] = ()
    tallies: dict[str, Tally] = field(default_factory=dict)
    flooded: Moment | None = None
    strangers: dict[str, NetworkStranger] = field(default_factory=dict)
    moved: dict[str, NetworkMoved] = field(default_factory=dict)
    doubled: dict[str, NetworkDoubled] = field(default_factory=dict)
    offers: dict[str, NetworkOffered] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    others_gone: dict[str, Moment] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    unknown: dict[str, str] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None
    proof: ProofState = field(default_factory=ProofState)

    def sees(self, part: str) -> bool:
        """Whether a part was read since this boot, and can be."""
        return part in self.read and part not in self.unknown


def after(net: NetState, body: Body, now: Moment) -> NetState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case WindowOpened(name=name):
            return replace(net, windows=(*_others(net, name), _opened(net, body, now)))
        case WindowClosed(name=name):
            return replace(net, windows=_others(net, name))
        case NetworkLedger():
            return replace(net, tallies=net.tallies | {f"{body.mac} {body.what}": _tally(net, body, now)})
        case NetworkFlooded():
            return replace(net, flooded=now)
        case RehearsalStarted(minutes=minutes, technician=technician):
            begun = Rehearsal(at=now, minutes=minutes, technician=technician, before=_totals(net))
            return replace(net, rehearsal=begun)
        case RehearsalEnded() if net.rehearsal is not None:
            ended = replace(net.rehearsal, ended=now, after=_totals(net))
            # Whatever was proven before it, other rules are loaded now.
            return replace(net, rehearsal=ended, proof=replace(net.proof, at=None, leaked=(), tried=None, full_at=None))
    seen = _after_presence(net, body, now)
    if isinstance(body, NetworkProven) and net.rehearsal is not None and net.rehearsal.ended is None:
        return seen  # what is meant to pass passes then: it proves nothing, and nothing is wrong
    proof = proofs.after(seen.proof, body, now)
    return seen if proof is seen.proof else replace(seen, proof=proof)


def after_boot(net: NetState, same_boot: bool) -> NetState:
    """Nothing is read yet when the guard starts; who was there before a boot says nothing of who is there now."""
    net = replace(net, read=(), unknown={}, proof=proofs.after_boot(net.proof, same_boot))
    if net.rehearsal is not None and net.rehearsal.ended is None:
        net = replace(net, rehearsal=replace(net.rehearsal, lost=True))
    return net if same_boot else replace(net, strangers={}, moved={}, doubled={}, offers={})


def _after_presence(net: NetState, body: Body, now: Moment) -> NetState:
    match body:
        case NetworkStranger(mac=mac):
            return replace(net, strangers=_kept(net.strangers, mac, body, body.here))
        case NetworkMoved(seat=seat):
            return replace(net, moved=_kept(net.moved, seat, body, body.here))
        case NetworkDoubled(ip=ip):
            return replace(net, doubled=_kept(net.doubled, ip, body, body.here))
        case NetworkOffered(mac=mac, what=what):
            return replace(net, offers=_kept(net.offers, f"{mac} {what}", body, body.here))
        case NetworkPresent(arrived=arrived, gone=gone):
            there = tuple(sorted((set(net.others) | set(arrived)) - set(gone)))
            since = {n: at for n, at in net.others_gone.items() if n not in there}
            return replace(net, others=there, others_gone={**dict.fromkeys(gone, now), **since})
        case NetworkUnknown(part=part, reason=reason) if reason:
            return replace(net, unknown=net.unknown | {part: reason})
        case NetworkUnknown(part=part):
            rest = {name: why for name, why in net.unknown.items() if name != part}
            return replace(net, unknown=rest, read=(*(n for n in net.read if n != part), part))
    return net


def _totals(net: NetState) -> dict[str, int]:
    return {key: tally.total for key, tally in net.tallies.items()}


def _kept(known: dict[str, Told], key: str, body: Told, here: bool) -> dict[str, Told]:
    rest = {name: each for name, each in known.items() if name != key}
    return rest | {key: body} if here else rest


def _opened(net: NetState, body: WindowOpened, now: Moment) -> Opened:
    before = next((each for each in net.windows if each.name == body.name), None)
    presses = before.presses + 1 if before is not None and body.how == MORE else int(body.how == MORE)
    return Opened(
        name=body.name,
        at=now,
        minutes=body.minutes,
        how=body.how,
        reason=body.reason,
        by=body.by,
        chief=body.chief,
        technician=body.technician,
        server=body.server,
        to=body.to,
        presses=presses,
    )


def _tally(net: NetState, body: NetworkLedger, now: Moment) -> Tally:
    bound = bound_of(body.what).per_minute
    tally = net.tallies.get(f"{body.mac} {body.what}")
    if tally is None:
        tally = Tally(mac=body.mac, what=body.what, seat=body.seat, packets=0, first=now, at=now)
    return grown(tally, packets=body.packets, ip=body.ip, to=body.to, seat=body.seat, now=now, bound=bound)


def _others(net: NetState, name: str) -> tuple[Opened, ...]:
    return tuple(each for each in net.windows if each.name != name)
