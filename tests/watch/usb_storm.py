"""A storm of plugs against the connected guard: `python -m tests.watch.usb_storm COUNT [changing]`, as root.

Real: the kernel's netlink and its overflow, the reader, the inbox, dispatch, the log, the enforcer. Made up: the bus, a
tree of files, which another process changes. With each change it lets the kernel send a uevent (of `mem`, for nobody
can make one of `usb` without a device), and now and then thousands, so that the kernel drops what it cannot queue.

Beside the guard listens pyudev's MonitorObserver, as it is mostly used: at each uevent it reads the bus.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyudev

from appliance.dispatch import Observed
from appliance.enforce import usb as usb_enforcer
from appliance.events.plan import Sitting
from appliance.watch.thread import Watcher
from appliance.watch.usb import UsbReader
from hw import usb_simulated
from hw.usb import scan
from hw.usb_uevents import Uevents
from tests.fakes.box import SEAL, Box, plan, stored
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).resolve().parent.parent.parent
UEVENT = Path("/sys/class/mem/null/uevent")
BUFFER_BYTES = 64 * 1024
PORTS = tuple(f"1-{number}" for number in range(1, 11))
IDENTITIES = 3  # of each port, in the storm in which devices are what they say
OVERFLOWS, FLOOD = 5, 4_000
EQUAL_WITHIN_S = 20.0


def possible() -> bool:
    """Whether the kernel can be made to send uevents here."""
    return os.geteuid() == 0 and UEVENT.exists()


def played(count: int, *, changing: bool) -> dict[str, Any]:
    """What `storm` tells, played in a process of its own. Raises AssertionError with its words where it breaks."""
    argv = [sys.executable, "-m", "tests.watch.usb_storm", str(count), *(["changing"] if changing else [])]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


class RunningClock(FakeClock):
    """The kernel's own time."""

    def wall(self) -> datetime:
        return datetime.now(tz=UTC)

    def mono_s(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def play(root: Path, count: int, *, changing: bool) -> None:
    """Plug and pull; `changing` devices call themselves another thing at each plug. Says when the last change was."""
    dice, plugged = random.Random(7), set[str]()
    for number in range(count):
        port = dice.choice(PORTS)
        if port in plugged:
            usb_simulated.unplug(root, port)
            plugged.remove(port)
        else:
            vendor = f"{dice.getrandbits(16):04x}" if changing else "0951"
            product = f"{dice.randrange(IDENTITIES):04x}"
            serial = f"{dice.getrandbits(64):x}" if changing else port
            kind = dice.choice(("08:06:50", "03:01:01", "02:06:00")) if changing else "08:06:50"
            usb_simulated.plug(
                root, port, vendor_product=f"{vendor}:{product}", serial=serial, interfaces=(kind,)
            )
            plugged.add(port)
        UEVENT.write_text("change")
        if count > OVERFLOWS and number % (count // OVERFLOWS) == count // OVERFLOWS - 1:
            for _ in range(FLOOD):
                UEVENT.write_text("change")
    print(time.monotonic(), flush=True)


def storm(count: int, *, changing: bool) -> dict[str, object]:
    """Let it play, and tell what the guard has made of it."""
    with tempfile.TemporaryDirectory() as directory:
        root, log = Path(directory) / "root", Path(directory) / "log"
        usb_simulated.make_bus(root, authorized_default=0)
        box = _box(root, log)
        ear: list[Uevents] = []
        read = UsbReader(root, listen=True, listening=lambda: _opened(ear))
        watcher = Watcher(
            instrument="usb",
            read=read,
            post=lambda name, reading: box.inbox.put(Observed(instrument=name, reading=reading)),
            period_s=lambda: read.period_s,
            close=read.close,
            wake=read.wake,
            again_s=lambda: read.again_s,
        )
        watcher.start()
        box.act("seal", **SEAL)
        observer = _Observer(root)
        over_s, equal_s = _played(box, root, count, changing=changing)
        observer_wrong = observer.wrong()
        watcher.stop()
        items = [item for item in box.dispatch.venue.incidents if item.cause_kind.startswith("usb")]
        rows = Counter(event.kind for event in stored(log))
        box.die()
        return {
            "equal_s": equal_s - over_s,
            "wrong": _wrong(box, root),
            "observer_wrong": observer_wrong,
            "overflows": ear[0].overflows,
            "rows": sum(rows.values()),
            "by_kind": rows,
            "items": len(items),
            "let_in": sum(device.authorized for device in scan(root)),
        }


def _box(root: Path, log: Path) -> Box:
    """A box with the real enforcer for USB, and an exam tomorrow."""
    start = datetime.now(tz=UTC) + timedelta(days=1)
    sitting = Sitting(id="am", batch="1", subject="财务管理", start=start, end=start + timedelta(hours=2))
    box = Box(log, plan=plan(usb=True, ups=(), sittings=(sitting,)), clock=RunningClock())
    box.hands["usb"] = usb_enforcer.holder(root)  # type: ignore[assignment]  # the real one in a hand's place
    return box


def _opened(ear: list[Uevents]) -> Uevents:
    ear.append(Uevents(subsystems=("mem",), receive_buffer_bytes=BUFFER_BYTES))
    return ear[-1]


def _played(box: Box, root: Path, count: int, *, changing: bool) -> tuple[float, float]:
    """Turn until the player is through and the table is what sysfs has: when the one was, and when the other."""
    argv = [sys.executable, "-m", "tests.watch.usb_storm", "play", str(root), str(count), str(changing)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        while player.poll() is None:
            box.dispatch.turn(0.05)
        over_s = float(player.stdout.read())
    deadline_s = time.monotonic() + EQUAL_WITHIN_S
    while _wrong(box, root) and time.monotonic() < deadline_s:
        box.dispatch.turn(0.01)
    return over_s, time.monotonic()


def _wrong(box: Box, root: Path) -> int:
    """How many devices the guard's table has wrong."""
    table = {(d.port, d.id, d.serial, d.sha256) for d in box.dispatch.venue.usb.devices.values()}
    return len(table ^ {(d.port, d.vendor_product, d.serial, d.descriptors_sha256) for d in scan(root)})


class _Observer:
    """pyudev's MonitorObserver, reading the bus at each uevent."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.table: set[tuple[str, str]] = set()
        monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source="kernel")
        monitor.filter_by("mem")
        monitor.set_receive_buffer_size(BUFFER_BYTES)
        threading.excepthook = lambda _: None  # it dies at its first overflow, and says so to nobody
        self._observer = pyudev.MonitorObserver(monitor, callback=self._look)
        self._observer.start()

    def _look(self, _: pyudev.Device) -> None:
        self.table = {(device.port, device.serial) for device in scan(self._root)}

    def wrong(self) -> int:
        """How many ports its table has wrong, a second after the storm at the earliest."""
        time.sleep(1.0)
        return len(self.table ^ {(device.port, device.serial) for device in scan(self._root)})


if __name__ == "__main__":
    if sys.argv[1] == "play":
        play(Path(sys.argv[2]), int(sys.argv[3]), changing=sys.argv[4] == "True")
    else:
        json.dump(storm(int(sys.argv[1]), changing="changing" in sys.argv[2:]), sys.stdout)
        sys.stdout.flush()
