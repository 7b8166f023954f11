"""A bundle that was received is opened to its end, and its receipt is signed and put beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest
from appliance.backup.receipt import Receipt
from appliance.province.keys import identities, receipts_key
from appliance.province.opened import Room, opened
from appliance.province.receipts import give, receipt_of

LOCK_NAME = ".opening.lock"


class Opener:
    """Opens bundles with the keys of one home, read once; `passphrase` is asked where the one that opens is locked.

    Raises ProvinceKeyError.
    """

    def __init__(self, home: Path, *, passphrase: Callable[[], str] | None = None) -> None:
        self._identities, self._key = identities(home, passphrase), receipts_key(home)
        self._room = Room(lock=home / LOCK_NAME)

    def receipt(
        self, bundle: Published, manifest: Manifest, *, told: Callable[[int], None] | None = None
    ) -> Receipt:
        """The receipt, which stands beside the bundle now. Raises RestoreError, DiskFault, OSError."""
        found = opened(bundle, manifest, self._identities, told=told, room=self._room)
        return give(bundle, receipt_of(bundle, manifest, found, now=datetime.now(UTC)), self._key)
