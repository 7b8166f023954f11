"""What the second layer of a snapshot says, row by row, for page and shell alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.words.names import name_of
from appliance.words.page_labels import label
from appliance.words.plain import plain_text
from appliance.words.usb.kinds import place_words

Plain = Mapping[str, object]

_LEVELS = {"in": "ok", "taken": "attention", "kept": "attention", "open": "critical"}
_KEYS = {"disk": "disks", "interface": "interfaces", "mount": "mounts"}
_RADIO_LEVELS = {"off": "ok", "none": "ok", "on": "attention"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedRow:
    """A disk, interface, mount or radio: `state` is a code of table `attached_state` or `radio_state`; else words."""

    place: str
    what: str
    state: str
    state_words: str
    why: str
    level: str


def attached_rows(language: str, snapshot: Plain) -> list[AttachedRow]:
    """What is there in the guard's order; one that lacks a field is no better for it."""
    attached = _attached(snapshot)
    rows, undone = attached.get("rows"), attached.get("undone")
    done = undone if isinstance(undone, list) else list(_KEYS.values())
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [_row(language, row, done) for row in found]


def radio_rows(language: str, snapshot: Plain) -> list[AttachedRow]:
    """Wi-Fi and Bluetooth; none where nobody looks."""
    attached = _attached(snapshot)
    radios = attached.get("radios")
    if attached.get("state") != "watched" or not isinstance(radios, Mapping):
        return []
    rows = []
    for name in ("wifi", "bluetooth"):
        state = str(radios.get(name) or "unknown")
        rows.append(
            AttachedRow(
                place=name_of(language, "radio", name),
                what=name_of(language, "radio", name),
                state=state,
                state_words=name_of(language, "radio_state", state),
                why="",
                level=_RADIO_LEVELS.get(state, "unknown"),
            )
        )
    return rows


def attached_levels(snapshot: Plain) -> set[str]:
    """The levels of all that is there; `unknown` among them where it is not watched."""
    attached = _attached(snapshot)
    levels = {row.level for row in (*attached_rows("en", snapshot), *radio_rows("en", snapshot))}
    undone = attached.get("undone")
    if "radios" in (undone if isinstance(undone, list) else ()):
        levels.add("critical")
    watched = attached.get("state") == "watched" and isinstance(attached.get("rows"), list)
    return levels if watched else levels | {"unknown"}


def _row(language: str, row: Plain, undone: list[object]) -> AttachedRow:
    state = "in"
    if row.get("allowed") is not True:
        state = "open" if _KEYS.get(str(row.get("what"))) in undone else "taken"
        state = "kept" if row.get("kept") is True else state
    name, told = plain_text(row.get("name") or "?", limit=40), plain_text(row.get("label") or "", limit=40)
    size = row.get("size_bytes")
    form = "attached_named" if told not in ("", name) else "attached_plain"
    if row.get("what") == "disk" and isinstance(size, int) and size > 0:
        form = "attached_disk"
    what = name_of(language, "attached_what", row.get("what"))
    return AttachedRow(
        place=place_words(language, row.get("port") or row.get("name") or "?", row.get("place")),
        what=label(language, form, what=what, name=name, label=told or name, size=size),
        state=state,
        state_words=name_of(language, "attached_state", state),
        why=name_of(language, "attached_why", row.get("why")),
        level=_LEVELS[state],
    )


def _attached(snapshot: Plain) -> Plain:
    usb = snapshot.get("usb")
    attached = usb.get("attached") if isinstance(usb, Mapping) else None
    return attached if isinstance(attached, Mapping) else {}
