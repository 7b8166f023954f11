"""The table of `venue power status`: a row for each UPS, below it what is known of it."""

from collections.abc import Callable, Iterator
from typing import Any

from appliance.cli.columns import MARKS, padded, venue_clock, width
from appliance.cli.shell import coloured
from appliance.words import doubt_words, label, name_of, plain_text

Plain = dict[str, Any]
SOURCES = ("reported", "modelled", "proven")
COLUMNS = ("column_ups", "column_state", "column_charge", "column_load")
STATES = {
    "off": "critical", "low": "critical", "battery": "attention", "unknown": "unknown", "declared": "unknown",
    "mains": "ok",
}  # fmt: skip
LEVELS = {"ok": "ok", "short": "attention", "unproven": "attention", "unknown": "unknown"}
WORST_FIRST = ("critical", "attention", "unknown", "ok")


def table(tongue: str, snapshot: Plain) -> list[str]:
    """The lines for a terminal; UPSes in the guard's order, figures that are not known as –."""
    upses = _rows(snapshot)
    if not upses:
        return [label(tongue, "no_ups")]
    asked = _asked(upses)
    heads = [label(tongue, key) for key in COLUMNS]
    heads += [name_of(tongue, "hold_number", source) for source in SOURCES]
    heads.append(label(tongue, "column_level", asked=asked) if asked else "")
    cells = [heads, *(_cells(tongue, ups) for ups in upses)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(heads))]
    lines = ["  " + padded(heads, widths)]
    for ups, row in zip(upses, cells[1:], strict=True):
        judged = ups_level(ups)
        lines.append(coloured(f"{MARKS[judged]} {padded(row, widths)}", judged))
        lines += [f"    {fact}" for fact in _facts(tongue, ups, venue_clock(snapshot))]
    lines += _coverage(tongue, snapshot)
    return lines


def level(snapshot: Plain) -> str:
    """ok, attention, critical or unknown: that of the worst UPS, and of servers without one."""
    found = {ups_level(ups) for ups in _rows(snapshot)}
    supply = _part(snapshot, "supply")
    if _list(supply, "uncovered"):
        found.add("attention")
    return next((judged for judged in WORST_FIRST if judged in found), "unknown")


def ups_level(ups: Plain) -> str:
    """How it is with one UPS; only what the guard calls proven is ok."""
    state = STATES.get(str(ups.get("state")), "unknown")
    found = {"unknown" if ups.get("watched") is False else state}
    if state == "ok":
        hold = _part(ups, "hold")
        judged = LEVELS.get(str(hold.get("level")), "unknown") if hold else "attention"
        found.add("attention" if judged == "ok" and _number(hold.get("proven_s")) is None else judged)
    if _list(ups, "faults") or _list(ups, "doubts") or ups.get("test"):
        found.add("attention")
    if ups.get("ending"):
        found.add("critical")
    return next(judged for judged in WORST_FIRST if judged in found)


