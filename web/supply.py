"""The power card: the server's UPS in large, the worst of all in colour. What is not proven is never green."""

from datetime import datetime, tzinfo

from appliance.words import name_of, plain_text
from web.card import Card, Line, Say
from web.fields import Plain, number, part, parts, text, words_of
from web.hold import ON_BATTERY, Hold, feeds_server, hold_of, in_order, outage, servers, state_of
from web.times import clock_time, day_time, moment_of

LINES_SHOWN = 3
_GRAVE_FAULTS = ("off", "forced-shutdown")
# What a doubt is about, for a card that has no room for the why.
_ABOUT = {
    "runtime-zero": "runtime",
    "runtime-sentinel": "runtime",
    "absurd:battery.runtime": "runtime",
    "charge-stuck": "charge",
    "low-at-full": "charge",
    "absurd:battery.charge": "charge",
}
Grade = tuple[int, str, str]  # the worst first, level of the card, key of its tag ('' for the level's word)


def card(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Card:
    """The card: the server's UPS in large, the worst of all in colour."""
    upses = ordered(snapshot)
    if not upses:
        return Card(
            title=say("power"), level="unknown", tag=say("unmonitored"), big=say("unmonitored"), lines=[]
        )
    first = upses[0]
    grades = [grade(snapshot, ups) for ups in upses]
    _, level, tag = min([*grades, _coverage(snapshot)])
    lines = [
        *_ending(language, first),
        *_test(say, first, now, zone, language),
        hold_line(say, snapshot, first, zone),
        *_each(say, snapshot, upses, grades),
        *_uncovered(say, snapshot),
        *_doubted(say, first),
        *fault_lines(say, first),
        *([] if _told_short(snapshot) else forecast_line(say, first, zone)),
    ]
    return Card(
        title=say("power"),
        level=level,
        tag=say(tag) if tag else name_of(language, "level", level),
        big=_big(say, first),
        lines=lines[:LINES_SHOWN],
    )


def ordered(snapshot: Plain) -> list[Plain]:
    """The UPSes: those of servers first, the worst of them in front."""
    rank = {text(ups, "name"): grade(snapshot, ups)[0] for ups in parts(snapshot, "power")}
    return in_order(snapshot, rank)


def grade(snapshot: Plain, ups: Plain) -> Grade:
    """How bad it is with one UPS; only what is proven to be enough is ok."""
    state, faults = state_of(ups), words_of(ups, "faults")
    if part(ups, "ending"):
        return 0, "critical", "ending_word"
    if state in ("off", "low"):
        return 0, "critical", f"{state}_word"
    if any(fault in _GRAVE_FAULTS for fault in faults):
        return 0, "critical", ""
    if state == "battery" and not part(ups, "test"):
        return 1, "attention", "battery_word"
    if state == "unknown":
        return 2, "unknown", ""
    if faults or words_of(ups, "doubts"):
        return 3, "attention", ""
    if part(ups, "test") or ups.get("testing") is True:
        return 5, "attention", "test_word"
    return _hold_grade(snapshot, ups, state)


def _hold_grade(snapshot: Plain, ups: Plain, state: str) -> Grade:
    level = hold_of(ups).level
    if state == "declared" and not (level == "short" and feeds_server(snapshot, ups)):
        return 4, "unknown", "declared_word"
    if not feeds_server(snapshot, ups):
        return 6, "ok", ""
    match level:
        case "ok":
            return 6, "ok", ""
        case "short":
            return 3, "attention", "short_word"
        case "unproven":
            return 5, "attention", "unproven_word"
    return 4, "unknown", "hold_unknown_word"


def _coverage(snapshot: Plain) -> Grade:
    supply = part(snapshot, "supply")
    if words_of(supply, "uncovered") or text(supply, "level") == "attention":
        return 5, "attention", ""
    if text(supply, "level") == "unknown" and servers(snapshot):
        return 5, "unknown", "hold_unknown_word"
    return 6, "ok", ""


def _each(say: Say, snapshot: Plain, upses: list[Plain], grades: list[Grade]) -> list[Line]:
    """Every UPS by name from the worst on, where there are several; with a sign where one is worse than the first."""
    if len(upses) < 2:
        return []
    worst = min(grades)
    told = sorted(upses, key=lambda ups: grade(snapshot, ups)[0])
    each = (say("ups_line", name=name_words(ups), state=state_of(ups)) for ups in told[:4])
    return [Line(words=" · ".join(each), level=worst[1] if worst[0] < grades[0][0] else "")]


def _told_short(snapshot: Plain) -> bool:
    """Whether the list of things to do says already that a UPS will be too short."""
    return any(
        text(incident, "cause_kind") == "ups_short" and text(incident, "state") != "closed"
        for incident in parts(snapshot, "incidents")
    )


def _big(say: Say, ups: Plain) -> str:
    state, charge = state_of(ups), number(ups, "charge_percent")
    if state in ("unknown", "off", "declared"):
        return say(f"power_{state}_big")
    key = "mains_big" if state == "mains" else "battery_big"
    if part(ups, "test"):
        key = "test_big"
    elif ups.get("testing") is True:
        key = "selftest_big"
    return say(key + "_bare") if charge is None else say(key, charge=int(charge))


def hold_line(say: Say, snapshot: Plain, ups: Plain, zone: tzinfo) -> Line:
    """How long what hangs on it holds, where the figure comes from, and whether it is enough."""
    state = state_of(ups)
    if state == "unknown":
        return Line(words=say("ups_reason_line", reason=text(ups, "reason")), level="unknown")
    if state == "off":
        return Line(words=say("off_line"), level="critical")
    hold, what = hold_of(ups), fed(say, snapshot, ups)
    if state in ON_BATTERY:
        return _battery_line(say, snapshot, ups, hold, what, zone)
    if hold.level == "unknown":
        return Line(words=say("hold_unknown", what=what), level="unknown")
    values = {"what": what, "minutes": hold.minutes, "source": hold.source, "asked": hold.asked}
    if hold.source == "declared":
        if hold.level == "short":
            return Line(words=say("hold_short", **values), level="attention")
        return Line(words=say("hold_ok", **values), level="unknown")
    if hold.at_least:
        return Line(words=say("hold_at_least", **values), level="attention")
    level = "ok" if hold.level == "ok" else "attention"
    return Line(words=say(f"hold_{hold.level}", **values), level=level)


def _battery_line(say: Say, snapshot: Plain, ups: Plain, hold: Hold, what: str, zone: tzinfo) -> Line:
    told = outage(snapshot, ups)
    missing = number(told, "missing_minutes")
    until = clock_time(moment_of(hold.until), zone)
    if hold.minutes is None:
        return Line(words=say("battery_unknown", what=what), level="unknown")
    values = {"what": what, "source": hold.source, "until": until, "minutes": hold.minutes}
    if until and missing is not None and missing > 0:
        words = say("battery_missing", **values, missing=int(missing))
        return Line(words=words, level="attention")
    key = "battery_until" if hold.source == "proven" else "battery_about"
    if hold.at_least:
        key = "battery_at_least"
    proven = hold.level == "ok" and hold.source == "proven" and bool(until)
    return Line(
        words=say(key if until else "battery_minutes", **values), level="ok" if proven else "attention"
    )


def fed(say: Say, snapshot: Plain, ups: Plain) -> str:
    """What holds: the server where one hangs on it, else the UPS by its name."""
    return say("server") if feeds_server(snapshot, ups) else name_words(ups)


def name_words(ups: Plain) -> str:
    """The UPS's name, harmless and short."""
    return plain_text(text(ups, "name"), limit=24)


def _ending(language: str, ups: Plain) -> list[Line]:
    ending = part(ups, "ending")
    if not ending:
        return []
    return [Line(words=name_of(language, "ending", text(ending, "state")), level="critical")]


def _test(say: Say, ups: Plain, now: datetime, zone: tzinfo, language: str) -> list[Line]:
    test = part(ups, "test")
    if not test:
        return []
    words = say(
        "test_pull" if test.get("commanded") is not True and state_of(ups) == "mains" else "test_line",
        minutes=number(test, "minutes"),
        floor=number(test, "floor_percent"),
        time=day_time(language, moment_of(test.get("started_at")), now, zone),
        by=plain_text(text(test, "by"), limit=20),
    )
    return [Line(words=words, level="attention")]


def fault_lines(say: Say, ups: Plain) -> list[Line]:
    """What is wrong with the UPS itself, in one line; nothing where nothing is."""
    faults = [fault for fault in words_of(ups, "faults") if not (fault == "off" and state_of(ups) == "off")]
    if not faults:
        return []
    level = "critical" if any(fault in _GRAVE_FAULTS for fault in faults) else "attention"
    return [Line(words=say("faults", what=faults), level=level)]


def _doubted(say: Say, ups: Plain) -> list[Line]:
    about = dict.fromkeys(_ABOUT.get(doubt, "reading") for doubt in words_of(ups, "doubts"))
    return [Line(words=say("doubted", what=list(about)), level="attention")] if about else []


def _uncovered(say: Say, snapshot: Plain) -> list[Line]:
    names = [name for name in words_of(part(snapshot, "supply"), "uncovered") if name]
    return [Line(words=say("uncovered", names=names), level="attention")] if names else []


def forecast_line(say: Say, ups: Plain, zone: tzinfo) -> list[Line]:
    """How long it will hold at the next start, while it is not full; nothing where nothing is forecast."""
    forecast, asked = part(ups, "forecast"), hold_of(ups).asked
    hold_s, start = number(forecast, "hold_s"), clock_time(moment_of(forecast.get("at")), zone)
    if hold_s is None or asked is None or not start:
        return []
    short = hold_s // 60 < asked
    key = "forecast_short" if short else "forecast_ok"
    words = say(key, start=start, minutes=int(hold_s // 60), asked=asked, by=text(forecast, "by"))
    return [Line(words=words, level="attention" if short else "")]
