"""USB of the box on its card, and what hangs on the box behind it; the list that opens below."""

from collections import Counter
from datetime import datetime, tzinfo

from appliance.words import attached_rows, name_of, radio_rows, usb_grants, usb_level, usb_rows
from web.card import Line, Say
from web.fields import Plain, part, text
from web.times import day_time, moment_of

ROWS_SHOWN = 12
# What is said of devices that are not simply in use, the worst first.
_COUNTED = {
    "open": "usb_not_blocked",
    "blocked": "usb_blocked",
    "waiting": "usb_waiting",
    "unknown": "usb_unsure",
}


def usb_lines(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    """Whether the ports are closed and how many devices are not as they ought to be; then what is granted."""
    counted = Counter(row.state for row in usb_rows(language, snapshot))
    words = [name_of(language, "usb", text(part(snapshot, "usb"), "state") or "unknown")]
    if counted["open"]:
        words = [say("usb_ports")]  # whatever the rule for new devices is: not closed
    words += [say(key, count=counted[state]) for state, key in _COUNTED.items() if counted[state]]
    grants = usb_grants(language, snapshot, lambda iso: day_time(language, moment_of(iso), now, zone))
    level = usb_level({**snapshot, "usb": {**part(snapshot, "usb"), "grants": []}})
    lines = [Line(words=" · ".join(words), level=level)]
    lines += _attached_lines(language, say, snapshot)
    if grants:
        key = "usb_granted_line" if len(grants) == 1 else "usb_granted_more"
        told = say(key, place=grants[0].place, until=grants[0].until, count=len(grants))
        lines.append(Line(words=told, level="attention" if any(grant.loud for grant in grants) else ""))
    return lines


def _attached_lines(language: str, say: Say, snapshot: Plain) -> list[Line]:
    """What became a disk, an interface or a mount and ought not to; whether nobody looks; a radio that is not off."""
    counted = Counter(row.level for row in attached_rows(language, snapshot))
    state = text(part(part(snapshot, "usb"), "attached"), "state") or "unknown"
    lines = []
    if state != "watched" and text(part(snapshot, "usb"), "state") != "unmonitored":
        lines.append(Line(words=name_of(language, "attached", state), level="unknown"))
    for level, key in (("critical", "attached_not_taken"), ("attention", "attached_taken")):
        if counted[level]:
            words = f"{name_of(language, 'attached', 'watched')} · {say(key, count=counted[level])}"
            lines.append(Line(words=words, level=level))
    lines += [
        Line(words=say("radio_line", radio=radio.what, state=radio.state_words), level=radio.level)
        for radio in radio_rows(language, snapshot)
        if radio.level != "ok"
    ]
    return lines


def usb_list(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    """Every device with its verdict and why, every grant with its people; empty where there is none."""
    rows = usb_rows(language, snapshot)
    grants = usb_grants(language, snapshot, lambda iso: day_time(language, moment_of(iso), now, zone))
    attached = sorted(attached_rows(language, snapshot), key=lambda row: row.level == "ok")
    if not rows and not grants and all(row.level == "ok" for row in attached):
        return []  # the box's own alone: `venue usb list` has it
    worst = sorted(rows, key=lambda row: tuple(_COUNTED).index(row.state) if row.state in _COUNTED else 9)
    lines = [
        Line(
            words=say("usb_row", place=row.place, what=row.what, state=row.state, why=row.why),
            level=row.level,
        )
        for row in worst[:ROWS_SHOWN]
    ]
    if len(rows) > ROWS_SHOWN:
        lines.append(Line(words=say("usb_more", count=len(rows) - ROWS_SHOWN)))
    for item in attached[:ROWS_SHOWN]:
        words = say("attached_row", what=item.what, state=item.state_words, why=item.why)
        lines.append(Line(words=words, level=item.level))
    if len(attached) > ROWS_SHOWN:
        lines.append(Line(words=say("attached_more", count=len(attached) - ROWS_SHOWN)))
    for radio in radio_rows(language, snapshot) if attached else ():
        lines.append(Line(words=say("radio_line", radio=radio.what, state=radio.state_words), level=radio.level))
    lines += [
        Line(words=grant.words, level="attention" if grant.loud else "") for grant in grants[:ROWS_SHOWN]
    ]
    return lines
