"""The lower half of the pipeline: zstd 3, then age, then the file."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup.age import AgeWriter
from appliance.backup.readback import ReadBackFile
from appliance.backup.zst import ZstdPacker


class Sealer:
    """Compresses and seals what is written, into `file`, read back. Raises DiskFault from `write` or `finish`.

    The file waits for its medium in threads of its own: zstd sets the pace, and leaves the interpreter's lock.
    """

    def __init__(self, file: ReadBackFile, recipients: Sequence[X25519PublicKey]) -> None:
        self._file = file
        self._age = AgeWriter(file, recipients)
        self._zstd = ZstdPacker()

    def write(self, data: bytes | memoryview, /) -> None:
        """Hand `data` on; it is of no more use when this comes back. Waits while the medium is behind."""
        for packed in self._zstd.pack(data):
            self._age.write(packed)

    def finish(self) -> tuple[int, str]:
        """Everything on the medium; size in bytes and sha256 in hex of the sealed file. Raises ReadBackDiffers."""
        for packed in self._zstd.finish():
            self._age.write(packed)
        self._age.close()
        digest = self._file.finish()
        return self._file.size_bytes, digest

    def abandon(self) -> None:
        """Close the file; may be called after `finish`."""
        self._file.abandon()
