"""The lower half of the pipeline: zstd 3, then age, then the file; the file behind a belt of its own."""

import queue
import threading
from collections.abc import Sequence

import zstandard
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup.age import AgeWriter
from appliance.backup.readback import ReadBackFile
from appliance.backup.stream import Writable

LEVEL = 3
# What zstd gives at a time: each piece costs it a round for the interpreter's lock.
_PACKED_BYTES = 1 << 20
# Batches of about a megabyte that may wait on a belt: fewer would starve a stage, smaller ones hand the
# interpreter's lock around too often.
_BELT_BATCHES = 2


class Sealer:
    """Compresses and seals what is written, into `file`, read back. Raises DiskFault from `write` or `finish`.

    The medium is waited for beside zstd, which sets the pace: both leave the interpreter's lock for a megabyte.
    """

    def __init__(self, file: ReadBackFile, recipients: Sequence[X25519PublicKey]) -> None:
        self._file = file
        self._to_file = Belt(file, name="seal-file")
        self._age = AgeWriter(self._to_file, recipients)
        self._zstd = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).chunker(chunk_size=_PACKED_BYTES)

    def write(self, data: bytes | memoryview, /) -> None:
        """Hand `data` on; it is of no more use when this comes back. Waits while the medium is behind."""
        for packed in self._zstd.compress(data):
            self._age.write(packed)

    def finish(self) -> tuple[int, str]:
        """Everything on the medium; size in bytes and sha256 in hex of the sealed file. Raises ReadBackDiffers."""
        for packed in self._zstd.finish():  # type: ignore[no-untyped-call]  # its stub has no type
            self._age.write(packed)
        self._age.close()
        self._to_file.finish()
        digest = self._file.finish()
        return self._file.size_bytes, digest

    def abandon(self) -> None:
        """Stop the belt and close the file; may be called after `finish`."""
        self._to_file.stop()
        self._file.abandon()


class Belt:
    """Carries what is written to `stream` in a thread; its fault comes with the next `write` or `finish`."""

    def __init__(self, stream: Writable, *, name: str) -> None:
        self._stream = stream
        self._queue: queue.Queue[bytes | None] = queue.Queue(_BELT_BATCHES)
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._carry, name=name, daemon=True)
        self._thread.start()

    def write(self, data: bytes, /) -> None:
        """Put `data` on the belt; waits while it is full."""
        if self._fault:
            raise self._fault
        self._queue.put(data)

    def finish(self) -> None:
        """Wait until all has arrived."""
        self.stop()
        if self._fault:
            raise self._fault

    def stop(self) -> None:
        """End the thread after what is on the belt; may be called again."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _carry(self) -> None:
        while (data := self._queue.get()) is not None:
            if self._fault:
                continue  # drain, so that the writer is never left waiting for a dead thread
            try:
                self._stream.write(data)
            except Exception as fault:  # noqa: BLE001 - a thread begins here; the fault is raised by its owner
                self._fault = fault
