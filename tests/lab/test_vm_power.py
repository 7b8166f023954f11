"""What is on the disk when the power goes: cuts under load, and cuts at each write by dm-log-writes.

Acknowledged rows and published bundles leave the guest over its serial line before the cut; after it all of them must
be there, the record must verify, the guard be back and the posture hold. VENUE_VM_LONG=1 alone: ten cuts, and 520
points among the writes.
"""

import random
import re
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.dispatch.start import start
from appliance.eventlog import EventLog, verify
from appliance.eventlog.files import log_files
from tests.crash.disk import Mounted
from tests.lab.vm_log_writes import Point, points, read_log
from tests.lab.vm_package import CLOSED, PINS, SIGNED, SLOW_S, Packaged
from tests.lab.vm_story import LONG

pytestmark = [
    pytest.mark.vm, pytest.mark.slow, pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1"),
]  # fmt: skip

CUTS, POINTS = 10, 520
STATE = "/var/lib/venue-appliance"
# Acts of a person, one after the other; what was acknowledged, and what was published, is said at once.
WRITER = """\
import hashlib, pathlib, subprocess, sys, time
sys.path.insert(0, "/usr/lib/venue-appliance")
from appliance.client import Client, ClientError
client = Client(pathlib.Path("/run/venue-appliance/control.sock"), timeout_s=120)
told, limit, since, number = sys.argv[1], int(sys.argv[2]), client.call("status")["log"]["head_seq"], 0
def tell(line):
    if told == "mark":
        subprocess.run(["dmsetup", "message", "torn", "0", "mark", line], check=True)
    else:
        with open(told, "w") as serial:
            serial.write("\\r\\n" + line + "\\r\\n")
        time.sleep(0.1)
while number < limit:
    number += 1
    (seq,) = client.call("backup.run", by=f"ack-{number}", full=False)["seqs"]
    tell(f"ACK:{seq}:ack-{number}:")
    for row in client.call("events", since=since, limit=500)["events"]:
        since = max(since, row["seq"])
        if row["kind"] == "bundle.published":
            tell(f"BUNDLE:{row['body']['name']}:{row['body']['sha256']}:")
    if told == "mark":
        with open("/var/lib/venue-appliance/control", "a") as control:
            control.write(f"{number}\\n")
        tell(f"CONTROL:{number}:{number}:")
"""
# Writes and syncs all the time; the processor is emulated, and a bundle is to come out beside it.
LOAD = "while sleep 0.05; do dd if=/dev/zero of=/root/load bs=64k count=16 conv=fsync status=none; done"
# Nothing of user space runs any more, the kernel's own time for it included: only the hardware's watchdog is left.
FREEZE = """\
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
for each in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do echo 0 >$each; done
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
exec chrt --fifo 99 python3 -S -c 'while True: pass'
"""


@dataclass
class Told:
    """What left the guest before the power went: rows by number, bundles by name."""

    rows: dict[int, str] = field(default_factory=dict)
    bundles: dict[str, str] = field(default_factory=dict)
    control: int = 0


def told_in(lines: list[str]) -> Told:
    told = Told()
    for kind, first, second in re.findall(r"(ACK|BUNDLE|CONTROL):([^:\s]+):([^:\s]+):", "\n".join(lines)):
        match kind:
            case "ACK":
                told.rows[int(first)] = second
            case "BUNDLE":
                told.bundles[first] = second
            case _:
                told.control = int(first)
    return told


# ---- a cut at each write


@pytest.fixture(scope="module")
def torn(packaged: Packaged) -> tuple[bytes, Path]:
    """What the disk held at first, and the log of all that the guard and a backup wrote to it."""
    vm = packaged.vm
    vm.put("/root/writer.py", WRITER)
    base = packaged.disk("torn").read_bytes()
    table = "0 $(blockdev --getsz /dev/vdb) log-writes /dev/vdb /dev/vdc"
    vm.out(
        f"set -e; modprobe dm-log-writes; systemctl stop venue-guard; "
        f'dmsetup create torn --table "{table}"; mount -t ext4 /dev/mapper/torn {STATE}; '
        "systemd-tmpfiles --create venue-appliance.conf; systemctl start venue-guard",
        timeout_s=SLOW_S,
    )
    try:
        vm.out("python3 -I /root/writer.py mark 20", timeout_s=2 * SLOW_S)
        packaged.await_(lambda: bool(packaged.rows("bundle.published")), "a bundle")
        vm.out("python3 -I /root/writer.py mark 3", timeout_s=SLOW_S)
    finally:
        vm.sh(  # what it says of the disk that comes and goes is its business
            f"systemctl stop venue-guard venue-backup; umount {STATE}; dmsetup remove torn; "
            "systemctl start venue-guard", timeout_s=SLOW_S,
        )  # fmt: skip
    packaged.await_guard()
    return base, packaged.disk("torn-log")


