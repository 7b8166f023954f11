"""What the USB part of a snapshot says, device by device and grant by grant, for page and shell alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.words.names import name_of
from appliance.words.page_labels import label
from appliance.words.plain import plain_text
from appliance.words.usb.attached_rows import attached_levels
from appliance.words.usb.kinds import kinds_words, place_words

Plain = Mapping[str, object]

# The worst first. What nobody can tell is worse than what is well, and no worse than what is seen to be wrong.
WORST_FIRST = ("critical", "attention", "unknown", "ok")
_LEVELS = {"in": "ok", "waiting": "attention", "blocked": "attention", "open": "critical"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbRow:
    """A device: `state` is a code of table `usb_device`, `why` one of `usb_why`; all else are words."""

    port: str
    place: str
    what: str
    state: str
    why: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbGrantRow:
    """A grant in one sentence; `until` as the clock writes it. `loud`: it opens what the seal had closed."""

    port: str
    place: str
    words: str
    until: str
    loud: bool


def usb_rows(language: str, snapshot: Plain) -> list[UsbRow]:
    """The devices in the guard's order; one that lacks a field is no better for it."""
    return [_row(language, device) for device in _parts(_usb(snapshot), "devices")]


def usb_grants(language: str, snapshot: Plain, clock: Callable[[object], str]) -> list[UsbGrantRow]:
    """What people let in, what ends first in front; `clock` writes an ISO time, '' where it is none."""
    usb = _usb(snapshot)
    here = {str(device.get("port")): device for device in _parts(usb, "devices")}
    sealed = usb.get("sealed_in") is not False
    rows = []
    for grant in sorted(_parts(usb, "grants"), key=lambda each: str(each.get("until") or "~")):
        port, chief = str(grant.get("port") or ""), grant.get("chief")
        device = here.get(port, {})
        place = place_words(language, port, device.get("place"))
        kinds = device.get("kinds") if device.get("id") == grant.get("id") else None
        until = clock(grant.get("until"))
        values = {
            "place": place,
            "what": _what(language, kinds, grant)
            + (label(language, "usb_part", part=str(grant["part"])[:16]) if grant.get("part") else ""),
            "until": until,
            "by": plain_text(grant.get("technician") or "", limit=20),
            "chief": plain_text(chief or "", limit=20),
            "reason": plain_text(grant.get("reason") or "", limit=60),
        }
        words = label(language, "usb_grant_two" if chief else "usb_grant_one", **values)
        loud = sealed and (bool(chief) or grant.get("how") == "keyboard")
        rows.append(UsbGrantRow(port=port, place=place, words=words, until=until, loud=loud))
    return rows


def usb_boot_lines(language: str, snapshot: Plain) -> list[str]:
    """How lockdown.conf differs from the list; nothing where it agrees or nobody has looked."""
    boot = _usb(snapshot).get("boot")
    if not isinstance(boot, Mapping):
        return []
    lines = []
    for part in ("extra", "missing", "faults", "unreadable"):
        told = boot.get(part)
        words = [plain_text(each, limit=80) for each in (told if isinstance(told, list) else [told]) if each]
        if words:
            lines.append(label(language, f"usb_boot_{part}", what=", ".join(words[:6])))
    return lines


def usb_level(snapshot: Plain) -> str:
    """ok, attention, critical or unknown: ok only where the ports are known to be closed and all in use may be.

    What became a disk, an interface or a mount in spite of them counts as much.
    """
    usb = _usb(snapshot)
    found = attached_levels(snapshot) | {row.level for row in usb_rows("en", snapshot)}
    if any(grant.loud for grant in usb_grants("en", snapshot, str)):
        found.add("attention")
    state = usb.get("state")
    found.add("ok" if state == "closed" else "attention" if state == "open" else "unknown")
    if not isinstance(usb.get("devices"), list):
        found.add("unknown")
    return next(level for level in WORST_FIRST if level in found)


def _row(language: str, device: Plain) -> UsbRow:
    allowed, authorized = device.get("allowed") is True, device.get("authorized")
    state = "unknown"
    if isinstance(authorized, bool):
        state = ("in" if authorized else "waiting") if allowed else ("open" if authorized else "blocked")
    return UsbRow(
        port=plain_text(device.get("port") or "", limit=32),
        place=place_words(language, device.get("port") or "?", device.get("place")),
        what=_what(language, device.get("kinds"), device),
        state=state,
        why=name_of(language, "usb_why", device.get("why")),
        level=_LEVELS.get(state, "unknown"),
    )


def _what(language: str, kinds: object, device: Plain) -> str:
    name = plain_text(device.get("name") or "", limit=48)
    code = plain_text(device.get("id") or "", limit=9)
    told = isinstance(kinds, list) and bool(kinds)
    words = kinds_words(language, kinds) if told else label(language, "usb_device_word")
    words += label(language, "usb_named", name=name) if name else ""
    return words + (label(language, "usb_id", id=code) if code else "")


def _usb(snapshot: Plain) -> Plain:
    usb = snapshot.get("usb")
    return usb if isinstance(usb, Mapping) else {}


def _parts(plain: Plain, name: str) -> list[Plain]:
    value = plain.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
