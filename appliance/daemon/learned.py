"""A seat list proposed of the machines that were seen: a person confirms rooms and spares."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from appliance.events.network import NetworkPlan, NetworkSeat

Row = tuple[str, str, str, str, str, str]  # the columns of a seat list


def listed(seats: Iterable[NetworkSeat], rooms: dict[str, str], spares: set[str]) -> list[Row]:
    """The rows of the present list, unchanged."""
    return [
        (
            rooms[seat.id],
            seat.id.removeprefix(f"{rooms[seat.id]}-"),
            seat.mac,
            seat.ip,
            seat.port,
            "yes" if seat.id in spares else "no",
        )
        for seat in seats
    ]


def proposed(
    plan: NetworkPlan, seen: Iterable[tuple[str, str, str]], room: str, taken: set[str]
) -> list[Row]:
    """A row for each machine (MAC, address, port) that no list knows, in the order of their addresses.

    Without a room neither room nor seat is filled in: such a list is refused until somebody does. The port is given
    only where a list names ports: on a switch all hang on the same one.
    """
    known = {*(s.mac for s in plan.seats), *(d.mac for d in plan.devices), *(s.mac for s in plan.servers)}
    known_ips = {*(d.ip for d in plan.devices), *(s.ip for s in plan.servers), plan.address.partition("/")[0]}
    by_port = any(seat.port for seat in plan.seats)
    found: dict[str, tuple[str, str]] = {}
    for mac, ip, port in seen:
        if mac not in known and ip not in known_ips:
            found.setdefault(mac, (ip, port))
    rows: list[Row] = []
    number = 0
    for mac, (ip, port) in sorted(found.items(), key=lambda item: IPv4Address(item[1][0])):
        number += 1
        while room and f"{room}-{number}" in taken:
            number += 1
        rows.append((room, str(number) if room else "", mac, ip, port if by_port else "", "no"))
    return rows
