"""The disk refuses: enforcement goes on, people's acts are refused, and what was kept follows a gap row."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.eventlog import EventLog, verify
from appliance.eventlog.files import newest
from appliance.events.bodies import BackupFailed, PowerRead
from appliance.exam.acts import Refused
from tests.fakes.box import MOVE, SEAL, Box, bodies, names_of, plan, stored

OUT = PowerRead(ups="server-ups", status=("OB", "DISCHRG"), charge_percent=90.0)
LOW = PowerRead(ups="server-ups", status=("OB", "DISCHRG", "LB"), charge_percent=10.0)


class Disk:
    """A file system of 1 MiB of one's own, that can be filled and freed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(path)]
    if subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("a file system of one's own needs root")
    yield Disk(path)
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def holds(directory: Path) -> bool:
    log = EventLog(newest(directory), read_only=True)
    try:
        return verify(log).ok
    finally:
        log.close()


@pytest.mark.root
def test_enforcement_goes_on_and_the_incident_says_so_while_the_disk_is_full(disk: Disk) -> None:
    box = Box(disk.path / "log")
    box.run(3)
    disk.fill()
    box.read(OUT)
    box.run(300)
    assert "log_unwritable" in box.open_kinds and "mains" in box.open_kinds
    assert box.snapshot["log"]["writable"] is False
    assert box.hands["lamp"].told[-1] == "attention"
    box.read(LOW)
    box.step()
    assert box.hands["lamp"].told[-1] == "critical", "the lamp follows although no row can be written"
    assert len([line for line in box.alarms if "can not be written" in line]) == 1


@pytest.mark.root
def test_a_disk_gone_read_only_under_the_open_log_is_said_although_nothing_is_to_be_written(disk: Disk) -> None:
    """Another mount of the same place, read-only: into what is open the kernel goes on taking writes, as ext4 does."""
    box = Box(disk.path / "log")
    box.run(3)
    shown = str(disk.path)
    for argv in (("mount", "--bind", shown, shown), ("mount", "-o", "remount,bind,ro", shown)):
        subprocess.run(argv, check=True)
    try:
        box.step()
        assert box.snapshot["log"]["writable"] is False and "read-only" in box.alarms[-1]
        with pytest.raises(Refused, match="log-unwritable"):
            box.act("seal", **SEAL)
        box.step()
        assert "log_unwritable" in box.open_kinds
    finally:
        subprocess.run(["umount", shown], check=True)
    box.run(10)
    assert box.snapshot["log"]["writable"] is True and holds(disk.path / "log")
    assert bodies(stored(disk.path / "log"), "log.gap")


@pytest.mark.root
def test_an_act_is_refused_while_the_disk_is_full_and_does_nothing(disk: Disk) -> None:
    box = Box(disk.path / "log")
    disk.fill()
    box.read(OUT)
    box.run(300)
    with pytest.raises(Refused, match="log-unwritable"):
        box.act("seal", **SEAL)
    assert box.dispatch.venue.seal is None and box.snapshot["seal"] is None


@pytest.mark.root
def test_the_act_that_finds_the_disk_full_does_nothing_either(disk: Disk) -> None:
    """Nobody is told 'nothing was done' of a seal that is then applied, or recorded once there is room again."""
    box = Box(disk.path / "log")
    disk.fill()
    granted = 0
    with pytest.raises(Refused, match="log-unwritable"):
        for _ in range(400):  # the file's own pages have room for some
            box.act("sitting.delay", sitting="am", minutes=1, **(MOVE | {"reason": "x" * 2000}))
            granted += 1
    assert box.dispatch.venue.sittings[0].acts.delay_minutes == granted
    assert box.hands["network"].told[-1] == "closed"
    disk.free()
    box.run(12)
    assert box.dispatch.venue.sittings[0].acts.delay_minutes == granted
    assert len(bodies(stored(box.directory), "sitting.delayed")) == granted


@pytest.mark.root
def test_once_there_is_room_again_a_gap_row_and_the_kept_rows_follow_and_the_chain_holds(disk: Disk) -> None:
    box = Box(disk.path / "log")
    box.run(3)
    disk.fill()
    box.read(OUT)
    box.run(200)
    assert box.snapshot["log"]["writable"] is False
    disk.free()
    box.run(10)
    assert box.snapshot["log"]["writable"] is True
    events = stored(box.directory)
    (gap,) = bodies(events, "log.gap")
    assert gap.kept > 20 and gap.lost == 0 and gap.reason
    at = next(n for n, event in enumerate(events) if event.kind == "log.gap")
    kept = events[at + 1 : at + 1 + gap.kept]
    assert "incident.opened" in [event.kind for event in kept]
    assert [event.at for event in kept] == sorted(event.at for event in kept), "with their own times"
    assert kept[0].at == gap.since
    assert holds(box.directory)
    box.read(PowerRead(ups="server-ups", status=("OL",), charge_percent=90.0))
    box.run(300)
    assert box.open_kinds == []


@pytest.mark.root
def test_a_restart_after_a_gap_knows_what_the_guard_knew(disk: Disk) -> None:
    box = Box(disk.path / "log")
    disk.fill()
    box.read(OUT)
    box.run(60)
    for _ in range(2200):  # more than are kept: some rows are lost for good
        box.report(BackupFailed(reason="x" * 100))
    assert box.snapshot["log"]["writable"] is False
    disk.free()
    box.run(10)
    (gap,) = bodies(stored(box.directory), "log.gap")
    assert gap.lost > 0
    before = box.dispatch.venue
    box.die()
    box.begin()
    after = box.dispatch.venue
    assert after.incidents == before.incidents and after.backup == before.backup


@pytest.mark.root
def test_a_guard_that_is_started_on_a_full_disk_enforces_all_the_same(disk: Disk) -> None:
    box = Box(disk.path / "log")
    box.act("seal", **SEAL)
    box.run(3)
    box.dispatch.stop("test")
    disk.fill()
    for hand in box.hands.values():
        hand.told = []
    box.begin()
    box.run(10)
    assert box.dispatch.venue.seal is not None
    assert [names_of(level) for level in box.hands["network"].told] == ["closed pull"]
    assert box.snapshot["log"]["writable"] is False
    disk.free()
    box.run(10)
    assert box.snapshot["log"]["writable"] is True and holds(box.directory)


def test_a_backup_job_that_cannot_be_started_is_an_incident_and_its_end_is_said(tmp_path: Path) -> None:
    box = Box(tmp_path, plan=plan(backup=True))
    box.backups_fail = True
    box.act("seal", **SEAL)
    box.run(2)
    assert box.open_kinds == ["backup_failed"] and not box.bundles
    box.backups_fail = False
    box.run(70)
    assert box.bundles, "it is tried again after a minute"