def lost(point: Point, place: Path) -> tuple[list[str], bool]:
    """What is missing of what had been acknowledged by then, and whether a line that nobody synced is."""
    file, there = place / "image", place / "there"
    file.write_bytes(point.image)
    mounted = Mounted(file, there)
    try:
        told, faults = told_in(list(point.marks)), list[str]()
        found = dict[int, str]()
        for path in log_files(there / "log"):
            with closing(EventLog(path, read_only=True)) as log:
                faults += [problem] if (problem := verify(log).problem) else []
                found |= {row.seq: row.text for row in log.each()}
        faults += [f"row {seq}" for seq, by in told.rows.items() if f'"{by}"' not in found.get(seq, "")]
        for name in told.bundles:
            ends = ("tar.zst.age", "json", "json.sig")
            faults += [f"{name}.{end}" for end in ends if not (there / "outbox" / f"{name}.{end}").exists()]
        started = start(there / "log")
        started.log.close()
        faults += ["the guard would begin a new log"] if started.damage else []
        control = there / "control"
        lines = control.read_bytes().split() if control.exists() else []
        return faults, len(lines) < told.control
    finally:
        mounted.close()


def test_wherever_the_power_goes_what_was_acknowledged_is_there_and_the_record_verifies(
    torn: tuple[bytes, Path], tmp_path: Path
) -> None:
    base, log = torn[0], list(read_log(torn[1]))
    begun = next(at for at, entry in enumerate(log) if entry.mark)
    lot = random.Random(8)
    cuts = sorted(lot.choices(range(begun, len(log)), k=POINTS))
    unsynced, faults = 0, list[str]()
    for point in points(base, log, cuts, lot):
        missing, control = lost(point, tmp_path)
        unsynced += control
        faults += [f"cut {point.cut}: {fault}" for fault in missing]
    assert faults == []
    assert unsynced > 0, "the control: a line that nobody synced is lost at some points"
    print(f"{len(cuts)} points of {len(log)} writes; the line nobody synced was lost at {unsynced}")


# ---- cuts of the whole machine


def test_it_is_sealed(packaged: Packaged) -> None:
    for role, pin in PINS.items():
        packaged.ask("pin.set", role=role, pin=pin)
    # Sticks are in its sockets: a point that is red, and sealed over with a written reason.
    packaged.ask("seal", pins=PINS, **SIGNED, overrides={"usb": "sticks of the lab"})
    assert packaged.ask("status")["phase"]["name"] == "sealed"


def told_since(box: Packaged, byte: int) -> str:
    """What the serial line said from a byte of it on; as text its line ends would be shorter than they are."""
    return box.vm.console.read_bytes()[byte:].decode(errors="replace")


def under_load(box: Packaged) -> None:
    """Comes back in the middle of it: rows acknowledged, a bundle published, the next under way."""
    box.vm.put("/root/writer.py", WRITER)
    box.vm.put("/root/load.sh", LOAD)
    began = len(box.vm.console.read_bytes())
    box.vm.out(
        "systemd-run --quiet --unit=load bash /root/load.sh; "
        "systemd-run --quiet --unit=writer python3 -I /root/writer.py /dev/ttyS0 100000"
    )

    def enough() -> bool:
        told = told_in([told_since(box, began)])
        return len(told.rows) >= 20 and bool(told.bundles)

    box.await_(enough, "acknowledged rows and a bundle", timeout_s=2 * SLOW_S)


def assert_all_is_there(box: Packaged, before: int) -> None:
    """What was told on the serial line since byte `before` of it; the record; the posture."""
    told = told_in([told_since(box, before)])
    assert len(told.rows) >= 20 and told.bundles
    box.vm.out("venue log verify", timeout_s=SLOW_S)
    found = {row["seq"]: row["body"]["by"] for row in box.rows("backup.requested")}
    checked = {seq: by for seq, by in told.rows.items() if seq >= min(found)}
    assert len(checked) >= 20 and {seq: found.get(seq) for seq in checked} == checked
    for name, digest in told.bundles.items():
        place = f"{STATE}/outbox/{name}"
        assert box.vm.out(f"ls {place}.json {place}.json.sig; sha256sum <{place}.tar.zst.age").split()[2] == digest
    assert box.ask("status")["phase"]["name"] == "sealed"
    box.await_(lambda: box.closed() == CLOSED, "closed")
    boot = box.boots[-1]
    assert boot.sent > 0 and set(boot.heard.values()) == {0}
    assert box.vm.out("systemctl --failed --plain --no-legend") == ""
    print(f"{len(told.rows)} rows and {len(told.bundles)} bundles acknowledged; guard ready {boot.guard_s:.1f} s")


def test_the_whole_box_frozen_is_started_anew_by_its_watchdog_and_nothing_is_lost(packaged: Packaged) -> None:
    vm, before = packaged.vm, len(packaged.vm.console.read_bytes())
    under_load(packaged)
    vm.put("/root/freeze", FREEZE)
    vm.out("systemd-run --quiet --unit=freeze bash /root/freeze")
    began_s = time.monotonic()
    vm.await_off(SLOW_S)  # restarted, which ends qemu here
    bitten_s = time.monotonic() - began_s
    packaged.boot()
    boot = packaged.boots[-1]
    print(f"frozen box: bitten after {bitten_s:.1f} s, guard ready {boot.guard_s:.1f} s after power-on")
    assert_all_is_there(packaged, before)


@pytest.mark.parametrize("cut", range(CUTS))
def test_after_a_power_cut_under_load_nothing_acknowledged_is_lost(packaged: Packaged, cut: int) -> None:
    before = len(packaged.vm.console.read_bytes())
    under_load(packaged)
    packaged.await_(lambda: packaged.vm.sh("true").code == 0, "it answers")
    time.sleep(random.Random(cut).uniform(0, 3))  # anywhere in it
    packaged.vm.power_cut()
    packaged.boot()
    assert_all_is_there(packaged, before)
