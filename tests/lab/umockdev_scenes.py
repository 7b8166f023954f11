"""Scenes on umockdev's bus, each played in a process of its own: `python -m tests.lab.umockdev_scenes NAME`."""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyudev

from hw.usb import authorize_exactly, identity_of, scan
from hw.usb_uevents import APART_S, Uevents
from tests.lab.umockdev import Testbed
from tests.lab.umockdev_devices import DEVICES

SYSTEM = Path("/")
STICK = DEVICES["stick"]
_AHEAD = 3  # umockdev's sender gives up where its receiver's queue, ten long, is full


def plug_and_pull() -> dict[str, object]:
    """A device comes, is let in by its identity and goes."""
    bed, woken = Testbed(), []
    with Uevents() as uevents:
        woken += [uevents.wait(0), uevents.wait(0)]
        bed.plug("1-1", STICK, serial="A1")
        woken.append(uevents.wait(5))
        (device,) = scan(SYSTEM)
        identity = identity_of(device)
        assert identity is not None
        authorize_exactly(SYSTEM, identity)
        granted = scan(SYSTEM)[0].authorized
        bed.unplug("1-1")
        woken.append(uevents.wait(5))
    seen = [device.port, device.serial, list(device.kinds), device.authorized]
    return {"woken": woken, "seen": seen, "granted": granted, "left": len(scan(SYSTEM))}


def storm(count: str) -> dict[str, object]:
    """Devices come and go at ten ports; the table is what the last look saw, whatever was missed between."""
    bed, dice, done = Testbed(), random.Random(1), threading.Event()
    looks = {"changed": 0, "resync": 0, "quiet": 0, "woken": 0}
    table: tuple[object, ...] = ()
    plugged: set[str] = set()
    room = threading.Semaphore(_AHEAD)

    def play() -> None:
        for _ in range(int(count)):
            room.acquire()
            port = f"1-{dice.randint(1, 10)}"
            if port in plugged:
                bed.unplug(port)
                plugged.remove(port)
            else:
                bed.plug(port, dice.choice(list(DEVICES.values())), serial=f"{dice.getrandbits(32):08x}")
                plugged.add(port)
        done.set()
        uevents.wake()

    with Uevents() as uevents:
        player = threading.Thread(target=play)
        player.start()
        while not done.is_set():
            looks[uevents.wait(10)] += 1
            table = scan(SYSTEM)
            while room.acquire(blocking=False):
                pass
            room.release(_AHEAD)
        player.join()
        while (last := uevents.wait(0)) != "quiet":
            looks[last] += 1
            table = scan(SYSTEM)
    equal = table == scan(SYSTEM) and {device.port for device in scan(SYSTEM)} == plugged
    return {"equal": equal, "looks": looks, "overflows": uevents.overflows, "there": len(plugged)}


def latency(count: str) -> dict[str, object]:
    """From before a device's uevent goes out until `wait` returns, and until the bus is read, in ms.

    Beside it pyudev's own poll, turn by turn.
    """
    bed = Testbed()
    bed.plug("1-1", STICK)
    bare = pyudev.Monitor.from_netlink(pyudev.Context(), source="kernel")
    with Uevents() as uevents:
        while uevents.wait(0) != "quiet":
            pass
        waited = _timed(bed, int(count), lambda: uevents.wait(5) == "changed")
        with_scan = _timed(bed, int(count), lambda: uevents.wait(5) == "changed" and bool(scan(SYSTEM)))
    bare.start()
    polled = _timed(bed, int(count), lambda: bare.poll(5) is not None)
    return {"waited_ms": waited, "with_scan_ms": with_scan, "polled_ms": polled}


def _timed(bed: Testbed, count: int, come: Callable[[], bool]) -> list[float]:
    """Send from another thread while this one waits, as it is on a box."""
    sent_s, go = [0.0], threading.Semaphore(0)

    def send() -> None:
        for _ in range(count):
            go.acquire()
            time.sleep(2 * APART_S)  # not in a storm; and the waiting one has come to wait
            sent_s[0] = time.perf_counter()
            bed.change("1-1")

    sender = threading.Thread(target=send)
    sender.start()
    taken_ms = []
    for _ in range(count):
        go.release()
        assert come()
        taken_ms.append((time.perf_counter() - sent_s[0]) * 1000)
    sender.join()
    return taken_ms


if __name__ == "__main__":
    scenes: dict[str, Callable[..., dict[str, object]]] = {
        "plug_and_pull": plug_and_pull,
        "storm": storm,
        "latency": latency,
    }
    json.dump(scenes[sys.argv[1]](*sys.argv[2:]), sys.stdout)
    sys.stdout.flush()
