"""`.venue/files.jsonl` read back: what a bundle says it holds, one record a line."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.backup.unseal import BundleDamaged

_LINE_LIMIT_BYTES = 2 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record: `kind` is file, directory, symlink, not_captured, gone, anew or source.

    `sha256` and `label` only a file's. `gone`: `names` are ids of what the directory no longer holds; `anew`:
    whatever an older bundle holds below is not its content any more. `source` ends the lines of one; what its
    lines say of gone and anew counts where `error` is empty.
    """

    path: bytes
    kind: str
    size: int = 0
    sha256: str = ""
    label: str = ""
    target: bytes = b""
    names: frozenset[bytes] = frozenset()
    error: str = ""


def listed(chunks: Iterator[bytes]) -> Iterator[Listed]:
    """The records of the list. Raises BundleDamaged."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_record, lines)
        if len(rest) > _LINE_LIMIT_BYTES:
            raise BundleDamaged(f"the file list has a line of more than {_LINE_LIMIT_BYTES} bytes")
    if rest:
        raise BundleDamaged("the file list is cut off")


def _record(line: bytes) -> Listed:
    try:
        value = json.loads(line.decode())
        return Listed(
            path=_name(value, "path"),
            kind=str(value["type"]),
            size=int(value.get("size", 0)),
            sha256=str(value.get("sha256", "")),
            label=str(value.get("label", "")),
            target=_name(value, "target") if value["type"] == "symlink" else b"",
            names=frozenset(bytes.fromhex(name) for name in value.get("names", ())),
            error=str(value.get("error", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise BundleDamaged(f"the file list has a line that is none: {error}") from error


def _name(value: dict[str, str], key: str) -> bytes:
    if key in value:
        return value[key].encode()
    return base64.b64decode(value[key + "_base64"], validate=True)
