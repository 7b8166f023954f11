"""Reads the exam network of a simulated world: who is heard there, and what was dropped."""

from collections.abc import Callable
from pathlib import Path

from appliance.events.network import KINDS
from appliance.events.readings import Dropped, Host, LedgerReading, PresenceReading
from hw.network_simulated import HEARD, SimulatedNetworkError, dropped, heard

PERIOD_S = 0.25  # what is dropped is heard at once in a real network
_NUMBER = {name: number for number, name in KINDS.items()}


def has_network(world: Path) -> bool:
    """Whether the world has an exam network to read; else its seats are a list."""
    return (world / HEARD).exists()


def presence_reader(world: Path) -> Callable[[], PresenceReading]:
    """A function that gives everybody who is heard."""

    def read() -> PresenceReading:
        try:
            return PresenceReading(
                hosts=tuple(Host(mac=row.mac, ip=row.ip, port=row.port) for row in heard(world))
            )
        except SimulatedNetworkError as error:
            return PresenceReading(unknown=str(error))

    return read


def ledger_reader(world: Path) -> Callable[[], LedgerReading]:
    """A function that gives what was dropped so far; kinds that nobody knows are left out."""

    def read() -> LedgerReading:
        try:
            rows = dropped(world)
        except SimulatedNetworkError as error:
            return LedgerReading(unknown=str(error))
        return LedgerReading(
            rows=tuple(
                Dropped(mac=row.mac, number=_NUMBER[row.kind], packets=row.packets, to=row.to)
                for row in rows
                if row.kind in _NUMBER
            )
        )

    return read
