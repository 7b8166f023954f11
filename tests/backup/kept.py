"""A sink that keeps what a source puts into it."""

from appliance.backup.sources import Entry, Label


class Kept:
    """Keeps what it is given; `on_write` runs after each chunk, so that a test can change the source."""

    def __init__(self, on_write: object = None) -> None:
        self.entries: list[tuple[str, Entry]] = []
        self.content: dict[bytes, bytes] = {}
        self.labels: dict[bytes, Label] = {}
        self.missing: dict[bytes, str] = {}
        self.skips = self.abandoned = 0
        self.on_write = on_write

    def directory(self, entry: Entry) -> None:
        self.entries.append(("directory", entry))

    def symlink(self, entry: Entry) -> None:
        self.entries.append(("symlink", entry))

    def file(self, entry: Entry) -> None:
        self.entries.append(("file", entry))
        self.content[entry.path] = b""

    def write(self, chunk: bytes, /) -> None:
        path = self.entries[-1][1].path
        self.content[path] += chunk
        if callable(self.on_write):
            self.on_write(path)

    def end(self, label: Label) -> None:
        self.labels[self.entries[-1][1].path] = label

    def abandon(self) -> None:
        self.abandoned += 1

    def not_captured(self, path: bytes, reason: str) -> None:
        self.missing[path] = reason

    def skipped(self) -> None:
        self.skips += 1
