"""A part of the file: its name, its bytes, and the words that may stand in it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.command import CommandError, run

PART_BYTES = 1024 * 1024
ASK_S = 10.0
LEFT_OUT = "…"
# Codes, versions, times, names of ports and units: no blank, no character that a name or a sentence needs.
_CODE = re.compile(r"[A-Za-z0-9_.:+/@%~=-]{0,80}")
Plain = Mapping[str, object]


class PartFailed(Exception):
    """A part cannot be taken; the message is a word of ours, never what a program or a file said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of the archive."""

    name: str
    content: bytes


def as_json(name: str, value: object) -> Part:
    """A part that is JSON."""
    return Part(name=name, content=cut(json.dumps(value, ensure_ascii=False, indent=1).encode()))


def cut(content: bytes) -> bytes:
    """At most a mebibyte of it, and a word where there was more."""
    return content if len(content) <= PART_BYTES else content[:PART_BYTES] + b"\n(cut)\n"


def code(value: object) -> object:
    """The value where it is a number, a truth or a code; what may be somebody's words is left out."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if _CODE.fullmatch(value) else LEFT_OUT
    if isinstance(value, Sequence):
        return [code(each) for each in value[:200]]
    return LEFT_OUT


def picked(row: object, names: Sequence[str]) -> dict[str, object]:
    """Of a row these values alone, each a code."""
    found = row if isinstance(row, Mapping) else {}
    return {name: code(found.get(name)) for name in names}


def output(argv: Sequence[str]) -> str:
    """What a program of the system says. Raises PartFailed, with the program's name alone."""
    try:
        done = run(argv, timeout_s=ASK_S, check=False, environ={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    except CommandError as error:
        raise PartFailed(f"{Path(argv[0]).name}: not there, or too slow") from error
    if done.code != 0 and not done.stdout:
        raise PartFailed(f"{Path(argv[0]).name}: exit {done.code}")
    return done.stdout[: 16 * PART_BYTES].decode("utf-8", "replace")
