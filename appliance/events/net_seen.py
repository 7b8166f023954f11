"""What was seen of the exam network: what the rules dropped, who is there, who ought not to be."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLedger(Body):
    """What the rules dropped of one machine and one kind: at most one such row a minute.

    `packets` is the kernel's own counter: all since the rules were first loaded. `what` is one of
    `events.network.KINDS`; `seat` the seat the MAC is listed for, `name:` and its name for a server or device, '' for a
    stranger; `to` where one of the packets went, '' where that is not known. `rehearsed`: a rehearsal ran, and what
    came then was counted and let through.
    """

    kind: ClassVar[str] = "network.ledger"
    mac: str
    what: str
    packets: int
    seat: str = ""
    ip: str = ""
    to: str = ""
    rehearsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFlooded(Body):
    """More was dropped in a minute than gets a row each: `rows` wait for theirs; the counters go on, exact."""

    kind: ClassVar[str] = "network.flooded"
    level: ClassVar[int] = WARNING
    machines: int
    rows: int
    packets: int
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkStranger(Body):
    """A machine that nobody listed is in the exam network, or (`here` false) was not heard any more."""

    kind: ClassVar[str] = "network.stranger"
    level: ClassVar[int] = WARNING
    mac: str
    ip: str = ""
    port: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMoved(Body):
    """The machine of `seat` has another address or hangs at another port than listed; `here` false: no more."""

    kind: ClassVar[str] = "network.moved"
    level: ClassVar[int] = WARNING
    seat: str
    mac: str = ""
    ip: str = ""
    port: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDoubled(Body):
    """Two machines say that `ip` is theirs; `name` is who it is listed for; `here` false: no more."""

    kind: ClassVar[str] = "network.doubled"
    level: ClassVar[int] = WARNING
    ip: str
    macs: tuple[str, ...] = ()
    name: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOffered(Body):
    """A machine offers addresses (dhcp-server) or a way out (router-advertisement); `here` false: no more."""

    kind: ClassVar[str] = "network.offered"
    level: ClassVar[int] = WARNING
    what: str
    mac: str
    ip: str = ""
    name: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPresent(Body):
    """Servers and devices (names) that came and went since the last such row; the first lists all."""

    kind: ClassVar[str] = "network.present"
    arrived: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUnknown(Body):
    """`part` (presence or ledger) of the exam network can not be read; empty `reason`: it can be again."""

    kind: ClassVar[str] = "network.unknown"
    level: ClassVar[int] = WARNING
    part: str
    reason: str = ""
