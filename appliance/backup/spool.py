"""Lines kept aside until their size is known, on disk but in nobody's eyes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import zstandard

from appliance.backup.age import AgeReader, AgeWriter
from appliance.backup.age_keys import new_identity, parse_identities
from appliance.backup.disk import DiskFault
from appliance.backup.zst import unpacked


class Spool:
    """An unlinked file, compressed and sealed to a key that lives in this object alone.

    In memory a list of 200,000 files would take 50 MB; in the clear it would leave candidates' names on a
    medium that can be stolen. Raises DiskFault.
    """

    def __init__(self, directory: Path) -> None:
        secret, _ = new_identity()
        self._identities = parse_identities(secret)
        self._zstd = zstandard.ZstdCompressor(level=1).compressobj()
        self.size_bytes = 0
        try:
            # Nameless where the file system can (O_TMPFILE); where not, by a name that `sweep` knows.
            self._file = tempfile.TemporaryFile(dir=directory, prefix=".", suffix=".part")  # noqa: SIM115
            self._age = AgeWriter(self._file, [identity.public_key() for identity in self._identities])
        except OSError as error:
            raise DiskFault(error) from error

    def write(self, data: bytes, /) -> None:
        """Add `data`."""
        self.size_bytes += len(data)
        if packed := self._zstd.compress(data):
            self._to_disk(packed)

    def chunks(self) -> Iterator[bytes]:
        """Everything written, once and in order."""
        self._to_disk(self._zstd.flush(), last=True)
        yield from unpacked(AgeReader(self._file, self._identities))

    def close(self) -> None:
        """The file is gone."""
        self._file.close()

    def _to_disk(self, packed: bytes, *, last: bool = False) -> None:
        try:
            self._age.write(packed)
            if last:
                self._age.close()
                self._file.seek(0)
        except OSError as error:
            raise DiskFault(error) from error
