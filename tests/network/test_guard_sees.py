"""A real guard on real wires: it holds the line, sees the first forbidden frame within a second, and a flood."""

import os
import socket
import statistics
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from appliance.events.network import KINDS as NAMES
from appliance.watch.ledger import kernel_counters
from tests.fakes.place import get
from tests.fakes.wait import wait_for
from tests.lab.guarded import KINDS, MACHINES, Guarded, frame, mac_of, wired
from tests.lab.wires import Wires, missing

pytestmark = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
EACH = 20


@pytest.fixture(params=["bridge", "route"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    with wired(request.param) as made:
        yield made


def flood(wires: Wires, router: str) -> Counter[tuple[str, str]]:
    """Each machine sends each kind so often; what the kernel took to send."""
    sent: Counter[tuple[str, str]] = Counter()
    with wires.inside("switch"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind(("eth0", 0))
        for _ in range(EACH):
            for machine in range(1, MACHINES + 1):
                for kind in KINDS:
                    raw.send(frame(machine, kind, router))
                    sent[mac_of(machine), kind] += 1
    return sent


def test_a_real_guard_tells_the_first_forbidden_frame_within_a_second_and_counts_a_flood_exactly(
    guarded: Guarded,
) -> None:
    guard = guarded.run()
    wait_for(
        lambda: guarded.network()["state"] == "closed" and guarded.network()["ledger"] == "seen", seconds=30
    )
    router, mac = guarded.router
    guarded.wires.run("switch", "ip", "route", "add", "default", "via", router)
    guarded.wires.run("switch", "ip", "neigh", "replace", router, "lladdr", mac, "dev", "eth0")
    sent_s = time.monotonic()
    guarded.wires.udp("switch", "192.0.2.9", 53)
    wait_for(lambda: bool(guarded.events("network.ledger")), seconds=5)
    first_s = time.monotonic() - sent_s
    (first,) = guarded.events("network.ledger")
    assert (first["body"]["seat"], first["body"]["what"], first["body"]["packets"]) == ("1-1", "dns", 1)
    assert first_s < 1.0

    guarded.start("page", "--config", str(guarded.config))
    page = f"http://127.0.0.1:{guarded.port}/"
    wait_for(lambda: get(page)[0] == 200)
    before, began_s = guard.cpu_times(), time.monotonic()
    sent = flood(guarded.wires, mac)
    sent[mac_of(1), "dns"] += 1
    answers = []
    while time.monotonic() - began_s < 20:
        asked_s = time.monotonic()
        assert get(page)[0] == 200
        answers.append(time.monotonic() - asked_s)
        time.sleep(0.2)
    after = guard.cpu_times()
    own_s = after.user + after.system - before.user - before.system
    child_s = after.children_user + after.children_system - before.children_user - before.children_system
    share = (own_s + child_s) / (time.monotonic() - began_s)
    rows = guarded.events("network.ledger")
    flooded = guarded.events("network.flooded")
    print(
        f"first {first_s * 1000:.0f} ms; cpu {100 * share:.1f} %; answer {1000 * statistics.median(answers):.1f} ms "
        f"(worst {1000 * max(answers):.1f}); rows {len(rows)}; flooded {len(flooded)}"
    )
    assert len(rows) <= 62 and 1 <= len(flooded) <= 2
    exact = {(row["body"]["mac"], row["body"]["what"]): row["body"]["packets"] for row in rows[1:]}
    assert all(packets <= sent[key] for key, packets in exact.items())
    with guarded.wires.inside("box"):
        told = kernel(guarded.wires)
    assert told == sent
    assert statistics.median(answers) < 0.05
    assert share < 0.25, os.getloadavg()


def kernel(wires: Wires) -> Counter[tuple[str, str]]:
    """What the kernel counted, by MAC and kind."""
    from_kernel: Counter[tuple[str, str]] = Counter()
    for (mac, number), packets in kernel_counters().items():
        from_kernel[mac, NAMES[number]] += packets
    return from_kernel
