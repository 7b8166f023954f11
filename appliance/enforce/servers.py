"""Stops the exam servers one after the other, each awaited until it is really down."""

import errno
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance import command
from appliance.events.bodies import ServerStopped
from appliance.exam.posture import NotHeld

UP, STOP = "up", "stop"
STOPPED, FAILED, TIMEOUT = "stopped", "failed", "timeout"
QUIET_S = 10.0  # so long nothing may answer
TRY_S = 1.0  # between two tries, and at most for each
_LOG = logging.getLogger(__name__)

# Nobody answered for that host. ECONNREFUSED is no such word: a kernel that refuses is up, and its disks are
# mounted. Nor is ENETUNREACH: it says that this box has no way there, and nothing about the host.
_NOBODY = {errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.EHOSTDOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStop:
    """How one server is stopped: `argv` asks it, `probe` (numeric address, port) shows whether it is still up.

    `budget_s` is for both together. `argv` must end with 0 where the server took the order: an
    `ssh … systemctl poweroff` that loses its own connection ends with 255 and counts as failed, one with
    `--no-block` does not.
    """

    name: str
    argv: tuple[str, ...]
    probe: tuple[str, int]
    budget_s: float = 180.0


class ServerStops:
    """Holds `up` or `stop NAME NAME…`; `report` takes the body of each server that was asked.

    A server counts as stopped once its order ended well and nobody has answered at `probe` for `quiet_s`.
    The wait is there because a server loses its network some seconds before it has written its disks.

    One that fails or uses up its budget does not keep the next ones up: the battery is running out under
    them too. The UPS is not cut under it, that is the posture's rule.

    `up` withdraws what was not asked yet; an order that was sent can not be taken back. After a restart of
    the guard the posture asks again for what has no outcome yet: to be told twice to power off does a server
    no harm. `monotonic` gives real seconds.
    """

    def __init__(
        self,
        stops: Sequence[ServerStop],
        *,
        report: Callable[[ServerStopped], None],
        monotonic: Callable[[], float] = time.monotonic,
        quiet_s: float = QUIET_S,
        try_s: float = TRY_S,
    ) -> None:
        self._stops = {stop.name: stop for stop in stops}
        self._report = report
        self._monotonic = monotonic
        self._quiet_s = quiet_s
        self._try_s = try_s
        self._lock = threading.Lock()
        self._wanted: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._now = ""
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def hold(self, want: str) -> None:
        """Starts what `want` asks for and has not been asked yet; returns at once. Raises NotHeld."""
        level, _, rest = want.partition(" ")
        names = tuple(rest.split())
        if (level, bool(names)) not in ((UP, False), (STOP, True)):
            raise NotHeld(f"{want!r} is no level of the servers")
        known = tuple(name for name in names if name in self._stops)
        with self._lock:
            self._wanted = known
            if not names:
                self._asked &= {self._now}
            if known and self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(target=self._run, name="stop servers", daemon=True)
                self._thread.start()
        if unknown := [name for name in names if name not in known]:
            raise NotHeld(f"{', '.join(unknown)}: no order to stop it is configured")

    def stop(self, timeout_s: float = 2.0) -> None:
        """Asks no further server and waits for none; an order that was sent goes on by itself."""
        self._ending.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        while stop := self._next():
            try:
                ended = self._stop(stop)
            except Exception as error:  # noqa: BLE001 - a thread begins here
                _LOG.exception("stopping %s broke", stop.name)
                ended = (FAILED, f"{type(error).__name__}: {error}")
            with self._lock:
                self._now = ""
                if not self._wanted:  # `up` came meanwhile: another end asks all of them anew
                    self._asked.clear()
            if ended is not None:
                outcome, detail = ended
                self._report(ServerStopped(name=stop.name, outcome=outcome, detail=detail))

    def _next(self) -> ServerStop | None:
        """The next server to ask; None, and the thread is over, where there is none."""
        with self._lock:
            left = [name for name in self._wanted if name not in self._asked]
            if not left or self._ending.is_set():
                self._thread = None
                return None
            self._now = left[0]
            self._asked.add(self._now)
            return self._stops[self._now]

    def _stop(self, stop: ServerStop) -> tuple[str, str] | None:
        """Asks one server and awaits its end: the outcome and its detail. None where the guard ends before."""
        until_s = self._monotonic() + stop.budget_s
        try:
            command.run(stop.argv, timeout_s=stop.budget_s)
        except command.CommandError as error:
            if self._monotonic() >= until_s:
                return TIMEOUT, str(error)
            # Asked again after a restart of the guard, it may be down already; a broken line looks the same.
            silent = not answered(stop.probe, timeout_s=self._try_s)
            return FAILED, f"{error}; nobody answers there" if silent else str(error)
        return self._await_down(stop, until_s)

    def _await_down(self, stop: ServerStop, until_s: float) -> tuple[str, str] | None:
        quiet_since_s: float | None = None
        while True:
            began_s = self._monotonic()
            answer = answered(stop.probe, timeout_s=self._try_s)
            now_s = self._monotonic()
            if answer:
                quiet_since_s = None
            elif quiet_since_s is None:
                quiet_since_s = began_s
            if quiet_since_s is not None and now_s - quiet_since_s >= self._quiet_s:
                return STOPPED, ""
            if now_s >= until_s:
                return TIMEOUT, answer or f"not yet {self._quiet_s:g} s without an answer"
            if self._ending.wait(max(0.0, min(began_s + self._try_s, until_s) - now_s)):
                return None


def answered(probe: tuple[str, int], *, timeout_s: float) -> str:
    """What shows that the host of `probe` may still be up, in words; '' where nobody answers for it.

    Only silence and the word of a neighbour that nobody is there count as nobody. Whatever this box itself
    could not do (no route, no permission, no such address) proves nothing, and so does not count as down.
    """
    host, port = probe
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect((host, port))
    except TimeoutError:
        return ""
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _NOBODY:
            return ""
        return f"{host} port {port}: {error}"
    return f"{host} port {port} answers"
