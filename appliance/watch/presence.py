"""Reads who is in the exam network: asks every listed address, hears whoever speaks.

Each listed address is asked about once in five seconds, all of them evenly; who is not heard for four rounds is not
there. A machine behind the line's own port is not in the exam network.
"""

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.events.readings import Host, Offered, PresenceReading
from hw.arp import Arp, ArpError
from hw.neighbours import NeighboursError, ports
from hw.offers import Offer, Offers, OffersError

PERIOD_S = 0.25
ROUND_S = 5.0
ROUNDS_KEPT = 4
OFFER_KEPT_S = 600.0
PORTS_EVERY_S = 2.0
REOPEN_S = 5.0
TOLD_EVERY_S = 1.0
KEPT = 4096
_RATE_PER_S = 80.0


@dataclass(slots=True)
class _Heard:
    first_s: float
    last_s: float


class PresenceReader:
    """Called, it gives everybody heard lately; to be called every `PERIOD_S`. Belongs to one thread.

    `ips` are the listed addresses, `own_ip` the box's own, '' where it has none. Machines at the port `uplink` are
    left out. Each address is asked about once in `round_s`.
    """

    def __init__(
        self,
        *,
        interface: str,
        ips: Sequence[str],
        own_ip: str = "",
        uplink: str = "",
        round_s: float = ROUND_S,
    ) -> None:
        self._interface, self._own_ip, self._uplink = interface, own_ip, uplink
        self._ips = tuple(dict.fromkeys(ips))
        self.round_s = max(round_s, len(self._ips) / _RATE_PER_S)
        self._arp: Arp | None = None
        self._offers: Offers | None = None
        self._heard: dict[tuple[str, str], _Heard] = {}
        self._offered: dict[Offer, float] = {}
        self._ports: dict[str, str] = {}
        self._next = 0
        self._opened_s = self._ports_s = self._told_s = float("-inf")
        self._begun_s = self._asked_s = time.monotonic()
        self._last = PresenceReading(unknown="waiting")

    def __call__(self) -> PresenceReading:
        """Who is there now. Raises nothing: what can not be read is unknown, with its reason."""
        now_s = time.monotonic()
        try:
            self._look(now_s)
        except (ArpError, OffersError, NeighboursError) as error:
            self.close()
            self._last = PresenceReading(unknown=str(error)[:200])
            return self._last
        if self._arp is not None and now_s - self._told_s >= TOLD_EVERY_S:
            self._told_s = now_s
            self._last = self._reading(now_s)
        return self._last

    def close(self) -> None:
        """Asks and hears no more."""
        for each in (self._arp, self._offers):
            if each is not None:
                each.close()
        self._arp = self._offers = None

    def _look(self, now_s: float) -> None:
        if self._arp is None:
            if now_s - self._opened_s < REOPEN_S:
                return
            self._opened_s = self._begun_s = self._asked_s = now_s
            self._arp = Arp(self._interface, own_ip=self._own_ip)
            self._offers = Offers(self._interface)
        self._ask(self._arp, now_s)
        if now_s - self._ports_s >= PORTS_EVERY_S:
            self._ports_s = now_s
            self._ports = _names(ports(self._arp.index))
        for heard in self._arp.read():
            self._keep((heard.mac, heard.ip), now_s)
        for offer in self._offers.read() if self._offers is not None else ():
            if offer in self._offered or len(self._offered) < KEPT:
                self._offered[offer] = now_s

    def _ask(self, arp: Arp, now_s: float) -> None:
        """As many as are due since the last call, in their order, never more than the rate allows."""
        due = int((now_s - self._asked_s) * len(self._ips) / self.round_s)
        if due:
            self._asked_s = now_s
        for _ in range(min(due, len(self._ips))):
            if not arp.ask(self._ips[self._next % len(self._ips)]):
                return
            self._next += 1

    def _keep(self, key: tuple[str, str], now_s: float) -> None:
        known = self._heard.get(key)
        if known is not None and now_s - known.last_s < ROUNDS_KEPT * self.round_s:
            known.last_s = now_s
        elif known is not None or len(self._heard) < KEPT:
            self._heard[key] = _Heard(first_s=now_s, last_s=now_s)

    def _reading(self, now_s: float) -> PresenceReading:
        self._heard = {key: at for key, at in self._heard.items() if now_s - at.last_s < ROUNDS_KEPT * self.round_s}
        self._offered = {offer: at for offer, at in self._offered.items() if now_s - at < OFFER_KEPT_S}
        here = {key: at for key, at in self._heard.items() if not self._outside(key[0])}
        if now_s - self._begun_s < self.round_s + TOLD_EVERY_S:
            return self._last if not self._last.unknown else PresenceReading(unknown="waiting")
        return PresenceReading(
            hosts=tuple(Host(mac=mac, ip=ip, port=self._ports.get(mac, "")) for mac, ip in sorted(here)),
            offers=tuple(
                Offered(what=each.kind, mac=each.mac, ip=each.ip)
                for each in sorted(self._offered, key=lambda offer: (offer.mac, offer.kind, offer.ip))
                if not self._outside(each.mac)
            ),
            doubled=_doubled(here, self._own_ip),
        )

    def _outside(self, mac: str) -> bool:
        return bool(self._uplink) and self._ports.get(mac) == self._uplink


def _doubled(heard: dict[tuple[str, str], _Heard], own_ip: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Addresses that two machines went on to claim side by side; one that took over from another is not meant."""
    by_ip: dict[str, list[tuple[str, _Heard]]] = {}
    for (mac, ip), at in heard.items():
        by_ip.setdefault(ip, []).append((mac, at))
    found = []
    for ip, claims in by_ip.items():
        beside = [
            mac
            for mac, at in claims
            if any(other != mac and at.last_s > by.first_s and by.last_s > at.first_s for other, by in claims)
        ]
        if ip == own_ip or len(beside) > 1:
            found.append((ip, tuple(sorted(beside or [mac for mac, _ in claims]))))
    return tuple(sorted(found))


def _names(found: dict[str, int]) -> dict[str, str]:
    named: dict[int, str] = {}
    for index in set(found.values()):
        try:
            named[index] = socket.if_indextoname(index)
        except OSError:
            continue  # gone meanwhile
    return {mac: named[index] for mac, index in found.items() if index in named}
