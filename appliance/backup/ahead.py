"""Reads a stream a few pieces ahead, in a thread: what is opened next is opened while this is written."""

import queue
import threading

from appliance.backup.stream import Readable, read_exactly

_PIECES = 3


class Ahead:
    """The content of `stream`; its fault comes where its bytes would have. `close` before the stream is used again."""

    def __init__(self, stream: Readable, *, piece_bytes: int) -> None:
        self._stream, self._piece_bytes = stream, piece_bytes
        self._queue: queue.Queue[bytes | Exception] = queue.Queue(_PIECES)
        self._piece: bytes | Exception = b""
        self._at = 0
        self._closed = False
        self._thread = threading.Thread(target=self._carry, name="open-ahead", daemon=True)
        self._thread.start()

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty only at the end. Raises what the stream does."""
        if isinstance(self._piece, bytes) and self._at == len(self._piece):
            self._piece, self._at = self._queue.get(), 0
        if isinstance(self._piece, Exception):
            raise self._piece
        if not self._piece:
            self._queue.put(b"")  # the end stays the end
        data = self._piece[self._at : self._at + size]
        self._at += len(data)
        return data

    def close(self) -> None:
        """No more is read of the stream; may be called again."""
        self._closed = True
        while self._thread.is_alive():
            try:
                self._queue.get_nowait()
            except queue.Empty:
                self._thread.join(0.01)

    def _carry(self) -> None:
        piece: bytes | Exception = b"-"
        while piece and not self._closed and isinstance(piece, bytes):
            try:
                piece = read_exactly(self._stream, self._piece_bytes)
            except Exception as fault:  # noqa: BLE001 - a thread begins here; the fault is raised by its owner
                piece = fault
            self._queue.put(piece)
