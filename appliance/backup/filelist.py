"""`.venue/files.jsonl`, written and read back: what a bundle says it holds, one record a line."""

import base64
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from appliance.backup.stream import Writable
from appliance.backup.unseal import BundleDamaged

_LINE_LIMIT_BYTES = 2 << 20
# Year 33,658: more than any file system keeps, and less than the kernel refuses.
_LATEST_NS = 10**21
# Lines that wait for each other: the spool compresses what it is given, and a call costs more than a line.
_BATCH_LINES = 256
# json.dumps builds an encoder for every call that is not plain ASCII: a third of the list's cost. A name is a string.
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_TEXT = json.encoder.encode_basestring
# A file's line as `FileList` writes it where the name needs no escape: json takes three times as long for it.
_PLAIN_FILE = re.compile(
    rb'\{"path": "([^"\\\x00-\x1f]*)", "type": "file", "size": (0|[1-9][0-9]{0,17}), '
    rb'"mtime_ns": (0|-?[1-9][0-9]{0,18}), "sha256": "([0-9a-f]*)", "label": "([a-z]*)"\}'
)


class FileList:
    """Writes the records to `stream` in the order of the calls, a file's once its digest is known; all at `flush`."""

    def __init__(self, stream: Writable) -> None:
        self._stream = stream
        self._lines: list[str] = []
        # A file's line up to its digest, and its label; or a line, whole, that came after such a one.
        self._waiting: deque[tuple[str, str | None]] = deque()

    def file(self, path: bytes, *, size: int, mtime_ns: int, sha256: str | None, label: str) -> None:
        """A file; without its `sha256` it waits for `hashed`.

        Put together by hand, the name by JSON's encoder: a dictionary for each costs three times that.
        """
        before = f'{{{_named("path", path)}, "type": "file", "size": {size}, "mtime_ns": {mtime_ns}, "sha256": "'
        if sha256 is None:
            self._waiting.append((before, label))
        else:
            self._add(_hashed(before, sha256, label))

    def hashed(self, digests: Iterable[bytes]) -> None:
        """The sha256 of the files that wait for it, in their order."""
        waiting = self._waiting
        for digest in digests:
            before, label = waiting.popleft()
            self._lines.append(_hashed(before, digest.hex(), str(label)))
            while waiting and waiting[0][1] is None:
                self._lines.append(waiting.popleft()[0])
        if len(self._lines) >= _BATCH_LINES:
            self._write()

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
        """Everything to the stream. Raises ValueError where a file has no digest yet: a bug of the caller."""
        if self._waiting:
            raise ValueError(f"{len(self._waiting)} records wait for a digest")
        self._write()

    def _add(self, line: str) -> None:
        if self._waiting:
            self._waiting.append((line, None))
            return
        self._lines.append(line)
        if len(self._lines) >= _BATCH_LINES:
            self._write()

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        self._stream.write("".join(lines).encode())


def _hashed(before: str, sha256: str, label: str) -> str:
    return f'{before}{sha256}", "label": "{label}"}}\n'


def _named(key: str, name: bytes) -> str:
    """`key` with the name as text, `key_base64` where it is no UTF-8."""
    try:
        return f'"{key}": {_TEXT(name.decode())}'
    except UnicodeDecodeError:
        return f'"{key}_base64": "{base64.b64encode(name).decode()}"'


class Listed(NamedTuple):
    """One record, a tuple as `Member` is: `kind` is file, directory, symlink, not_captured, gone, anew or source.

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
        if plain := _PLAIN_FILE.fullmatch(line):
            path, size, mtime_ns, sha256, label = plain.groups()
            path.decode()
            return Listed(path, "file", int(size), int(mtime_ns), sha256.decode(), label.decode())
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
