"""What is broken on the box itself: it starts closed, and one line of `systemctl status` says what is wrong.

One guest, one story: each fault is taken away again, and the guard comes back.
"""

from pathlib import Path

import pytest

from appliance.install import readonly
from tests.lab.vm_package import CLOSED, DENIED, SLOW_S, Packaged
from tests.lab.vm_story import LONG

pytestmark = [
    pytest.mark.vm, pytest.mark.slow, pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1"),
]  # fmt: skip

CONFIG = "/etc/venue-appliance/appliance.toml"
LOG = "/var/lib/venue-appliance/log"
UNIT = "venue-guard"
DISK = "/dev/mapper/venue-state"  # which the test brings
UNWRITTEN = "监控盒写不进记录"
FORMAT = """\
import glob, sqlite3, sys
log = sqlite3.connect(sorted(glob.glob("/var/lib/venue-appliance/log/events-*.sqlite"))[-1], isolation_level=None)
log.execute(f"PRAGMA user_version = {sys.argv[1]}")
log.close()
"""
HAT = """
[[ups]]
name = "hat"
driver = "max1704x"
bus = 1
address = 0x36
gpio = 6
mains_lost = "low"
pull = "none"
[panel]
lamp_green = 17
lamp_red = 27
"""


# Rows to be written, until one is refused: the log has room of its own for some hundred. It ends what it began.
ROWS = """\
import sys
sys.path.insert(0, "/usr/lib/venue-appliance")
from pathlib import Path
from appliance.client import Client, Refused
guard = Client(Path("/run/venue-appliance/control.sock"), timeout_s=60)
try:
    for number in range(4000 if sys.argv[1] == "until-refused" else 1):
        drills = guard.call("status")["drill"]
        guard.call("drill", mode="end" if drills or sys.argv[1] == "end" else "drill", by="lab" * 20)
except Refused as refused:
    print(refused.code)
"""


def failed_with_78(box: Packaged, said: str) -> None:
    """Ended for good, closed, and the status names it."""
    box.vm.await_true(f"systemctl is-failed --quiet {UNIT}", timeout_s=SLOW_S)
    told = box.show(UNIT, "ExecMainStatus", "NRestarts", "SubState")
    assert (told["ExecMainStatus"], told["SubState"]) == ("78", "failed")
    shown = box.vm.sh(f"systemctl status --no-pager --full {UNIT}").stdout
    (status,) = [line for line in shown.splitlines() if line.strip().startswith("Status: ")]
    assert said in status and "status=78" in shown and "Traceback" not in shown, shown
    assert box.closed() == CLOSED


def refused(box: Packaged) -> str:
    """The code by which the guard refuses what it can not record; '' where it took everything."""
    box.vm.put("/run/rows.py", ROWS)
    return box.vm.out("python3 -I /run/rows.py until-refused", timeout_s=2 * SLOW_S).strip()


def log_is(box: Packaged, *, writable: bool) -> bool:
    return bool(box.ask("status")["log"]["writable"]) is writable


def test_a_configuration_edited_into_nonsense_is_one_line_and_is_not_tried_for_ever(packaged: Packaged) -> None:
    vm = packaged.vm
    vm.out(f"cp {CONFIG} /root/right.toml && sed -i 's/^code = .*/code = 7/' {CONFIG}")
    vm.sh(f"systemctl restart {UNIT}", timeout_s=SLOW_S)
    failed_with_78(packaged, "appliance.toml: venue.code: 7")


def test_a_record_of_a_newer_version_is_one_line_and_is_not_touched(packaged: Packaged) -> None:
    vm = packaged.vm
    vm.put("/root/format.py", FORMAT)
    vm.out(f"cp /root/right.toml {CONFIG} && python3 -I /root/format.py 99; sync")
    before = vm.out(f"sha256sum {LOG}/events-*.sqlite")
    vm.sh(f"systemctl reset-failed {UNIT}; systemctl start {UNIT}", timeout_s=SLOW_S)
    failed_with_78(packaged, "format 99 is newer")
    assert vm.out(f"sha256sum {LOG}/events-*.sqlite") == before
    vm.out("python3 -I /root/format.py 1")


