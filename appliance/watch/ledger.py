"""Reads what the rules dropped: NFLOG says early that something was, the kernel's sets say exactly how much.

Nobody is asked while nothing is dropped: the sets are read when NFLOG says so, and once a minute.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from appliance.command import CommandError, run
from appliance.events.readings import Dropped, LedgerReading
from hw.nflog import Logged, Nflog, NflogError
from hw.nft_json import NftJsonError, counted
from hw.packet import ends

PERIOD_S = 0.001  # a breath: the next reading waits by itself until there is something to read
HEARTBEAT_S = 0.9
NFT = "/usr/sbin/nft"
SETS = tuple((family, name) for family in ("bridge", "inet") for name in ("ledger", "stranger_ledger"))
BUSY_S, IDLE_S, SOONEST_S = 5.0, 60.0, 1.0
STAYS_BUSY_S = 90.0  # a machine and kind is told once a minute: after so long without one nothing is dropped
SHARE = 50.0  # reading takes at most one part in so many of a processor
REOPEN_S = 10.0
KEPT = 4096
_NFT_S = 5.0
_LOG = logging.getLogger(__name__)

Counters = Callable[[], dict[tuple[str, int], int]]


def kernel_counters() -> dict[tuple[str, int], int]:
    """MAC and kind's number to packets, of both tables together. Raises CommandError, NftJsonError."""
    found: dict[tuple[str, int], int] = {}
    for family, name in SETS:
        printed = run((NFT, "-j", "list", "set", family, "venue", name), timeout_s=_NFT_S).stdout
        for each in counted(printed, name):
            key = (each.mac, each.mark)
            found[key] = found.get(key, 0) + each.packets
    return found


class LedgerReader:
    """Called, it gives everything that was dropped so far; it waits up to `HEARTBEAT_S` for more.

    Calls and `close` belong to one thread, `wake` to all others.
    """

    def __init__(self, *, counters: Counters = kernel_counters, open_log: Callable[[], Nflog] = Nflog) -> None:
        self._counters = counters
        self._open_log = open_log
        self._log: Nflog | None = None
        self._woken = threading.Event()
        self._packets: dict[tuple[str, int], int] = {}
        self._told: dict[tuple[str, int], tuple[str, str]] = {}
        self._rows: tuple[Dropped, ...] = ()
        self._unknown = ""
        self._opened_s = self._counted_s = self._heard_s = float("-inf")
        self._took_s = 0.0

    def __call__(self) -> LedgerReading:
        """The ledger now. Raises nothing: what can not be read is unknown, with its reason."""
        logged = self._listen()
        changed = self._take(logged)
        now_s = time.monotonic()
        if logged:
            self._heard_s = now_s
        if now_s - self._counted_s >= self._every_s(now_s, fresh=changed):
            changed = self._count() or changed
        if changed:
            self._rows = tuple(self._row(key, packets) for key, packets in sorted(self._packets.items()))
        lost = self._log.lost + self._log.broken if self._log is not None else 0
        return LedgerReading(rows=() if self._unknown else self._rows, lost=lost, unknown=self._unknown)

    def wake(self) -> None:
        """Makes the call under way, or else the next one, come back without waiting."""
        self._woken.set()
        log = self._log
        if log is not None:
            log.wake()

    def close(self) -> None:
        """Listens no more."""
        log, self._log = self._log, None
        if log is not None:
            log.close()

    def _listen(self) -> list[Logged]:
        now_s = time.monotonic()
        if self._log is None and now_s - self._opened_s >= REOPEN_S:
            self._opened_s = now_s
            try:
                self._log = self._open_log()
            except NflogError as error:
                _LOG.warning("what is dropped is seen late: %s", error)
        if self._log is None:
            self._woken.wait(HEARTBEAT_S)
            return []
        try:
            return self._log.read(HEARTBEAT_S)
        except NflogError as error:
            _LOG.warning("what is dropped is seen late: %s", error)
            self.close()
            return []

    def _take(self, logged: Iterable[Logged]) -> bool:
        """Takes in what NFLOG told; whether there is a machine and kind that nobody counted yet."""
        fresh = False
        for each in logged:
            key = (each.mac, each.mark)
            if not each.mac or (key not in self._told and len(self._told) >= KEPT):
                continue
            self._told[key] = ends(each.protocol, each.payload)
            if key not in self._packets:
                self._packets[key], fresh = 1, True
        return fresh

    def _every_s(self, now_s: float, *, fresh: bool) -> float:
        """How long the last count is good for: it takes its time where many machines are in it."""
        busy_s = max(BUSY_S, SHARE * self._took_s)
        if fresh:
            return max(SOONEST_S, SHARE * self._took_s)
        return busy_s if now_s - self._heard_s < STAYS_BUSY_S or self._unknown else max(IDLE_S, busy_s)

    def _count(self) -> bool:
        begun_s = time.monotonic()
        try:
            found, unknown = self._counters(), ""
        except (CommandError, NftJsonError) as error:
            found, unknown = self._packets, str(error)[:200]
        self._counted_s = time.monotonic()
        self._took_s = self._counted_s - begun_s
        changed = found != self._packets or unknown != self._unknown
        self._packets, self._unknown = dict(found), unknown
        return changed

    def _row(self, key: tuple[str, int], packets: int) -> Dropped:
        source, to = self._told.get(key, ("", ""))
        return Dropped(mac=key[0], number=key[1], packets=packets, ip=source, to=to)
