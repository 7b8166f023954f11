"""zstd, in and out again, from any stage below; the one place that fits `zstandard` to our streams."""

from collections.abc import Iterator
from typing import IO, cast

import zstandard

from appliance.backup.stream import Readable

_CHUNK_BYTES = 1 << 17
# Level 3 needs 2 MB; a frame that asks for more than this was not made by us.
_WINDOW_LIMIT_BYTES = 1 << 27

LEVEL = 3
# What zstd gives at a time: each piece costs it a round for the interpreter's lock.
_PACKED_BYTES = 1 << 20
# Where less than a fiftieth was saved of so many bytes, the next ones are packed by themselves; then it is tried again.
_TRIED_BYTES, _DENSE = 8 << 20, 0.98
_ALONE_BYTES = 64 << 20


class ZstdPacker:
    """zstd 3 of what is given, a megabyte or so at a time: one frame, as long as it packs.

    zstd copies what comes into a window, to find it again in what follows. Of videos, photos and archives nothing is
    found there: each piece of them becomes a frame by itself, which costs half of it.
    """

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self._frame = self._compressor.chunker(chunk_size=_PACKED_BYTES)
        self._in_bytes = self._out_bytes = self._alone_bytes = 0

    def pack(self, data: bytes | memoryview, /) -> Iterator[bytes]:
        """What there is so far."""
        if self._alone_bytes > 0:
            yield self._by_itself(data)
            return
        for packed in self._frame.compress(data):
            self._out_bytes += len(packed)
            yield packed
        self._in_bytes += len(data)
        if self._in_bytes >= _TRIED_BYTES:
            if self._out_bytes > self._in_bytes * _DENSE:
                yield from self.finish()
                self._alone_bytes = _ALONE_BYTES
            self._in_bytes = self._out_bytes = 0

    def finish(self) -> Iterator[bytes]:
        """The rest."""
        if not self._alone_bytes:
            yield from self._frame.finish()  # type: ignore[no-untyped-call]  # its stub has no type

    def _by_itself(self, data: bytes | memoryview) -> bytes:
        packed = self._compressor.compress(data)
        dense = len(packed) > len(data) * _DENSE
        self._alone_bytes = max(self._alone_bytes - len(data), 0) if dense else 0
        if not self._alone_bytes:
            self._frame = self._compressor.chunker(chunk_size=_PACKED_BYTES)
        return packed


class ZstdDamaged(Exception):
    """The stream is no zstd frame, was altered, or wants more memory than it may."""


class ZstdReader:
    """The content of zstd frames, one after the other."""

    def __init__(self, stream: Readable) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT_BYTES)
        # zstandard asks for an IO and calls nothing but `read`.
        self._reader = decompressor.stream_reader(
            cast(IO[bytes], stream), read_across_frames=True, closefd=False
        )

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end of the stream. Raises ZstdDamaged."""
        try:
            return self._reader.read(size)
        except zstandard.ZstdError as error:
            raise ZstdDamaged(str(error)) from error


def unpacked(stream: Readable) -> Iterator[bytes]:
    """The content of zstd frames in chunks."""
    reader = ZstdReader(stream)
    while chunk := reader.read(_CHUNK_BYTES):
        yield chunk
