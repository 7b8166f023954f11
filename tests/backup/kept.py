"""A sink that keeps what a source puts into it."""

from collections.abc import Container, Iterable

from appliance.backup.index import ALL
from appliance.backup.sources import Entry, Label


class Kept:
    """Keeps what it is given; `on_write` runs after each chunk, so that a test can change the source."""

    def __init__(self, on_write: object = None) -> None:
        self.entries: list[tuple[str, Entry]] = []
        self.content: dict[bytes, bytes] = {}
        self.labels: dict[bytes, Label] = {}
        self.missing: dict[bytes, str] = {}
        self.skips = self.abandoned = 0
        self.stamps: dict[bytes, bytes] = {}
        self.unsettled: set[bytes] = set()
        self.gone: set[bytes] = set()
        self.on_write = on_write

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
        self.stamps |= {path + b"/" + name if path else name: stamp for name, stamp in entries}
        return ALL

    def directory(self, entry: Entry) -> None:
        self.entries.append(("directory", entry))

    def symlink(self, entry: Entry) -> None:
        self.entries.append(("symlink", entry))

    def room(self, size: int) -> memoryview:
        return memoryview(bytearray(size + 1))

    def whole(self, path: bytes, content: memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        self.file(Entry(path=path, mode=mode, mtime_ns=mtime_ns, size=size))
        self.write(content[:size])
        self.end(Label.STABLE)

    def file(self, entry: Entry) -> None:
        self.entries.append(("file", entry))
        self.content[entry.path] = b""

    def write(self, chunk: bytes | memoryview, /) -> None:
        path = self.entries[-1][1].path
        self.content[path] += chunk
        if callable(self.on_write):
            self.on_write(path)

    def end(self, label: Label, *, settled: bool = True) -> None:
        self.labels[self.entries[-1][1].path] = label
        if not settled:
            self.unsettled.add(self.entries[-1][1].path)

    def abandon(self) -> None:
        self.abandoned += 1

    def missed(self, path: bytes) -> None:
        self.gone.add(path)

    def not_captured(self, path: bytes, reason: str) -> None:
        self.missing[path] = reason

    def skipped(self) -> None:
        self.skips += 1
