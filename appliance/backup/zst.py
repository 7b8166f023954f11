"""zstd out again, from any stage below; the one place that fits `zstandard`'s reader to our streams."""

from collections.abc import Iterator
from typing import IO, cast

import zstandard

from appliance.backup.stream import Readable

_CHUNK_BYTES = 1 << 17
# Level 3 needs 2 MB; a frame that asks for more than this was not made by us.
_WINDOW_LIMIT_BYTES = 1 << 27


class ZstdDamaged(Exception):
    """The stream is no zstd frame, was altered, or wants more memory than it may."""


class ZstdReader:
    """The content of one zstd frame."""

    def __init__(self, stream: Readable) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT_BYTES)
        # zstandard asks for an IO and calls nothing but `read`.
        self._reader = decompressor.stream_reader(cast(IO[bytes], stream), closefd=False)

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end of the frame or of the stream. Raises ZstdDamaged."""
        try:
            return self._reader.read(size)
        except zstandard.ZstdError as error:
            raise ZstdDamaged(str(error)) from error


def unpacked(stream: Readable) -> Iterator[bytes]:
    """The content of one zstd frame in chunks."""
    reader = ZstdReader(stream)
    while chunk := reader.read(_CHUNK_BYTES):
        yield chunk
