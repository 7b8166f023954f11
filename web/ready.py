"""The readiness check as the seal's page and certificate show it: formatting only, no rule."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import label, name_of, plain_text
from appliance.words.ready.sentences import point_words
from web.fields import Plain, count, part, parts, text
from web.incidents import Row
from web.times import clock_time, day_time, moment_of

LEVELS = ("ok", "attention", "critical", "unknown")
Clock = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A point: shape, word and colour by `level`, why, what to do; `override` is what somebody wrote."""

    key: str
    level: str
    word: str
    name: str
    reason: str
    todo: str
    needs_reason: bool = False
    provable: bool = False
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningView:
    """The morning check: its sentence, its points, what nobody watched."""

    state: str
    level: str
    words: str
    revision: str
    points: list[PointView]
    unobserved: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What `/seal` shows; `sealed` is the sentence of a seal that stands, '' without one."""

    batch: str
    revision: str
    level: str
    headline: str
    musts: list[PointView]
    shoulds: list[PointView]
    shoulds_words: str
    sealed: str = ""
    morning: MorningView | None = None
    red: list[str] = field(default_factory=list)
    now: str = ""
    shown: str = ""


def ready(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> Ready:
    """The page of a snapshot."""
    readiness = part(snapshot, "readiness")

    def at(iso: str) -> str:
        return day_time(language, moment_of(iso), now, zone)

    views = [
        (point_view(language, each, at), each.get("must") is True) for each in parts(readiness, "points")
    ]
    musts, shoulds = [v for v, must in views if must], [v for v, must in views if not must]
    return Ready(
        batch=plain_text(text(readiness, "batch"), limit=40),
        revision=text(readiness, "revision")[:40],
        level=_level(text(readiness, "level")),
        headline=_headline(language, musts),
        musts=musts,
        shoulds=shoulds,
        shoulds_words=_counted(language, "ready_shoulds", shoulds),
        sealed=_sealed(language, part(snapshot, "seal"), at),
        morning=morning_view(language, part(readiness, "morning"), at),
        red=[view.name for view in musts if view.needs_reason],
        now=clock_time(now, zone, seconds=True),
        shown=text(snapshot, "at")[:40],
    )


def status_row(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> Row | None:
    """The line of the status page that leads to `/seal`: before the seal, and the morning check; None in an exam."""
    phase = text(part(snapshot, "phase"), "name")
    if phase not in ("open", "sealed", "preparing") or not part(snapshot, "readiness"):
        return None
    shown = ready(language, snapshot, now, zone)
    if shown.morning is not None:
        words = label(language, "morning_line", words=shown.morning.words)
        read = shown.morning.state == "confirmed" and shown.morning.level != "ok"
        level = "" if read else shown.morning.level  # read by a person makes nothing green that is not
        return Row(time="", words=words, level=level)
    if shown.sealed:
        return Row(time="", words=shown.sealed)
    return Row(time="", words=label(language, "check_line", words=shown.headline), level=shown.level)


def point_view(language: str, point: Plain, clock: Clock, *, morning: bool = False) -> PointView:
    """One point in words."""
    words, level = point_words(language, point, clock, morning=morning), _level(text(point, "level"))
    return PointView(
        key=plain_text(text(point, "key"), limit=40),
        level=level,
        word=name_of(language, "ready_level", level),
        name=words.name,
        reason=words.reason,
        todo=words.todo if level != "ok" else "",
        needs_reason=point.get("needs_reason") is True,
        provable=text(point, "code") in ("unproven", "proven-small", "leaks"),
        override=plain_text(text(point, "override"), limit=600),
    )


def morning_view(language: str, morning: Plain, clock: Clock) -> MorningView | None:
    """The morning check in words; None while there is none."""
    if not morning:
        return None
    points = [point_view(language, each, clock, morning=True) for each in parts(morning, "points")]
    state = text(morning, "state")
    wrong = sum(1 for each in points if each.level != "ok")
    values = {
        "until": clock(text(morning, "until")),
        "by": text(morning, "by"),
        "at": clock(text(morning, "at")),
    }
    key = {"watching": "morning_watching", "confirmed": "morning_confirmed"}.get(
        state, "morning_found_wrong" if wrong else "morning_found_well"
    )
    return MorningView(
        state=state,
        level=_level(text(morning, "level")) if state != "watching" else "unknown",
        words=label(language, key, count=wrong, **values),
        revision=text(morning, "revision")[:40],
        points=points,
        unobserved=[_stretch(language, each, clock) for each in parts(morning, "unobserved")],
    )


def _stretch(language: str, stretch: Plain, clock: Clock) -> str:
    what = "unobserved_box" if text(stretch, "what") == "box" else "unobserved_seats"
    return label(language, what, since=clock(text(stretch, "since")), until=clock(text(stretch, "until")))


def _headline(language: str, musts: list[PointView]) -> str:
    """How many must points are green, and what stands against the seal."""
    green = sum(1 for view in musts if view.level == "ok")
    red = sum(1 for view in musts if view.needs_reason)
    unknown = sum(1 for view in musts if view.level == "unknown")
    key = (
        "ready_red"
        if red
        else "ready_unknown"
        if unknown
        else "ready_amber"
        if green < len(musts)
        else "ready_well"
    )
    return label(language, key, green=green, total=len(musts), red=red, unknown=unknown)


def _counted(language: str, key: str, views: list[PointView]) -> str:
    told = {level: sum(1 for view in views if view.level == level) for level in LEVELS}
    return label(language, key, total=len(views), **told)


def _sealed(language: str, seal: Plain, clock: Clock) -> str:
    if not seal:
        return ""
    people = {name: plain_text(text(seal, name), limit=60) for name in ("chief", "technician", "batch")}
    over = count(seal, "overrides")
    key = "sealed_over" if over else "sealed_by"
    return label(language, key, at=clock(text(seal, "at")), count=over, **people)


def _level(level: str) -> str:
    return level if level in LEVELS else "unknown"