def test_a_package_that_is_half_there_says_so_and_comes_back_once_it_is_whole(packaged: Packaged) -> None:
    """And with what it finds then: a UPS board and lamps on a bus and pins that are not there hold nothing up."""
    vm = packaged.vm
    vm.out(f"mv /usr/lib/venue-appliance/appliance/control /root/control; cat >>{CONFIG}", stdin=HAT.encode())
    vm.sh(f"systemctl reset-failed {UNIT}; systemctl start {UNIT}", timeout_s=SLOW_S)
    said = "venue-appliance is not whole: No module named"
    vm.await_true(f"systemctl status --no-pager --full --lines=20 {UNIT} | grep -q '{said}'", timeout_s=SLOW_S)
    assert "Traceback" not in vm.sh(f"systemctl status --no-pager --full --lines=5 {UNIT}").stdout
    assert packaged.closed() == CLOSED
    vm.out("mv /root/control /usr/lib/venue-appliance/appliance/control")
    packaged.await_guard()
    (hat,) = [ups for ups in packaged.ask("status")["power"] if ups["name"] == "hat"]
    assert hat["state"] == "unknown"
    vm.out(f"cp /root/right.toml {CONFIG}; systemctl restart {UNIT}", timeout_s=SLOW_S)
    packaged.await_guard()


# ---- while it runs


def test_a_root_disk_that_goes_read_only_stops_no_enforcement_and_is_said(packaged: Packaged) -> None:
    vm, guard = packaged.vm, packaged.main_pid()
    vm.out("sync; echo u >/proc/sysrq-trigger; until grep -q ' / ext4 ro' /proc/mounts; do sleep 0.1; done")
    vm.out("for each in /sys/bus/usb/devices/usb*; do echo 1 >$each/authorized_default; done")
    packaged.await_(lambda: packaged.closed() == CLOSED, "USB is closed again all the same")
    packaged.await_(lambda: log_is(packaged, writable=False), "the record cannot be written: said")
    assert refused(packaged) == "log-unwritable"
    packaged.await_(lambda: UNWRITTEN in vm.out(f"systemctl status --no-pager --full {UNIT}"), "in its status as well")
    assert packaged.main_pid() == guard
    vm.out(f"systemctl restart {UNIT}", timeout_s=SLOW_S)
    packaged.await_(lambda: log_is(packaged, writable=False), "one that is started on it runs, and says it")
    assert packaged.main_pid() != guard
    packaged.await_(lambda: packaged.closed() == CLOSED, "and USB stays closed, and the line")
    packaged.await_(lambda: UNWRITTEN in vm.out(f"systemctl status --no-pager --full {UNIT}"), "in its status as well")
    vm.out("mount -o remount,rw /", timeout_s=SLOW_S)
    packaged.await_(lambda: log_is(packaged, writable=True), "it is written again")


def test_a_full_disk_is_said_and_what_is_written_afterwards_follows(packaged: Packaged) -> None:
    vm, guard = packaged.vm, packaged.main_pid()
    # More than there is each time, until not a byte is left; then some row is to be written.
    vm.sh("for mb in 4096 256 16 1; do while fallocate -l ${mb}M /root/full.$RANDOM$RANDOM; do :; done; done")
    vm.sh("cat /dev/zero >/root/full.rest", timeout_s=SLOW_S)
    assert refused(packaged) == "log-unwritable"
    packaged.await_(lambda: log_is(packaged, writable=False), "the record cannot be written: said")
    assert packaged.closed() == CLOSED
    vm.out("rm -f /root/full.*")
    packaged.await_(lambda: log_is(packaged, writable=True), "it is written again")
    vm.out("python3 -I /run/rows.py end", timeout_s=SLOW_S)
    assert packaged.main_pid() == guard


def test_a_clock_that_jumps_ends_nothing_and_the_record_verifies(packaged: Packaged) -> None:
    vm, guard = packaged.vm, packaged.main_pid()
    head, phase = packaged.head(), packaged.ask("status")["phase"]["name"]
    for jump in ("+3 hours", "-6 hours", "+3 hours"):
        vm.out(f"date --set='{jump}'")
        packaged.await_(lambda: packaged.ask("status")["turned_age_s"] < 5, "it turns")
    assert packaged.main_pid() == guard and packaged.head() >= head
    assert packaged.ask("status")["phase"]["name"] == phase
    vm.out("venue log verify", timeout_s=SLOW_S)
    assert packaged.closed() == CLOSED
    assert vm.out("systemctl --failed --plain --no-legend") == ""


# ---- a boot of it


