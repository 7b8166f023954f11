"""The two ends of a byte stream, as the stages of a bundle see each other."""

from typing import Protocol


class Writable(Protocol):
    """The stage below a writer."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`, or raise."""


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
