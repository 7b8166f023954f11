"""Which bundle is opened next: venues by turns, one of each at a time, and never all places taken by large ones."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from appliance.backup.bundle import Published

AT_ONCE = 3
LARGE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waits:
    bundle: Published
    large: bool
    made_at: datetime


@dataclass(slots=True)
class Openings:
    """Bundles that have no receipt yet. Safe to use from every thread.

    A venue that sends a bundle of gigabytes, or many, holds up its own receipts and nobody else's: one of the `AT_ONCE`
    places is for bundles below `LARGE_BYTES` alone.
    """

    _waiting: dict[str, _Waits] = field(default_factory=dict)
    _open: dict[str, _Waits] = field(default_factory=dict)
    _turns: dict[str, int] = field(default_factory=dict)
    _turn: int = 0
    _over: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def put(self, bundle: Published, *, size_bytes: int) -> bool:
        """One more; False where it waits or is being opened already."""
        with self._changed:
            if bundle.name in self._waiting or any(one.bundle == bundle for one in self._open.values()):
                return False
            large = size_bytes >= LARGE_BYTES
            self._waiting[bundle.name] = _Waits(bundle=bundle, large=large, made_at=bundle.created_at)
            self._changed.notify_all()
            return True

    def take(self) -> Published | None:
        """Whichever is next, once there is one; None after `end`.

        Of the venue whose turn is the longest ago, and of its own the newest: a receipt is waited for there.
        """
        with self._changed:
            while not self._over:
                room = sum(one.large for one in self._open.values()) < AT_ONCE - 1
                free = [
                    one for one in self._waiting.values()
                    if one.bundle.venue not in self._open and (room or not one.large)
                ]  # fmt: skip
                if free:
                    first = min(free, key=lambda one: (self._turns.get(one.bundle.venue, 0), -one.made_at.timestamp()))
                    self._turn += 1
                    self._turns[first.bundle.venue] = self._turn
                    self._open[first.bundle.venue] = self._waiting.pop(first.bundle.name)
                    return first.bundle
                self._changed.wait()
            return None

    def done(self, bundle: Published) -> None:
        """It was opened, or could not be."""
        with self._changed:
            self._open.pop(bundle.venue, None)
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing is taken any more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