def _cells(tongue: str, ups: Plain) -> list[str]:
    hold = _part(ups, "hold")
    state = "declared" if ups.get("watched") is False else str(ups.get("state"))
    told = {source: _number(hold.get(f"{source}_s")) for source in SOURCES}
    if not hold:
        told["reported"] = _number(ups.get("runtime_s"))
    cells = [plain_text(ups.get("name") or "?", limit=24), name_of(tongue, "power_short", state)]
    cells += [_percent(ups.get("charge_percent")), _percent(ups.get("load_percent"))]
    for source, seconds in told.items():
        words = "–" if seconds is None else label(tongue, "hold_figure", minutes=int(max(0.0, seconds) // 60))
        bound = source == "proven" and seconds is not None and hold.get("at_least") is True
        cells.append(f"≥ {words}" if bound else words)
    judged = hold.get("level")
    cells.append(name_of(tongue, "hold_level", judged) if judged else "–")
    return cells


def _facts(tongue: str, ups: Plain, at: Callable[[object, str], str]) -> Iterator[str]:
    def say(key: str, **values: object) -> str:
        return label(tongue, key, **values)

    hold, declared = _part(ups, "hold"), _part(ups, "declared")
    if ups.get("reason"):
        yield name_of(tongue, "ups_reason", ups["reason"])
    if at(ups.get("outage_since"), "%H:%M:%S"):
        yield say("outage_fact", time=at(ups["outage_since"], "%H:%M:%S"))
    first = str(hold.get("first") or "")
    until = at(hold.get(f"{first}_until"), "%H:%M")
    if until:
        yield say("until_fact", until=until, source=first)
    yield from _ending(tongue, _part(ups, "ending"))
    for fault in _list(ups, "faults"):
        yield name_of(tongue, "ups_fault", fault)
    for doubt in _list(ups, "doubts"):
        yield say("doubt_fact", doubt=doubt_words(tongue, str(doubt)))
    yield from _proof(tongue, _part(ups, "proof"), at)
    if declared:
        yield say(
            "declared_fact",
            **{key: declared.get(key) for key in ("on", "by", "load_percent", "hold_minutes")},
        )
    elif hold.get("why_unproven"):
        yield say("unproven_fact", why=hold["why_unproven"])
    yield from _trials(tongue, ups, at)
    forecast = _part(ups, "forecast")
    hold_s, start = _number(forecast.get("hold_s")), at(forecast.get("at"), "%m-%d %H:%M")
    if hold_s is not None and start:
        yield say("forecast_ok", start=start, minutes=int(hold_s // 60), by=forecast.get("by"))


def _ending(tongue: str, ending: Plain) -> Iterator[str]:
    if not ending:
        return
    key = "ending_fact" if _list(ending, "signs") else "ending_fact_bare"
    yield label(tongue, key, state=ending.get("state"), signs=_list(ending, "signs"))
    for server in _list(ending, "servers"):
        if isinstance(server, dict):
            yield label(tongue, "server_row", name=server.get("name"), state=server.get("state"))


def _proof(tongue: str, proof: Plain, at: Callable[[object, str], str]) -> Iterator[str]:
    if proof:
        key = "proof_fact_bare" if proof.get("load_percent") is None else "proof_fact"
        values = {"held_s": proof.get("held_s"), "load_percent": proof.get("load_percent")}
        yield label(tongue, key, time=at(proof.get("at"), "%Y-%m-%d %H:%M"), **values)


def _trials(tongue: str, ups: Plain, at: Callable[[object, str], str]) -> Iterator[str]:
    test, drill = _part(ups, "test"), _part(ups, "drill")
    if test:
        when = at(test.get("started_at"), "%H:%M")
        values = {"minutes": test.get("minutes"), "floor": test.get("floor_percent"), "by": test.get("by")}
        yield label(tongue, "test_on_fact", time=when, **values)
    elif at(ups.get("test_by"), "%m-%d %H:%M"):
        yield label(tongue, "test_by_fact", time=at(ups["test_by"], "%m-%d %H:%M"))
    if drill.get("state"):
        when = at(drill.get("at"), "%m-%d %H:%M")
        key = "drill_fact" if when else "drill_fact_bare"
        yield label(tongue, key, state=drill["state"], time=when, by=drill.get("by"))


def _coverage(tongue: str, snapshot: Plain) -> list[str]:
    supply = _part(snapshot, "supply")
    uncovered, servers = _list(supply, "uncovered"), _list(supply, "servers")
    if uncovered:
        return [f"{MARKS['attention']} " + label(tongue, "uncovered", names=uncovered)]
    if servers:
        # As the configuration has it, which nobody measured: no sign of being well.
        return ["  " + label(tongue, "covered", names=servers)]
    return [f"{MARKS['unknown']} " + label(tongue, "coverage_unknown")] if supply else []


def _asked(upses: list[Plain]) -> int | None:
    told = [_number(_part(ups, "hold").get("asked_s")) for ups in upses]
    return next((int(seconds // 60) for seconds in told if seconds is not None), None)


def _percent(value: object) -> str:
    number = _number(value)
    return "–" if number is None else f"{number:.0f} %"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _part(plain: Plain, name: str) -> Plain:
    value = plain.get(name)
    return value if isinstance(value, dict) else {}


def _list(plain: Plain, name: str) -> list[Any]:
    value = plain.get(name)
    return value if isinstance(value, list) else []


def _rows(snapshot: Plain) -> list[Plain]:
    return [row for row in _list(snapshot, "power") if isinstance(row, dict)]
