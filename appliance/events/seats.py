"""Machines that people took out of the seat list or put into it while the guard runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body
from appliance.events.network import NetworkSeat


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRetired(Body):
    """The machine at `seat` is out of service (停用): not expected, no spare, unknown to the network."""

    kind: ClassVar[str] = "seat.retired"
    level: ClassVar[int] = WARNING
    seat: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRegistered(Body):
    """A machine with this address stands at `seat` of `room` from now on (新机登记), in another one's place or anew."""

    kind: ClassVar[str] = "seat.registered"
    level: ClassVar[int] = WARNING
    seat: str
    room: str
    mac: str
    ip: str
    by: str
    spare: bool = False


def seats_listed(seats: Iterable[NetworkSeat], level: str) -> tuple[NetworkSeat, ...]:
    """`seats` as the posture's `seat_list` changes them: words `-ID`, and `+ID;MAC;IP;PORT`.

    Raises ValueError for any other text: a rule must not be made of it.
    """
    found = {seat.id: seat for seat in seats}
    for word in level.split():
        sign, told = word[:1], word[1:]
        if sign == "-" and told and ";" not in told:
            found.pop(told, None)
        elif sign == "+" and told.count(";") == 3:
            seat, mac, ip, port = told.split(";")
            found[seat] = NetworkSeat(id=seat, mac=mac, ip=ip, port=port)
        else:
            raise ValueError(f"{word[:80]!r}: -ID or +ID;MAC;IP;PORT was expected")
    return tuple(found.values())
