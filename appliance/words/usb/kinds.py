"""What a USB device is, in the words of people: one word for all the kinds that it is known to be."""

import re
from collections.abc import Iterable, Mapping

from appliance.words.languages import LANGUAGES
from appliance.words.names import NAMES, name_of
from appliance.words.plain import plain_text

_PORT = re.compile(r"[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3})*")

# What goes along with a thing and does not make it another one; as hw.usb_classes has it, to which a test holds it.
_INPUT = frozenset({"keyboard", "pointer", "hid"})
_COMPANIONS: Mapping[str, frozenset[str]] = {
    "keyboard": _INPUT,
    "pointer": _INPUT,
    "video": frozenset({"audio"}),
    "audio": frozenset({"hid"}),
}
_NO_OTHER_THING = frozenset({"vendor", "other"})


def one_kind(kinds: Iterable[str]) -> str:
    """The code of table `usb_kind` that names the device; `combined` where its kinds are several things."""
    told = set(kinds) - {"unknown"} or {"unknown"}
    if "phone" in told or len(told) == 1:
        return "phone" if "phone" in told else next(iter(told))
    for kind in NAMES["usb_kind"]:
        if kind in told and told - {kind} <= _COMPANIONS.get(kind, frozenset()) | _NO_OTHER_THING:
            return kind
    return "combined"


def kinds_words(language: str, kinds: object) -> str:
    """What the device is; of one that is several things, all of them behind the word for it."""
    told = [str(kind) for kind in kinds[:16]] if isinstance(kinds, list | tuple) else [str(kinds)]
    kind = one_kind(told)
    word = name_of(language, "usb_kind", kind)
    if kind != "combined":
        return word
    parts = [name_of(language, "usb_kind", each) for each in told[:4] if each not in ("unknown", "combined")]
    return f"{word}（{'、'.join(parts)}）" if language == LANGUAGES[0] else f"{word} ({', '.join(parts)})"


def port_words(language: str, port: object) -> str:
    """A port as people say it: `1-1.4` → 1-1.4 口, port 1-1.4; one that has its name already stays as it is."""
    told = plain_text(port, limit=60)
    if not _PORT.fullmatch(told):
        return told
    return f"{told} 口" if language == LANGUAGES[0] else f"port {told}"


def place_words(language: str, port: object, place: object) -> str:
    """Where a device is: by the port's name where the configuration gives one, with the port behind it."""
    name = plain_text(place or "", limit=40)
    if not name:
        return port_words(language, port)
    told = plain_text(port, limit=32)
    return f"{name}（{told}）" if language == LANGUAGES[0] else f"{name} ({told})"
