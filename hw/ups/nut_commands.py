"""Tells a UPS behind `upsd` what to do: on a connection of its own, and never without an answer.

Source: RFC 9271, 4.2 (INSTCMD, LIST CMD); NUT 2.8 `docs/net-protocol.txt`, "GET TRACKING", "SET TRACKING";
NUT `docs/nut-names.txt`, "Instant commands".
"""

import re
import time
from collections.abc import Callable

from hw.ups.commander import checked
from hw.ups.nut import NutOptions
from hw.ups.nut_wire import Connection, asked, asked_list, sign_in
from hw.ups.reading import UpsError

# How long the driver may take beyond upsd's own `timeout_s`: serial and USB drivers do a command between two
# polls of theirs.
DRIVER_ANSWERS_S = 3.0
_ASK_AGAIN_S = 0.02

# Our word: NUT's, the first that the UPS knows is taken. `shutdown.return` also comes back where the mains are
# back before the cut; `load.off` and `shutdown.stayoff` would leave the venue dark and are never sent.
_NAMES: dict[str, tuple[str, ...]] = {
    "test": ("test.battery.start.deep", "test.battery.start"),
    "test-stop": ("test.battery.stop",),
    "cut": ("shutdown.return",),
}
_TRACKING_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


class NutCommander:
    """Instant commands of one UPS behind upsd."""

    def __init__(
        self,
        options: NutOptions,
        *,
        monotonic: Callable[[], float],
        pause: Callable[[float], None] = time.sleep,
        driver_answers_s: float = DRIVER_ANSWERS_S,
    ) -> None:
        """Connect to nothing yet. `monotonic` times sockets, so it is the real clock even in a demo."""
        self._options = options
        self._monotonic = monotonic
        self._pause = pause
        self._driver_answers_s = driver_answers_s

    def supported(self) -> frozenset[str]:
        """Ask upsd which of our commands this UPS knows, within `timeout_s`. Raises UpsError."""
        deadline_s = self._monotonic() + self._options.timeout_s
        connection = self._signed_in(deadline_s)
        try:
            known = self._known(connection, deadline_s)
        finally:
            connection.close()
        return frozenset(word for word, names in _NAMES.items() if known.intersection(names))

    def do(self, command: str) -> None:
        """Send the command and wait for the driver's own word on it, where upsd passes that on (NUT 2.8 does).

        Lasts at most `timeout_s` and the driver's 3 s; a healthy one answers within milliseconds.

        Raises ValueError for no command of ours; UpsError: "access-denied", "refused" (upsd does not list it, or
        the driver will not), "timeout" (nobody knows whether it was done), and those of every read.
        """
        names = _NAMES[checked(command)]
        deadline_s = self._monotonic() + self._options.timeout_s
        connection = self._signed_in(deadline_s)
        try:
            known = self._known(connection, deadline_s)
            name = next((name for name in names if name in known), None)
            if name is None:
                raise UpsError("refused", f"{self._options.ups} has no command {' or '.join(names)}")
            self._instruct(connection, name, deadline_s)
        finally:
            connection.close()

    def _signed_in(self, deadline_s: float) -> Connection:
        options = self._options
        if options.username is None or options.password is None:
            raise UpsError(
                "access-denied", "upsd takes commands only with username and password, none are given"
            )
        connection = Connection(options.address, deadline_s=deadline_s, monotonic=self._monotonic)
        done = False
        try:
            sign_in(connection, options.username, options.password, deadline_s)
            done = True
        finally:
            if not done:
                connection.close()
        return connection

    def _known(self, connection: Connection, deadline_s: float) -> set[str]:
        return {words[0] for words in asked_list(connection, "CMD", self._options.ups, deadline_s)}

    def _instruct(self, connection: Connection, name: str, deadline_s: float) -> None:
        try:
            asked(connection, "SET TRACKING ON", deadline_s)
        except UpsError as error:
            # An upsd before 2.8 knows no tracking: its OK says only that the driver was told.
            if error.reason not in ("refused", "access-denied"):
                raise
        answer = asked(connection, f"INSTCMD {self._options.ups} {name}", deadline_s)
        if answer[:2] == ["OK", "TRACKING"] and len(answer) == 3 and _TRACKING_ID.fullmatch(answer[2]):
            self._await_driver(connection, name, answer[2])
        elif answer != ["OK"]:
            raise UpsError("garbage", f"not an answer to INSTCMD: {connection.shown(' '.join(answer))}")

    def _await_driver(self, connection: Connection, name: str, tracking: str) -> None:
        """Wait for the driver's word. upsd's OK alone is no proof: a box that then powers off stays off."""
        deadline_s = self._monotonic() + self._driver_answers_s
        while (answer := self._tracked(connection, name, tracking, deadline_s)) == ["PENDING"]:
            if self._monotonic() + _ASK_AGAIN_S >= deadline_s:
                raise UpsError(
                    "timeout",
                    f"the driver of {self._options.ups} has not said within {self._driver_answers_s:g} s "
                    f"whether it did {name}",
                )
            self._pause(_ASK_AGAIN_S)
        if answer != ["SUCCESS"]:
            raise UpsError("garbage", f"not an answer to GET TRACKING: {connection.shown(' '.join(answer))}")

    def _tracked(self, connection: Connection, name: str, tracking: str, deadline_s: float) -> list[str]:
        try:
            return asked(connection, f"GET TRACKING {tracking}", deadline_s)
        except UpsError as error:
            if error.reason != "refused":
                raise
            raise UpsError(
                "refused", f"the driver of {self._options.ups} does not do {name} ({error})"
            ) from error
