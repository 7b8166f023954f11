"""Sticks that come, as dispatch's rows: `umockdev-wrapper python -m tests.watch.usb_scene COUNT`.

A process of its own, because every path below /sys is umockdev's then.
"""

import json
import sys
import tempfile
import threading
import time
from pathlib import Path

from appliance.dispatch import Observed
from appliance.events import Event
from appliance.events.bodies import UsbPlugged
from appliance.watch import usb
from appliance.watch.thread import Watcher
from tests.fakes.box import Box, plan
from tests.lab.umockdev import Testbed
from tests.lab.umockdev_devices import DEVICES

CHANGES = 9  # of a port, each two rows
APART_S = 0.02  # no storm: ten uevents within 50 ms would be told together


def rows(count: str) -> dict[str, object]:
    """From before a uevent goes out until its row is durable, in ms: two sticks in turn at each port.

    At so many ports that none of them changes so often that it is told later.
    """
    bed, rows_s, come = Testbed(), [], threading.Semaphore(0)
    ports = [f"1-{number}" for number in range(1, 2 + int(count) // CHANGES)]
    for port in ports:
        bed.plug(port, DEVICES["stick"], serial="0")

    def journal(event: Event) -> None:
        if isinstance(event.body, UsbPlugged):
            rows_s.append(time.perf_counter())
            come.release()

    with tempfile.TemporaryDirectory() as directory:
        box = Box(Path(directory), plan=plan(usb=True))
        box.dispatch._journal = journal
        read = usb.reader(Path("/"))
        watcher = Watcher(
            instrument="usb",
            read=read,
            post=lambda name, reading: box.inbox.put(Observed(instrument=name, reading=reading)),
            period_s=lambda: read.period_s,
            close=read.close,
        )
        sent_s: list[float] = []
        over = threading.Event()

        def play() -> None:
            for _ in ports:
                come.acquire()
            for number in range(int(count)):
                port = ports[number % len(ports)]
                Path(f"/sys/devices/usb1/{port}/serial").write_text(f"{number // len(ports) % 2 + 1}\n")
                time.sleep(APART_S)
                sent_s.append(time.perf_counter())
                bed.change(port)
                come.acquire()
            over.set()
            box.inbox.wake()

        player = threading.Thread(target=play)
        watcher.start()
        player.start()
        while not over.is_set():
            box.dispatch.turn()
        began_s = time.perf_counter()
        read.wake()
        watcher.stop()
        stopped_s = time.perf_counter() - began_s
        player.join()
        box.die()
    taken_ms = [(row_s - at_s) * 1000 for at_s, row_s in zip(sent_s, rows_s[len(ports) :], strict=True)]
    return {"rows_ms": taken_ms, "stopped_s": stopped_s}


if __name__ == "__main__":
    json.dump(rows(sys.argv[1]), sys.stdout)
    sys.stdout.flush()
