"""UPS driver `nut`: asks a Network UPS Tools `upsd` over TCP, strictly and never longer than its deadline.

    [[ups]]
    name = "server-ups"
    driver = "nut"
    host = "127.0.0.1"       # a numeric address or localhost
    port = 3493
    ups = "exam"             # the section's name in upsd's ups.conf

Source: RFC 9271; NUT 2.8 `docs/net-protocol.txt`. PyNUTClient is not used: it spins when upsd goes away and
never times out on a server that trickles.
"""

import ipaddress
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from hw.ups.nut_wire import Connection, asked, asked_list, sign_in
from hw.ups.reading import UpsError, UpsReading, reading, status_flags
from hw.ups.refused import OptionFault, OptionsRefused, not_within, option_fault

_UPS_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NutOptions:
    """Where upsd listens and which of its UPSes to ask.

    `timeout_s` bounds one `read` as a whole; `full_every_s` is how often all variables are asked instead of
    the status. `username` and `password` are sent where upsd asks for them; upsd itself judges them only in
    commands that change something, so a wrong one does not show here.

    Raises ValueError, all faults in one message, each beginning with the option's name.
    """

    ups: str
    host: str = "127.0.0.1"
    port: int = 3493
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_s: float = 1.0
    full_every_s: float = 5.0

    def __post_init__(self) -> None:
        """Refuse what could only fail later."""
        if faults := list(_faults(self)):
            raise OptionsRefused(*faults)

    @property
    def address(self) -> tuple[str, int]:
        """Where to connect, without any look-up: numeric host, port."""
        return _numeric(self.host) or self.host, self.port


def _faults(options: NutOptions) -> Iterator[OptionFault]:
    if not _UPS_NAME.fullmatch(options.ups):
        reason = f"{options.ups!r} is no name of a UPS (letters, digits, '.', '_', '-')"
        yield option_fault("ups", "no_ups_name", reason, shown=repr(options.ups))
    if _numeric(options.host) is None:
        # A look-up of a name cannot be held to a deadline: one silent DNS server would stop every reading.
        reason = f"{options.host!r} is neither a numeric address nor localhost"
        yield option_fault("host", "no_numeric_host", reason, shown=repr(options.host))
    if not 0 < options.port < 65_536:
        yield not_within("port", str(options.port), "1", "65535")
    if not 0 < options.timeout_s <= 60:
        yield not_within("timeout_s", str(options.timeout_s), "0", "60")
    if not 0 <= options.full_every_s <= 3_600:
        yield not_within("full_every_s", str(options.full_every_s), "0", "3600")
    if (options.username is None) != (options.password is None):
        yield option_fault(
            "password", "password_together", "username and password are given together or not at all"
        )
    for name, text in (("username", options.username), ("password", options.password)):
        if text is not None and not text.isprintable():
            yield option_fault(name, "control_characters", "holds control characters")
    address = _numeric(options.host)
    if options.password is not None and address is not None and not ipaddress.ip_address(address).is_loopback:
        # Anyone on the wire reads it and may then switch the exam server's power off.
        reason = f"would cross the network to {options.host} in clear; upsd allows reading without one"
        yield option_fault("password", "password_in_clear", reason, host=options.host)


def _numeric(host: str) -> str | None:
    """Give the address to connect to without any look-up, or None."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


class NutUps:
    """One UPS behind upsd, for one thread.

    Every `read` asks for the status. The numbers come from a full list, asked every `full_every_s` and at
    once when the status has changed; between two lists a reading repeats the last ones and says their age in
    `values_age_s`. After an error everything is forgotten and asked anew.
    """

    def __init__(self, options: NutOptions, *, monotonic: Callable[[], float]) -> None:
        """Connect to nothing yet. `monotonic` times sockets, so it is the real clock even in a demo."""
        self._options = options
        self._monotonic = monotonic
        self._connection: Connection | None = None
        self._listed: UpsReading | None = None
        self._full_at_s = -math.inf

    def read(self) -> UpsReading:
        """Ask upsd, within `timeout_s` altogether: connecting, signing in, status, list.

        Raises UpsError; the socket is then closed and the next call opens a new one.
        """
        done = False
        try:
            found = self._read(deadline_s=self._monotonic() + self._options.timeout_s)
            done = True
            return found
        finally:
            if not done:
                self.close()

    def close(self) -> None:
        """Hang up and forget the last numbers; a later `read` connects again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._listed = None
        self._full_at_s = -math.inf

    def _read(self, *, deadline_s: float) -> UpsReading:
        connection = self._connected(deadline_s)
        ups = self._options.ups
        answer = asked(connection, f"GET VAR {ups} ups.status", deadline_s)
        if len(answer) != 4 or answer[:3] != ["VAR", ups, "ups.status"]:
            raise UpsError("garbage", f"not an answer to GET VAR: {connection.shown(' '.join(answer))}")
        status, last = status_flags(answer[3]), self._listed
        due = self._monotonic() - self._full_at_s >= self._options.full_every_s
        if last is None or status != last.status or due:
            variables = _listed(connection, ups, deadline_s)
            self._full_at_s = self._monotonic()
            if "ups.status" not in variables:
                raise UpsError("garbage", "the list of variables holds no ups.status")
            last = self._listed = reading(status_flags(variables["ups.status"]), variables)
        return replace(last, values_age_s=self._monotonic() - self._full_at_s)

    def _connected(self, deadline_s: float) -> Connection:
        if self._connection is None:
            options = self._options
            self._connection = Connection(options.address, deadline_s=deadline_s, monotonic=self._monotonic)
            if options.username is not None and options.password is not None:
                sign_in(self._connection, options.username, options.password, deadline_s)
        return self._connection


def _listed(connection: Connection, ups: str, deadline_s: float) -> dict[str, str]:
    """Ask for all variables; give them only where the list is whole. Raises UpsError."""
    variables: dict[str, str] = {}
    for words in asked_list(connection, "VAR", ups, deadline_s):
        if len(words) != 2 or words[0] in variables:
            raise UpsError("garbage", f"not a line of LIST VAR {ups}: {connection.shown(' '.join(words))}")
        variables[words[0]] = words[1]
    return variables
