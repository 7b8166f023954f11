"""What a source and the bundle that takes it in say to each other."""

import enum
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from appliance.backup.scratch import Scratch


class SourceError(Exception):
    """A source could not be captured; `code` goes into the manifest, the message stays at the venue."""

    code: ClassVar[str] = "failed"


class SourceMissing(SourceError):
    """The source is not there, not mounted, or went away while it was read."""

    code: ClassVar[str] = "missing"


class SourceUnreadable(SourceError):
    """The source is there and its root cannot be read."""

    code: ClassVar[str] = "unreadable"


class SourceFailed(SourceError):
    """A program that gives the source ended with an error, or its server refused."""


class SourceLate(SourceError):
    """It was not done within its time limit."""

    code: ClassVar[str] = "late"


class SourceTooLarge(SourceError):
    """It is larger than its limit, or than the room the box has to keep it aside."""

    code: ClassVar[str] = "too_large"


class SourceBusy(SourceError):
    """Somebody held it for longer than was to be waited."""

    code: ClassVar[str] = "busy"


class SourceDamaged(SourceError):
    """It is damaged where it stands; what older bundles hold is not."""

    code: ClassVar[str] = "damaged"


class Label(enum.Enum):
    """How consistent a captured file is."""

    STABLE = "stable"  # size, mtime and ctime were the same before and after
    TORN = "torn"  # it changed under the reader, the second time too: bytes of two moments
    SNAPSHOT = "snapshot"  # a database's own copy of one moment
    OUTPUT = "output"  # a program's output, which ended well; more is not known
    PULLED = "pulled"  # size and mtime, in whole seconds and as its server tells them, were the same before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member of a source: `path` in raw bytes, relative to the root, which itself is `b""`."""

    path: bytes
    mode: int
    mtime_ns: int
    size: int = 0
    target: bytes = b""


class Sink(Protocol):
    """Where a source puts what it captures; its errors are never OSErrors and pass through the source."""

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
        """The names of the directory at `path` that are to be taken, of `entries` with name and stamp, all of them.

        A stamp tells an entry from the same one altered. What is no longer among them is recorded as gone.
        """

    def directory(self, entry: Entry) -> None:
        """A directory."""

    def symlink(self, entry: Entry) -> None:
        """A symbolic link."""

    def room(self, size: int) -> memoryview:
        """Memory to read a file of `size` bytes into, and one byte more; nothing is taken by it."""

    def whole(self, path: bytes, content: memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        """A stable and settled file, the first `size` bytes of `content`, which the last `room` was.

        `file`, `write` and `end` in one call: most files are small, and most of what a small one costs is calls.
        """

    def file(self, entry: Entry) -> None:
        """The head of a file; `write` and one of the three ends follow."""

    def write(self, chunk: bytes | memoryview, /) -> None:
        """The file's next bytes, never more than `entry.size` in all; fewer are padded with zeros."""

    def end(self, label: Label, *, settled: bool = True) -> None:
        """The file is taken. A later file of the same path replaces it.

        Not `settled`: a change to come may leave the same stamp, so that it is to be taken by the next bundle too.
        """

    def abandon(self) -> None:
        """What was written of the file does not count: it is taken again, or named as not captured."""

    def not_captured(self, path: bytes, reason: str) -> None:
        """A file that should be here and is not; `reason` is one word such as `EACCES`."""

    def missed(self, path: bytes) -> None:
        """It was among `changes`' entries and went away: if it is there again, it is to be taken."""

    def skipped(self) -> None:
        """A FIFO, a socket or a device: nothing that could be backed up."""


class Source(Protocol):
    """Something that can be backed up. Two implementations at least: the directory, and the databases."""

    def capture(self, sink: Sink) -> None:
        """Put everything into `sink`, the root first. Raises SourceError when the whole is in doubt."""


class Options(Protocol):
    """A driver's settings: a frozen dataclass whose fields are the keys of `[[backup.source]]`."""

    driver: ClassVar[str]

    def open(self, scratch: Scratch, /) -> Source:
        """The source these settings describe; touches nothing yet. `scratch` is for what has no size beforehand."""
