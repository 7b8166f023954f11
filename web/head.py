"""The head of the page: verdict, stages, countdown and the sitting, as words. Formatting only."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from appliance.words import (
    hint_sentence,
    label,
    name_of,
    plain_text,
    reason_sentence,
    verdict_sentence,
    with_figures,
)
from web.fields import Plain, count, part, parts, text, words_of
from web.times import clock_time, countdown, day_time, moment_of

LEVELS = ("ok", "attention", "critical", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage of the exam: `state` done, now or todo, and its time; `note` is what somebody declared of it."""

    name: str
    state: str
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """`left_s` venue seconds to what `name` says, and the text of it."""

    name: str
    left_s: int
    words: str


def verdict_words(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> tuple[str, str, str]:
    """(headline, the line below it, level) of the guard's verdict; an unknown level is never ok."""
    verdict = with_figures(snapshot, lambda iso: clock_time(moment_of(iso), zone))
    level = text(verdict, "level") if text(verdict, "level") in LEVELS else "unknown"
    below = reason_sentence(language, verdict) or hint_sentence(language, verdict)
    unwatched = words_of(part(verdict, "args"), "unmonitored")
    before = proof_before(language, snapshot, now, zone)
    if before and "line_proof" in unwatched and level == "ok":
        below = f"{below} {label(language, 'proof_old', time=before)}"
        unwatched = [name for name in unwatched if name != "line_proof"]
    if unwatched and level == "ok":
        names = ("、" if language == "zh_CN" else ", ").join(
            name_of(language, "instrument", name) for name in unwatched
        )
        below = f"{below} {label(language, 'unwatched', what=names)}"
    return verdict_sentence(language, verdict), below, level


def proof_before(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> str:
    """When packets last proved the line closed, a proof that counts no more included; empty where none did."""
    proof = part(part(snapshot, "network"), "proof")
    return "" if count(proof, "leaks") else day_time(language, moment_of(proof.get("at")), now, zone)


def steps(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Step]:
    """The stages with their times; a stage to come has none."""
    steps = []
    for step in parts(snapshot, "steps"):
        state = text(step, "state") if text(step, "state") in ("done", "now") else "todo"
        when = day_time(language, moment_of(step.get("at")), now, zone) if state != "todo" else ""
        paper = text(step, "name") == "preparing" and part(snapshot, "sitting").get("paper_at")
        note = label(language, "paper_short") if paper and state != "todo" else ""
        name = name_of(language, "step", text(step, "name"))
        steps.append(Step(name=name, state=state, when=when, note=note))
    return steps


def countdown_of(language: str, snapshot: Plain, now: datetime) -> Countdown | None:
    """What the phase counts down to; None where there is nothing to wait for."""
    sitting, phase = part(snapshot, "sitting"), text(part(snapshot, "phase"), "name")
    due = [moment_of(d.get("due")) for d in parts(snapshot, "debts") if d.get("overdue") is not True]
    name, until = {
        "running": ("to_end", moment_of(sitting.get("end"))),
        "preparing": ("to_start", moment_of(sitting.get("start"))),
        "closing": ("to_due", min((moment for moment in due if moment), default=None)),
    }.get(phase, ("to_next", moment_of(sitting.get("start"))))
    if until is None or (until < now and phase not in ("running", "preparing")):
        return None
    left_s = max(0, int((until - now).total_seconds()))
    return Countdown(name=label(language, name), left_s=left_s, words=countdown(language, left_s))


def sitting_words(language: str, snapshot: Plain, zone: tzinfo) -> str:
    """Subject, moved times and what was added, for all and for single seats."""
    sitting = part(snapshot, "sitting")
    if not sitting:
        return ""
    subject = plain_text(text(sitting, "subject") or text(sitting, "id"), limit=24)
    start = clock_time(moment_of(sitting.get("start")), zone)
    words = [
        label(
            language,
            "sitting",
            subject=subject,
            start=start,
            end=clock_time(moment_of(sitting.get("end")), zone),
        )
    ]
    for key, name in (("delayed", "delay_minutes"), ("extended", "extend_minutes")):
        if count(sitting, name):
            words.append(label(language, key, minutes=count(sitting, name)))
    for seat, minutes in list(part(sitting, "extended_seats").items())[:3]:
        words.append(label(language, "seat_extended", seat=seat, minutes=minutes))
    return " · ".join(words)
