"""What else is known of every UPS, for who opens it: proof, forecast, drill, doubts, what hangs on it."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from appliance.words import doubt_words, label, plain_text
from web.card import Line, Say
from web.fields import Plain, number, part, parts, text, words_of
from web.hold import servers, state_of
from web.supply import fault_lines, forecast_line, grade, name_words, ordered
from web.times import day_time, moment_of

UPSES_SHOWN = 8


def facts(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    """A line for each UPS, each followed by what is known of it; last, which servers are covered."""

    def say(key: str, **values: object) -> str:
        return label(language, key, **values)

    def at(value: object) -> str:
        return day_time(language, moment_of(value), now, zone)

    lines = []
    for ups in ordered(snapshot)[:UPSES_SHOWN]:
        lines.append(_row(say, snapshot, ups))
        lines += fault_lines(say, ups)
        lines += _proof(say, at, ups)
        lines += _drill(say, at, ups)
        lines += [Line(words=doubt_words(language, d), level="attention") for d in words_of(ups, "doubts")]
        lines += forecast_line(say, ups, zone)
        lines += _ending(say, ups)
    names, uncovered = servers(snapshot), words_of(part(snapshot, "supply"), "uncovered")
    if names and not uncovered:
        lines.append(Line(words=say("covered", names=names)))
    if not names and part(snapshot, "supply"):
        lines.append(Line(words=say("coverage_unknown"), level="unknown"))
    return lines


def _row(say: Say, snapshot: Plain, ups: Plain) -> Line:
    charge, load = number(ups, "charge_percent"), number(ups, "load_percent")
    words = [say("ups_row", name=name_words(ups), state=state_of(ups))]
    if charge is not None:
        words.append(say("charge_word", charge=int(charge)))
    if load is not None:
        words.append(say("load_word", load=int(load)))
    return Line(words=" · ".join(words), level=grade(snapshot, ups)[1])


def _proof(say: Say, at: Callable[[object], str], ups: Plain) -> list[Line]:
    proof, declared = part(ups, "proof"), part(ups, "declared")
    why, test_by = text(part(ups, "hold"), "why_unproven"), at(ups.get("test_by"))
    lines = []
    if proof:
        held = {"held_s": proof.get("held_s"), "load_percent": proof.get("load_percent")}
        key = "proof_fact_bare" if held["load_percent"] is None else "proof_fact"
        lines.append(Line(words=say(key, time=at(proof.get("at")), **held)))
    if declared:
        measured = {key: declared.get(key) for key in ("on", "by", "load_percent", "hold_minutes")}
        lines.append(Line(words=say("declared_fact", **measured), level="unknown"))
    elif why:
        lines.append(Line(words=say("unproven_fact", why=why), level="attention"))
    if test_by:
        lines.append(Line(words=say("test_by_fact", time=test_by)))
    return lines


def _drill(say: Say, at: Callable[[object], str], ups: Plain) -> list[Line]:
    drill = part(ups, "drill")
    state, when = text(drill, "state"), at(drill.get("at"))
    if not state or state_of(ups) == "declared":
        return []
    by = plain_text(text(drill, "by"), limit=20)
    words = say("drill_fact" if when else "drill_fact_bare", state=state, time=when, by=by)
    return [Line(words=words, level="" if state in ("passed", "never") else "attention")]


def _ending(say: Say, ups: Plain) -> list[Line]:
    ending = part(ups, "ending")
    lines = [
        Line(
            words=say(
                "server_row", name=plain_text(text(server, "name"), limit=24), state=text(server, "state")
            )
        )
        for server in parts(ending, "servers")
    ]
    if ending.get("can_stop") is True and text(ending, "state") in ("begun", "rested"):
        lines.append(Line(words=say("can_stop"), level="attention"))
    return lines
