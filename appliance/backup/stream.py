"""The two ends of a byte stream, as the stages of a bundle see each other."""

from typing import Protocol

# What goes down a bundle's pipe at a time, at most: large enough that the stages' calls cost nothing.
BATCH_BYTES = 1 << 20


class Writable(Protocol):
    """The stage below a writer."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`, or raise."""


class BatchWritable(Protocol):
    """The stage below one that puts batches together in memory of its own."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take all of `data`, or raise; it is written over afterwards."""


class Hashing(Protocol):
    """A stage that takes the sha256 of parts of what is written to it, and has memory for what is written next."""

    def room(self) -> memoryview:
        """Memory of a batch, the same one until something is written; what begins there is written without a copy."""

    def part(self, begin: int, end: int, /) -> None:
        """Bytes `begin` to `end` of the next `write`, a batch at most, are to be hashed."""


class Readable(Protocol):
    """The stage below a reader."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty only at the end."""


class LineReadable(Readable, Protocol):
    """A stage that can stop after a line, as an age header needs it."""

    def readline(self, limit: int, /) -> bytes:
        """Up to and with the next newline, at most `limit` bytes."""


def read_exactly(stream: Readable, size: int) -> bytes:
    """`size` bytes of `stream`, fewer only at its end."""
    parts, missing = [], size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
