"""The journal's message catalogs, written from appliance.words: what `journalctl -x` says below an entry of ours."""

from collections.abc import Iterator
from dataclasses import fields

from appliance.events import BODIES, Body
from appliance.journal import LEFT_OUT, field_name, message_id
from appliance.words.explained import EXPLAINED
from appliance.words.sentences import Both

FILES = {"systemd/catalog/venue.catalog": "en", "systemd/catalog/venue.zh_CN.catalog": "zh_CN"}
DOCUMENTATION = "file:///usr/share/doc/venue-appliance/events.md"
_HEAD = "# Made by scripts/write-docs from the code. Changes made here are lost.\n"
_TODO = Both("要做什么：", "What to do: ")
_NOTHING = Both("无须处理。", "Nothing.")
_FIELDS = Both(
    "记录在案（venue events --kind {kind}，第 @VENUE_SEQ@ 条）：",
    "On record (venue events --kind {kind}, row @VENUE_SEQ@):",
)


def catalog(language: str) -> str:
    """One catalog, an entry for each kind. Raises ValueError for a kind that is not explained."""
    missing = [kind for kind in BODIES if kind not in EXPLAINED]
    if missing:
        raise ValueError(f"appliance/words/explained.py explains no {', '.join(missing)}")
    return _HEAD + "".join("\n" + "\n".join(_entry(language, kind, body)) + "\n" for kind, body in BODIES.items())


def _entry(language: str, kind: str, body: type[Body]) -> Iterator[str]:
    explanation = EXPLAINED[kind]
    yield f"-- {message_id(kind)}"
    yield f"Subject: {_in(language, explanation.title)}"
    yield "Defined-By: Venue Appliance"
    yield f"Documentation: {DOCUMENTATION}#{kind.replace('.', '')}"
    yield ""
    yield _in(language, explanation.means)
    yield _in(language, _TODO) + _in(language, explanation.todo or _NOTHING)
    yield ""
    yield _in(language, _FIELDS).replace("{kind}", kind)
    for field in fields(body):
        if field.name not in LEFT_OUT:
            yield f"  {field.name}: @{field_name(field.name)}@"


def _in(language: str, text: Both) -> str:
    told = text.in_language(language)
    assert isinstance(told, str), "an explanation is plain text"
    return told
