"""The lower half of the pipeline: zstd 3, then age, then the file; zstd and the file behind belts of their own."""

import queue
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

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
    """Compresses and seals what is written, into a new file, read back. Raises DiskFault from `write` or `finish`.

    Two belts, because zstd sets the pace: the sources are read and hashed while it compresses, and the medium
    is waited for beside it; both leave the interpreter's lock for a megabyte. age works in pieces of 64 kB and
    would ask for the lock after each: so the thread that writes seals what is packed, too.
    """

    def __init__(self, path: Path, recipients: Sequence[X25519PublicKey], *, mode: int) -> None:
        self._file = ReadBackFile(path, mode=mode)
        self._to_file = Belt(self._file, name="seal-file")
        self._age = AgeWriter(self._to_file, recipients)
        self._packer = _Packer()
        self._to_packer = Belt(self._packer, name="seal-pack")

    def write(self, data: bytes, /) -> None:
        """Hand `data` on; waits while the stages below are behind."""
        self._to_packer.write(data)
        self._seal()

    def finish(self) -> tuple[int, str]:
        """Everything on the medium; size in bytes and sha256 in hex of the sealed file. Raises ReadBackDiffers."""
        self._to_packer.finish()
        self._packer.finish()
        self._seal()
        self._age.close()
        self._to_file.finish()
        digest = self._file.finish()
        return self._file.size_bytes, digest

    def abandon(self) -> None:
        """Stop both belts and close the file; may be called after `finish`."""
        self._to_packer.stop()
        self._to_file.stop()
        self._file.abandon()

    def _seal(self) -> None:
        while self._packer.packed:
            self._age.write(self._packer.packed.popleft())


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


class _Packer:
    """zstd; what it gives waits in `packed`."""

    def __init__(self) -> None:
        self.packed: deque[bytes] = deque()
        self._zstd = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).chunker(
            chunk_size=_PACKED_BYTES
        )

    def write(self, data: bytes, /) -> None:
        self.packed.extend(self._zstd.compress(data))

    def finish(self) -> None:
        self.packed.extend(self._zstd.finish())  # type: ignore[no-untyped-call]  # its stub has no type
