"""`.venue/files.jsonl`, written and read back: what a bundle says it holds, one record a line."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.backup.stream import Writable
from appliance.backup.unseal import BundleDamaged

_LINE_LIMIT_BYTES = 2 << 20
# Year 33,658: more than any file system keeps, and less than the kernel refuses.
_LATEST_NS = 10**21
# Lines that wait for each other: the spool compresses what it is given, and a call costs more than a line.
_BATCH_LINES = 256
# json.dumps builds an encoder for every call that is not plain ASCII: a third of the list's cost.
_JSON = json.JSONEncoder(ensure_ascii=False).encode


class FileList:
    """Writes the records to `stream`, all of them at `flush`."""

    def __init__(self, stream: Writable) -> None:
        self._stream = stream
        self._lines: list[str] = []

    def file(self, path: bytes, *, size: int, mtime_ns: int, sha256: str, label: str) -> None:
        """A file. Put together by hand, the name by JSON's encoder: a dictionary for each costs three times that."""
        self._add(
            f'{{{_named("path", path)}, "type": "file", "size": {size}, "mtime_ns": {mtime_ns}, '
            f'"sha256": "{sha256}", "label": "{label}"}}\n'
        )

    def directory(self, path: bytes, *, mtime_ns: int) -> None:
        """A directory."""
        self._add(f'{{{_named("path", path)}, "type": "directory", "mtime_ns": {mtime_ns}}}\n')

    def symlink(self, path: bytes, *, mtime_ns: int, target: bytes) -> None:
        """A symbolic link."""
        named = f"{_named('path', path)}, \"type\": \"symlink\", \"mtime_ns\": {mtime_ns}"
        self._add(f"{{{named}, {_named('target', target)}}}\n")

    def other(self, path: bytes, kind: str, **fields: object) -> None:
        """Any other record of `Listed`."""
        self._add(f"{{{_named('path', path)}, {_JSON({'type': kind, **fields})[1:]}\n")

    def flush(self) -> None:
        """Everything to the stream."""
        lines, self._lines = self._lines, []
        self._stream.write("".join(lines).encode())

    def _add(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) >= _BATCH_LINES:
            self.flush()


def _named(key: str, name: bytes) -> str:
    """`key` with the name as text, `key_base64` where it is no UTF-8."""
    try:
        return f'"{key}": {_JSON(name.decode())}'
    except UnicodeDecodeError:
        return f'"{key}_base64": "{base64.b64encode(name).decode()}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record: `kind` is file, directory, symlink, not_captured, gone, anew or source.

    `sha256` and `label` only a file's; `mtime_ns` is what the archive has to the second alone. `gone`: `names` are
    ids of what the directory no longer holds; `anew`: whatever an older bundle holds below is not its content any
    more. `source` ends the lines of one; what its lines say of gone and anew counts where `error` is empty.
    """

    path: bytes
    kind: str
    size: int = 0
    mtime_ns: int | None = None
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
            mtime_ns=_time(value["mtime_ns"]) if "mtime_ns" in value else None,
            sha256=str(value.get("sha256", "")),
            label=str(value.get("label", "")),
            target=_name(value, "target") if value["type"] == "symlink" else b"",
            names=frozenset(bytes.fromhex(name) for name in value.get("names", ())),
            error=str(value.get("error", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BundleDamaged(f"the file list has a line that is none: {error}") from error


def _time(value: int) -> int:
    if not -_LATEST_NS < value < _LATEST_NS:
        raise ValueError("a time that no file can have")
    return int(value)


def _name(value: dict[str, str], key: str) -> bytes:
    if key in value:
        return value[key].encode()
    return base64.b64decode(value[key + "_base64"], validate=True)
