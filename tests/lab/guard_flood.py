"""A guard that holds a line while 200 machines flood it: how soon it tells, what it counts, what it costs."""

import socket
import time
from collections import Counter
from dataclasses import dataclass

import psutil

from appliance.events.network import KINDS as NAMES
from appliance.watch.ledger import kernel_counters
from tests.fakes.place import get
from tests.fakes.wait import wait_for
from tests.lab.guarded import KINDS, MACHINES, Guarded, frame, mac_of

EACH, ANSWERS = 20, 5
PAUSE_S = 0.2
Counts = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Frames sent and counted by the kernel, by MAC and kind; the guard's share of a core; the page's answers.

    `minutes`: how many a flood lasted, one begun counting whole.
    """

    sent: Counts
    counted: Counts
    share: float
    minutes: int
    answers_s: list[float]


def holding(guarded: Guarded) -> psutil.Process:
    """A guard that holds the line and reads its ledger."""
    guard = guarded.run()
    wait_for(lambda: guarded.network()["state"] == "closed" and guarded.network()["ledger"] == "seen")
    router, mac = guarded.router
    guarded.wires.run("switch", "ip", "route", "add", "default", "via", router)
    guarded.wires.run("switch", "ip", "neigh", "replace", router, "lladdr", mac, "dev", "eth0")
    return guard


def first_frame(guarded: Guarded) -> float:
    """A machine asks for a name outside; seconds until that is a row of the record."""
    sent_s = time.monotonic()
    guarded.wires.udp("switch", "192.0.2.9", 53)
    wait_for(lambda: bool(guarded.events("network.ledger")))
    return time.monotonic() - sent_s


def flooded(guarded: Guarded, guard: psutil.Process, *, for_s: float) -> Seen:
    """Each machine sends each kind so often, and the page is asked for `for_s` at least, until the flood is told."""
    guarded.start("page", "--config", str(guarded.config))
    page = f"http://127.0.0.1:{guarded.port}/"
    wait_for(lambda: get(page)[0] == 200)
    before, began_s = guard.cpu_times(), time.monotonic()
    sent = _flood(guarded)
    sent[mac_of(1), "dns"] += 1
    answers_s: list[float] = []
    while len(answers_s) < ANSWERS or time.monotonic() - began_s < for_s or not guarded.events("network.flooded"):
        asked_s = time.monotonic()
        assert asked_s - began_s < for_s + 120 and get(page)[0] == 200
        answers_s.append(time.monotonic() - asked_s)
        time.sleep(PAUSE_S)
    after = guard.cpu_times()
    spent_s = sum(after[:4]) - sum(before[:4])  # its own and its children's
    took_s = time.monotonic() - began_s
    counted: Counts = Counter()
    with guarded.wires.inside("box"):
        for (mac, number), packets in kernel_counters().items():
            counted[mac, NAMES[number]] += packets
    return Seen(sent=sent, counted=counted, share=spent_s / took_s, minutes=1 + int(took_s // 60), answers_s=answers_s)


def _flood(guarded: Guarded) -> Counts:
    """What the kernel took to send."""
    _, router = guarded.router
    sent: Counts = Counter()
    with guarded.wires.inside("switch"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind(("eth0", 0))
        for _ in range(EACH):
            for machine in range(1, MACHINES + 1):
                for kind in KINDS:
                    raw.send(frame(machine, kind, router))
                    sent[mac_of(machine), kind] += 1
    return sent
