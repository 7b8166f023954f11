"""The four cards: power, seats, internet and USB, backup. What nobody measures is never green."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import label, name_of
from web.fields import Plain, count, number, part, parts, text
from web.times import clock_time, day_time, moment_of

_WORST_FIRST = ("low", "battery", "unknown", "mains")
_POWER_LEVEL = {"low": "critical", "battery": "attention", "mains": "ok"}
_BACKUP_LEVEL = {"ok": "ok", "running": "ok", "failed": "attention", "late": "attention", "none": "attention"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a card; `level` gives its shape, empty for none."""

    words: str
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card; `level` (ok, attention, critical, unknown) gives shape and colour, `tag` the word."""

    title: str
    level: str
    tag: str
    big: str
    lines: list[Line] = field(default_factory=list)


def cards(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Card]:
    """The four cards in their fixed order."""

    def say(key: str, **values: object) -> str:
        return label(language, key, **values)

    return [
        _power(language, say, snapshot),
        _seats(language, say, snapshot),
        _line_and_usb(language, say, snapshot, zone),
        _backup(language, say, snapshot, now, zone),
    ]


Say = Callable[..., str]


def _power(language: str, say: Say, snapshot: Plain) -> Card:
    upses = parts(snapshot, "power")
    if not upses:
        return _unmonitored(say, "power", [])
    worst = min(upses, key=lambda ups: _rank(text(ups, "state")))
    state = text(worst, "state") if text(worst, "state") in _WORST_FIRST else "unknown"
    level = _POWER_LEVEL.get(state, "unknown")
    lines = [_hold(language, say, worst, state)]
    if len(upses) > 1:
        each = (say("ups_line", name=text(u, "name"), state=text(u, "state")) for u in upses[:4])
        lines.append(Line(words=" · ".join(each)))
    return Card(
        title=say("power"),
        level=level,
        tag={"battery": say("battery_word"), "low": say("low_word")}.get(
            state, name_of(language, "level", level)
        ),
        big=_power_big(say, worst, state),
        lines=lines,
    )


def _rank(state: str) -> int:
    return _WORST_FIRST.index(state) if state in _WORST_FIRST else _WORST_FIRST.index("unknown")


def _power_big(say: Say, ups: Plain, state: str) -> str:
    charge = number(ups, "charge_percent")
    if state == "unknown":
        return say("power_unknown_big")
    key = "mains_big" if state == "mains" else "battery_big"
    return say(key + "_bare") if charge is None else say(key, charge=int(charge))


def _hold(language: str, say: Say, ups: Plain, state: str) -> Line:
    if state == "unknown":
        reason = text(ups, "reason")
        return Line(words=name_of(language, "ups_reason", reason), level="unknown")
    runtime_s = number(ups, "runtime_s")
    if runtime_s is None:
        return Line(words=say("runtime_unknown"), level="unknown")
    # What the UPS reports of itself is proven by nobody: never a green line.
    key = "runtime_mains" if state == "mains" else "runtime_battery"
    return Line(words=say(key, minutes=int(runtime_s // 60)), level="attention")


def _seats(language: str, say: Say, snapshot: Plain) -> Card:
    presence = part(snapshot, "presence")
    state = text(presence, "state")
    spares = Line(words=say("spares", spares=count(presence, "spares")))
    if state == "unmonitored":
        return _unmonitored(say, "seats", [spares])
    if state != "watched":
        return Card(
            title=say("seats"),
            level="unknown",
            tag=name_of(language, "level", "unknown"),
            big=say("seats_unknown_big"),
            lines=[spares],
        )
    absent = count(presence, "absent")
    level = "attention" if absent else "ok"
    return Card(
        title=say("seats"),
        level=level,
        tag=name_of(language, "level", level),
        big=say(
            "seats_big" if absent else "seats_big_well",
            present=count(presence, "present"),
            expected=count(presence, "expected"),
            absent=absent,
        ),
        lines=[spares],
    )


def _line_and_usb(language: str, say: Say, snapshot: Plain, zone: tzinfo) -> Card:
    network, usb = part(snapshot, "network"), part(snapshot, "usb")
    net, usb_state = text(network, "state"), text(usb, "state")
    proven = clock_time(moment_of(network.get("verified_at")), zone)
    blocked = sum(1 for device in parts(usb, "devices") if device.get("authorized") is not True)
    usb_level = {"closed": "ok", "open": ""}.get(usb_state, "unknown")
    words = name_of(language, "usb", usb_state or "unknown")
    if blocked:
        words, usb_level = f"{words} · {say('usb_blocked', count=blocked)}", "attention"
    level = "attention" if usb_level == "attention" else "unknown"
    if usb_level == "ok" and net == "closed" and proven:
        level = "ok"
    tag = {"ok": name_of(language, "level", "ok"), "attention": name_of(language, "level", "attention")}
    tag["unknown"] = say("unmonitored")
    if "unknown" in (net, usb_state):
        tag["unknown"] = name_of(language, "level", "unknown")
    elif net == "closed" or usb_state in ("closed", "open"):
        tag["unknown"] = say("partly")
    return Card(
        title=say("line_usb"),
        level=level,
        tag=tag[level],
        big=_net_words(say, net, proven),
        lines=[Line(words=words, level=usb_level), Line(words=say("seat_usb"), level="unknown")],
    )


def _net_words(say: Say, net: str, proven: str) -> str:
    if net == "closed":
        return say("net_closed_proven", time=proven) if proven else say("net_closed")
    return say("net_unmonitored" if net == "unmonitored" else "net_unknown")


def _backup(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Card:
    backup = part(snapshot, "backup")
    state = text(backup, "state")
    lines = [_province_line(language, say, snapshot, now, zone), Line(words=say("official"))]
    if state in ("unmonitored", ""):
        return _unmonitored(say, "backup", lines)
    last, failed = part(backup, "last"), part(backup, "failed")
    if state == "failed" and failed:
        at = day_time(language, moment_of(failed.get("at")), now, zone)
        lines.insert(0, Line(words=say("backup_failed_line", time=at), level="attention"))
    level = _BACKUP_LEVEL.get(state, "unknown")
    big = say("backup_running_big" if state == "running" else "backup_none_big")
    if last:
        big = say("backup_big", time=day_time(language, moment_of(last.get("at")), now, zone))
    return Card(
        title=say("backup"), level=level, tag=name_of(language, "backup", state), big=big, lines=lines
    )


def _province_line(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Line:
    province = part(snapshot, "province")
    time = day_time(
        language, moment_of(province.get("held_until") or province.get("last_receipted_at")), now, zone
    )
    match text(province, "state"):
        case "received":
            return Line(words=say("province_received", time=time), level="ok")
        case "behind" if time:
            return Line(words=say("province_behind", time=time), level="attention")
        case "behind" | "none":
            return Line(words=say("province_none"), level="attention")
    return Line(words=say("province_unmonitored"), level="unknown")


def _unmonitored(say: Say, title: str, lines: list[Line]) -> Card:
    return Card(
        title=say(title), level="unknown", tag=say("unmonitored"), big=say("unmonitored"), lines=lines
    )
