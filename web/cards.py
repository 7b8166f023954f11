"""The four cards: power, seats, internet and USB, backup. What nobody measures is never green."""

from datetime import datetime, tzinfo

from appliance.words import label, name_of, net_level, net_lines, usb_level
from web.card import Card, Fold, Line, Say
from web.fields import Plain, count, part, text
from web.head import proof_before
from web.sitting_sheet import upload_words
from web.supply import card as power_card
from web.times import clock_time, day_time, moment_of
from web.usb import usb_lines, usb_list

LINES_SHOWN = 3  # a card stays as low as its neighbours: the page fits a small laptop
_BACKUP_LEVEL = {"ok": "ok", "running": "ok", "failed": "attention", "late": "attention", "none": "attention"}


def cards(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Card]:
    """The four cards in their fixed order."""

    def say(key: str, **values: object) -> str:
        return label(language, key, **values)

    return [
        power_card(language, say, snapshot, now, zone),
        _seats(language, say, snapshot),
        _line_and_usb(language, say, snapshot, now, zone),
        _backup(language, say, snapshot, now, zone),
    ]


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
    quiet = text(presence, "watch") not in ("", "alarm")  # machines may be off still, or again
    level = "attention" if absent and not quiet else "ok"
    return Card(
        title=say("seats"),
        level=level,
        tag=name_of(language, "level", level),
        big=say(
            "seat_on" if absent and quiet else "seats_big" if absent else "seats_big_well",
            present=count(presence, "present"),
            expected=count(presence, "expected"),
            absent=absent,
        ),
        lines=[spares],
    )


def _line_and_usb(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Card:
    network = part(snapshot, "network")
    net, usb_state = text(network, "state"), text(part(snapshot, "usb"), "state")
    proven = clock_time(moment_of(network.get("verified_at")), zone)
    usb = usb_level(snapshot)
    level = "critical" if net == "leaks" else usb if usb in ("critical", "attention") else "unknown"
    if level == "unknown" and (net in ("drifted", "rehearsing") or net_level(snapshot)):
        level = "attention"
    elif usb == "ok" and net == "closed" and proven:
        level = "ok"
    tag = name_of(language, "level", level)
    if level == "unknown" and "unknown" not in (net, usb_state):
        tag = say("partly" if net == "closed" or usb_state in ("closed", "open") else "unmonitored")
    lines = [
        *usb_lines(language, say, snapshot, now, zone),
        *_net_lines(language, snapshot, now, zone),
    ]
    shown, rest = _loud_first(lines, always=Line(words=say("seat_usb"), level="unknown"))
    return Card(
        title=say("line_usb"),
        level=level,
        tag=tag,
        big=_net_words(say, net, proven, part(network, "proof"), proof_before(language, snapshot, now, zone)),
        lines=shown,
        fold=_fold(say, [*rest, *usb_list(language, say, snapshot, now, zone)]),
    )


def _loud_first(lines: list[Line], always: Line) -> tuple[list[Line], list[Line]]:
    """(shown, folded): whatever is loud or unknown is shown, and `always`; the quiet as far as there is room."""
    order = ("critical", "attention", "unknown")
    loud = sorted((line for line in lines if line.level in order), key=lambda line: order.index(line.level))
    quiet = [line for line in lines if line.level not in order]
    room = max(0, LINES_SHOWN - 1 - len(loud))
    return [*loud, *quiet[:room], always], quiet[room:]


def _fold(say: Say, lines: list[Line]) -> Fold | None:
    return Fold(name="usb-more", title=say("card_more", count=len(lines)), lines=lines) if lines else None


def _net_lines(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    found = net_lines(language, snapshot, lambda iso: day_time(language, moment_of(iso), now, zone))
    return [Line(words=line.words, level=line.level) for line in found]


def _net_words(say: Say, net: str, proven: str, proof: Plain, before: str) -> str:
    if net == "closed" and proven and count(proof, "kinds"):
        return say(
            "net_closed_counted", time=proven, leaks=count(proof, "leaks"), kinds=count(proof, "kinds")
        )
    if net == "closed":
        told = ("net_closed_proven", proven) if proven else ("net_closed_old", before)
        return say(told[0], time=told[1]) if told[1] else say("net_closed")
    return say(f"net_{net}" if net in ("unmonitored", "drifted", "rehearsing", "leaks") else "net_unknown")


def _official(language: str, say: Say, snapshot: Plain, zone: tzinfo) -> str:
    """The exam system's own upload: rooms' word where somebody wrote it down, and never this box's."""
    if not part(part(snapshot, "sitting"), "uploaded"):
        return say("official")
    return upload_words(language, snapshot, zone)


def _backup(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Card:
    backup = part(snapshot, "backup")
    state = text(backup, "state")
    lines = [
        _province_line(language, say, snapshot, now, zone),
        Line(words=_official(language, say, snapshot, zone)),
    ]
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
