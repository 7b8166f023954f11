"""What holds before the guard runs knows the machines that people registered and retired since the list was written."""

from contextlib import closing
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.cli.shell import EXIT_FAILED
from appliance.daemon import SeatsUnknown, as_recorded, read
from appliance.daemon.answers import DNS
from appliance.daemon.boot_files import differing
from appliance.daemon.line import BOOT_FILE
from appliance.dispatch.start import checkpoint
from appliance.eventlog import EventLog
from appliance.events import Body, Event, to_text
from appliance.events.bodies import SeatRegistered, SeatRetired, VenueConfigured
from appliance.exam.venue import Venue, fold
from tests.daemon.test_network_config import SEATS, VENUE, WHOLE
from tests.fakes.clock import FakeClock

OLD, NEW = "02:50:00:00:01:01", "02:50:00:00:09:09"
REGISTERED = SeatRegistered(seat="1-01", room="1", mac=NEW, ip="10.50.0.109", by="张工")


def venue(place: Path, *bodies: Body, checkpointed: bool = False) -> Path:
    """The configuration of a venue on whose record `bodies` stand, where a guard ran before."""
    path = place / "appliance.toml"
    state = VENUE.replace("seats =", f'state_dir = "{place}/state"\nseats =')
    path.write_text(state + WHOLE.replace("[network]\n", "[network]\ndhcp = true\n"), encoding="utf-8")
    (place / "seats.csv").write_text(SEATS, encoding="utf-8")
    settings, clock = read(path), FakeClock()
    settings.log_directory.mkdir(parents=True)
    state_of, rows = Venue(), []
    for seq, body in enumerate((VenueConfigured(plan=settings.plan), *bodies), start=1):
        event = Event(seq=seq, at=clock.wall(), mono_s=clock.mono_s(), boot_id=clock.boot_id, body=body)
        state_of = fold(state_of, event)
        rows.append((event.kind, to_text(event)))
    if checkpointed:
        last = checkpoint(state_of)
        event = Event(
            seq=len(rows) + 1, at=clock.wall(), mono_s=clock.mono_s(), boot_id=clock.boot_id, body=last
        )
        rows.append((event.kind, to_text(event)))
    with closing(EventLog(settings.log_directory / "events-1.sqlite")) as log:
        log.append(rows)
    return path


def applied(path: Path) -> tuple[str, str]:
    """The rules of the early boot and what dnsmasq is told, once `venue config apply` ran."""
    assert main(["config", "apply", str(path)]) == 0
    return path.with_name(BOOT_FILE).read_text(), path.with_name(DNS).read_text()


@pytest.mark.parametrize("checkpointed", [False, True])
def test_a_registered_machine_has_its_rights_and_its_address_and_the_one_before_none(
    tmp_path: Path, checkpointed: bool
) -> None:
    for text in applied(venue(tmp_path, REGISTERED, checkpointed=checkpointed)):
        assert NEW in text and "10.50.0.109" in text
        assert OLD not in text


def test_a_retired_machine_has_none_and_its_port_of_the_box_is_still_a_seats(tmp_path: Path) -> None:
    path = venue(tmp_path, SeatRetired(seat="1-01", by="张工", reason="坏了"))
    for text in applied(path):
        assert OLD not in text and "10.50.0.101" not in text
    seats = as_recorded(read(path)).plan.net.seats
    assert [(seat.mac, seat.port) for seat in seats if seat.id == "1-01"] == [("", "eth1")]


def test_a_list_that_says_something_else_since_then_counts(tmp_path: Path) -> None:
    path = venue(tmp_path, REGISTERED)
    third = "02:50:00:00:07:07"
    (tmp_path / "seats.csv").write_text(SEATS.replace("02-50-00-00-01-01", third), encoding="utf-8")
    for text in applied(path):
        assert third in text and NEW not in text


def test_what_differs_is_told_until_it_is_applied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = venue(tmp_path, REGISTERED)
    assert main(["config", "apply", "--check", str(path)]) != 0
    assert f"{BOOT_FILE}: differs" in capsys.readouterr().out
    applied(path)
    capsys.readouterr()
    assert main(["config", "apply", "--check", str(path)]) == 0
    assert BOOT_FILE not in capsys.readouterr().out


def test_without_a_record_the_list_stands_as_it_was_written(tmp_path: Path) -> None:
    path = venue(tmp_path)
    for log in read(path).log_directory.iterdir():
        log.unlink()
    assert as_recorded(read(path)).plan == read(path).plan


def test_a_record_that_can_not_be_read_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = venue(tmp_path, REGISTERED)
    rules = applied(path)[0]
    (read(path).log_directory / "events-1.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(SeatsUnknown):
        as_recorded(read(path))
    assert main(["config", "apply", str(path)]) == EXIT_FAILED
    assert path.with_name(BOOT_FILE).read_text() == rules
    assert "left as they were" in capsys.readouterr().err


CHANGED = f"+1-01;{NEW};10.50.0.109;eth1"  # as the posture of the running guard has it


def test_the_guard_sees_that_files_do_not_follow_until_they_are_written(tmp_path: Path) -> None:
    path = venue(tmp_path, REGISTERED)
    settings = read(path)
    assert differing(settings, "rules", CHANGED) and differing(settings, "all", CHANGED)
    applied(path)
    assert not differing(settings, "all", CHANGED), "the guard and what writes them make the same of it"
    assert differing(settings, "all", ""), "a machine that was taken back"
    path.with_name(DNS).unlink()
    assert not differing(settings, "rules", CHANGED) and differing(settings, "all", CHANGED)
    with pytest.raises(ValueError, match="expected"):
        differing(settings, "all", "nonsense")


def test_a_mark_of_a_box_that_is_nobodys_is_seen_as_not_as_it_must_be(tmp_path: Path) -> None:
    path = venue(tmp_path)
    applied(path)
    assert not differing(read(path), "rules", "")
    path.with_name("unconfigured").touch()
    assert differing(read(path), "rules", "")


def test_while_a_sitting_is_on_no_file_of_another_program_is_written(tmp_path: Path) -> None:
    path = venue(tmp_path, REGISTERED)
    assert main(["config", "apply", "--job", "rules", str(path)]) == 0
    assert NEW in path.with_name(BOOT_FILE).read_text() and not path.with_name(DNS).exists()
