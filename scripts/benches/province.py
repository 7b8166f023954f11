"""The venue's side of the province: its door under stalled callers, the end of a large file, a line that is back."""

import http.client
import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, elapsed_ms, in_turn
from tests.fakes.wait import wait_for
from tests.lab import dialled, pull
from tests.lab.dialled import Dialled
from tests.lab.pull import CODE, Door

STALLED = 50
LARGE_BYTES, PART_BYTES = 1_000_000_000, 65_536


def measure(bench: Bench) -> Iterator[Figure]:
    """nginx is needed, and root for the namespaces. Raises CannotMeasure."""
    if lack := pull.missing() or dialled.missing():
        raise CannotMeasure(lack)
    door = Door(bench.directory, hurried=False)
    try:
        yield from _door(bench, door)
    finally:
        door.close()
    yield _line_back(bench)


def _door(bench: Bench, door: Door) -> Iterator[Figure]:
    small, large = door.publish(1, os.urandom(PART_BYTES)), _large(door)
    path, long = (f"/pull/v1/bundles/{name}.tar.zst.age" for name in (small, large))

    def beside() -> float:
        with ExitStack() as held:
            callers = [_half_open(held, door, number) for number in range(STALLED)]
            took_ms = elapsed_ms(lambda: _pulled(door, path))
            assert len(callers) == STALLED
            return took_ms

    values, alone = in_turn(bench.times(60, 6), beside, lambda: elapsed_ms(lambda: _pulled(door, path)))
    yield Figure(
        name=f"a bundle of 64 kB, its handshake too, beside {STALLED} stalled or half-open callers", unit="ms",
        values=values, reference="beside nobody", reference_values=alone,
    )  # fmt: skip
    delays = [max(0.0, late - usual) for late, usual in zip(values, alone, strict=True)]
    yield Figure(
        name="by how much the slowest of them came later", unit="ms", values=[max(delays)], limit=Limit(most=200),
        reference="the slowest beside nobody, less the median", reference_values=[max(alone) - median(alone)],
    )  # fmt: skip
    last = {"Range": f"bytes={LARGE_BYTES - PART_BYTES}-"}
    values, first = in_turn(
        bench.times(60, 6),
        lambda: elapsed_ms(lambda: _pulled(door, long, last)),
        lambda: elapsed_ms(lambda: _pulled(door, long, {"Range": f"bytes=0-{PART_BYTES - 1}"})),
    )
    yield Figure(
        name="the last 64 kB of a file of 1 GB, the handshake too", unit="ms", values=values, limit=Limit(most=50),
        reference="its first 64 kB", reference_values=first,
    )  # fmt: skip


def _line_back(bench: Bench) -> Figure:
    """By the unit's own waits; the cut lasts until both ends gave the line up."""
    values, first = [], []
    for _ in range(bench.times(3, 1)):
        began_s = time.monotonic()
        with Dialled(hurried=False) as line:
            line.wait(pulled=True, seconds=60)
            first.append(time.monotonic() - began_s)
            line.cut()
            tries = line.tries
            wait_for(lambda line=line, tries=tries: line.tries > tries, seconds=90)  # type: ignore[misc]  # defaults bind
            line.mend()
            began_s = time.monotonic()
            line.wait(pulled=True, seconds=120)
            values.append(time.monotonic() - began_s)
    return Figure(
        name="a line that is back after a cut, until the province pulls again behind NAT", unit="s", values=values,
        limit=Limit(most=30), reference="from nothing to the first pull", reference_values=first,
    )  # fmt: skip


def _large(door: Door) -> str:
    """A bundle of 1 GB whose middle is a hole: its end is what counts."""
    name = door.publish(2)
    path = door.outbox / f"{name}.tar.zst.age"
    with path.open("r+b") as file:
        file.truncate(LARGE_BYTES - PART_BYTES)
        file.seek(0, os.SEEK_END)
        file.write(os.urandom(PART_BYTES))
    return name


def _half_open(held: ExitStack, door: Door, number: int) -> socket.socket:
    """A caller that begins a handshake and does not end it, by turns with one that says nothing."""
    caller = held.enter_context(socket.create_connection(("127.0.0.1", door.port), 5))
    caller.sendall(b"\x16\x03\x01\x02\x00\x01"[: 6 * (number % 2)])
    return caller


def _context(door: Door) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(Path(door.etc) / "enrolled" / "ca.crt"))
    context.load_cert_chain(*map(str, door.client))
    return context


class _Named(http.client.HTTPSConnection):
    """To loopback, by the venue's name."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 20)
        self.sock = self._context.wrap_socket(plain, server_hostname=f"{CODE}.venue")  # type: ignore[attr-defined]


def _pulled(door: Door, path: str, headers: dict[str, str] | None = None) -> None:
    connection = _Named(f"{CODE}.venue", door.port, context=_context(door), timeout=20)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 206) or len(body) != PART_BYTES:
            raise CannotMeasure(f"{path}: {answer.status}, {len(body)} bytes")
    finally:
        connection.close()
