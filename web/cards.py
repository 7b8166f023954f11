"""The four cards: power, seats, internet and USB, backup. What nobody measures is never green."""

from datetime import datetime, tzinfo

from appliance.words import label, name_of, net_level, net_lines, usb_level
from web.backup import card as backup_card
from web.card import Card, Fold, Line, Say, unmonitored
from web.fields import Plain, count, part, text
from web.head import proof_before
from web.supply import card as power_card
from web.times import clock_time, day_time, moment_of
from web.usb import usb_lines, usb_list

LINES_SHOWN = 3  # a card stays as low as its neighbours: the page fits a small laptop


def cards(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Card]:
    """The four cards in their fixed order."""

    def say(key: str, **values: object) -> str:
        return label(language, key, **values)

    return [
        power_card(language, say, snapshot, now, zone),
        _seats(language, say, snapshot),
        _line_and_usb(language, say, snapshot, now, zone),
        backup_card(language, say, snapshot, now, zone),
    ]


def _seats(language: str, say: Say, snapshot: Plain) -> Card:
    presence = part(snapshot, "presence")
    state = text(presence, "state")
    spares = Line(words=say("spares", spares=count(presence, "spares")))
    if state == "unmonitored":
        return unmonitored(say, "seats", [spares])
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
    level = "attention" if absent and not quiet else "ok" if count(presence, "expected") else "unknown"
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
