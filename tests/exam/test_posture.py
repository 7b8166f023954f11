"""Backups over reboots: no clock is trusted, and still the next bundle comes."""

from appliance.events.bodies import BackupFailed
from tests.exam.ledger import running


def test_after_a_reboot_without_a_trusted_clock_a_failed_bundle_is_tried_again() -> None:
    day = running()
    day.record(BackupFailed(reason="EIO"))
    day.distrust()
    assert day.posture.backup is None
    day.reboot(wall=day.wall)
    assert day.posture.backup is not None or day.venue.backup.last is not None
    day.act("backup.run", by="张工")
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "requested"


def test_after_a_reboot_without_a_trusted_clock_the_interval_is_paid_once_and_runs_again() -> None:
    day = running()
    day.distrust()
    day.reboot(wall=day.wall)
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "interval"
    day.bundle("after the boot")
    assert day.posture.backup is None
    day.advance(300, every_s=10)
    assert day.posture.backup is not None


def test_usb_and_the_line_stay_closed_whatever_the_clock_says() -> None:
    day = running()
    for _ in range(2):
        assert day.posture.levels["usb"] in ("deny", "close")
        assert day.posture.levels["network"].startswith("closed")
        day.distrust()
        day.reboot(wall=day.wall)


def test_a_failed_bundle_waits_a_minute_but_not_for_a_person_who_asks() -> None:
    day = running()
    day.record(BackupFailed(reason="EIO"))
    assert day.posture.backup is None
    day.act("backup.run", by="张工")
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "requested"
    day.record(BackupFailed(reason="EIO"))
    assert day.posture.backup is None, "their request failed too: a minute's pause again"
    day.advance(61)
    assert day.posture.backup is not None