def sequence_of(box: Packaged) -> set[tuple[int, str]]:
    """The record's rows, by number and kind."""
    return {(int(row["seq"]), str(row["kind"])) for row in box.ask("events", limit=500)["events"]}


def boot(box: Packaged, append: str = "") -> None:
    """The plug pulled and put back; nothing came out on the line meanwhile."""
    box.vm.out("sync")
    box.vm.power_cut()
    began = box.boot(f"{DENIED} {append}")
    assert began.sent > 0 and set(began.heard.values()) == {0}


def test_a_boot_on_an_etc_of_nonsense_is_closed_and_each_fault_is_told(packaged: Packaged) -> None:
    vm, etc = packaged.vm, "/etc/venue-appliance"
    files = "appliance.toml lockdown.conf network.nft timetable.toml"
    vm.out(f"cp -a {etc} /root/etc; cd {etc}; for each in {files}; do echo '}}}} = [nonsense' >$each; done")
    boot(packaged)
    failed_with_78(packaged, "appliance.toml: ")
    for unit, told in (("venue-network-closed", "network.nft was refused"), ("venue-lockdown", "not understood")):
        assert told in vm.sh(f"systemctl status --no-pager --full {unit}").stdout
    vm.out(f"rm -rf {etc} && mv /root/etc {etc}")
    boot(packaged)
    packaged.await_guard()
    assert packaged.closed() == CLOSED and vm.out("systemctl --failed --plain --no-legend") == ""


def test_a_boot_from_a_root_that_is_only_read_is_closed_and_says_that_nothing_is_recorded(packaged: Packaged) -> None:
    vm = packaged.vm
    vm.out("sed -i 's,^/dev/vda / .*,/dev/vda / ext4 ro 0 1,' /etc/fstab")
    boot(packaged, "ro")
    assert " / ext4 ro" in vm.out("cat /proc/mounts")
    packaged.await_guard()
    assert packaged.closed() == CLOSED and log_is(packaged, writable=False)
    packaged.await_(lambda: UNWRITTEN in vm.out(f"systemctl status --no-pager --full {UNIT}"), "in its status as well")
    guard = packaged.main_pid()
    vm.out("mount -o remount,rw / && sed -i 's,^/dev/vda / .*,/dev/vda / ext4 defaults 0 1,' /etc/fstab")
    packaged.await_(lambda: packaged.main_pid() not in (0, guard), "for a guard that is started anew, at once")
    packaged.await_guard()
    packaged.await_(lambda: log_is(packaged, writable=True), "it is written again")
    boot(packaged)
    packaged.await_guard()
    vm.out("venue log verify", timeout_s=SLOW_S)


def test_a_boot_without_the_disk_of_its_record_is_closed_says_so_and_goes_on_once_the_disk_is_there(
    packaged: Packaged, tmp_path: Path
) -> None:
    """As `venue-install --state-device` has it in fstab: what it would write elsewhere would be gone with a boot."""
    vm, state = packaged.vm, Path(LOG).parent
    asked, _ = readonly.changes(tmp_path, DISK)
    before = sequence_of(packaged)
    vm.out("cp /etc/fstab /root/fstab && cat >>/etc/fstab", stdin=asked.content or b"")
    boot(packaged)
    assert packaged.closed() == CLOSED
    said = f"{DISK} on {state} is not mounted"
    vm.await_true(f"systemctl status --no-pager --full --lines=0 {UNIT} | grep -q '{said}'", timeout_s=SLOW_S)
    vm.out(f'dmsetup create {Path(DISK).name} --table "0 $(blockdev --getsz /dev/vdb) linear /dev/vdb 0"')
    packaged.await_guard()
    assert vm.out(f"findmnt --noheadings --output=SOURCE {state}") == f"{DISK}\n"
    assert vm.out(f"stat --format='%a %G' {state} {state}/outbox") == "711 venue\n2750 www-data\n"
    assert packaged.closed() == CLOSED
    vm.out(
        f"systemctl stop {UNIT} venue-backup; find {state} -xdev -mindepth 1 -delete; umount {state}; "
        f"dmsetup remove {DISK}; cp /root/fstab /etc/fstab; systemctl daemon-reload; systemctl start {UNIT}",
        timeout_s=SLOW_S,
    )
    packaged.await_guard()
    assert before <= sequence_of(packaged), "what the root holds was not touched"
    vm.out("venue log verify", timeout_s=SLOW_S)
