"""A venue's share of the province's disk: one venue, or who stole its certificate, fills it for itself alone."""

import os
from pathlib import Path

from appliance.backup.manifest import LIMIT_BYTES

NEARLY = 0.9
_BLOCK_BYTES = 512
_GB = 1 << 30


class Share:
    """What `directory` takes of `quota_bytes`, counted once and added to. Raises OSError."""

    def __init__(self, directory: Path, quota_bytes: int) -> None:
        self._quota_bytes, self._used_bytes = quota_bytes, _taken(directory)
        self.refused = 0

    def takes(self, size_bytes: int) -> bool:
        """Whether so much more goes in; what does not is counted."""
        whole = self._used_bytes + size_bytes <= self._quota_bytes
        self.refused += not whole
        return whole

    def takes_manifest(self) -> bool:
        """Whether a manifest may come, of which nobody knows the size: names alone fill no disk either."""
        return self.takes(LIMIT_BYTES)

    def add(self, size_bytes: int) -> None:
        """So much more is there."""
        self._used_bytes += size_bytes

    def alarm(self) -> str:
        """'', or what is to be said of it."""
        told = f"{self._used_bytes / _GB:.1f} of {self._quota_bytes / _GB:.1f} GB (quota_gb in venues.toml)"
        if self.refused:
            return f"its share of the disk here is full: {told}; {self.refused} bundles wait for room"
        if self._used_bytes > NEARLY * self._quota_bytes:
            return f"its share of the disk here is nearly full: {told}"
        return ""


def _taken(directory: Path) -> int:
    """What the medium gave, with all that is below."""
    found = 0
    for root, _, names in os.walk(directory):
        for name in names:
            try:
                found += os.lstat(os.path.join(root, name)).st_blocks * _BLOCK_BYTES
            except FileNotFoundError:
                continue
    return found
