"""How a venue stands with its guard down: the seal and the timetable, both as they are on record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.daemon import Standing, StandingUnknown, standing
from appliance.events.bodies import SittingDelayed, SittingFinished
from tests.fakes.record import LIFTED, SEALED, configured, written

NOW = datetime(2098, 9, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log" / "events-1.sqlite"


def test_without_a_record_nothing_was_ever_sealed(tmp_path: Path) -> None:
    assert standing(tmp_path / "log", NOW) == Standing()


def test_a_sitting_that_nobody_sealed_for_is_on_all_the_same(log: Path) -> None:
    written(log, configured(NOW, begins_in_minutes=-10), at=NOW - timedelta(days=1))
    assert standing(log.parent, NOW) == Standing(sitting="am")
    for minutes, sitting in ((-110, ""), (-90, "am"), (115, "am")):
        assert standing(log.parent, NOW + timedelta(minutes=minutes)).sitting == sitting, minutes


def test_a_seal_holds_until_it_is_lifted_or_its_batch_is_over(log: Path) -> None:
    day_before = configured(NOW, begins_in_minutes=24 * 60)
    written(log, day_before, SEALED, at=NOW)
    assert standing(log.parent, NOW) == Standing(sealed=True, ever_sealed=True)
    written(log, LIFTED, at=NOW, after=2)
    assert standing(log.parent, NOW) == Standing(ever_sealed=True)


def test_a_batch_that_was_finished_while_the_guard_was_down_is_over(log: Path) -> None:
    finished = SittingFinished(sitting="am", by="王主考")
    written(log, configured(NOW, begins_in_minutes=-150), SEALED, finished, at=NOW)
    assert standing(log.parent, NOW).sitting == "am", "it is being collected"
    assert standing(log.parent, NOW + timedelta(minutes=31)) == Standing(ever_sealed=True)


def test_a_sitting_that_was_put_off_is_on_when_it_is_on(log: Path) -> None:
    late = SittingDelayed(sitting="am", minutes=60, by="王主考", consent="考试办", reason="停电")
    written(log, configured(NOW, begins_in_minutes=-110, lasts_minutes=100), late, at=NOW)
    assert standing(log.parent, NOW + timedelta(minutes=20)).sitting == "am"


def test_a_clock_that_woke_in_the_past_counts_as_the_last_rows_time(log: Path) -> None:
    written(log, configured(NOW, begins_in_minutes=-10), at=NOW)
    assert standing(log.parent, datetime(1970, 1, 1, tzinfo=UTC)).sitting == "am"


def test_a_seal_in_an_older_file_holds_and_one_that_can_not_be_read_is_unknown(log: Path) -> None:
    written(log, SEALED, at=NOW)
    written(log.with_name("events-2.sqlite"), configured(NOW, begins_in_minutes=5000), at=NOW, after=1)
    assert standing(log.parent, NOW) == Standing(sealed=True, ever_sealed=True)
    log.write_bytes(b"no log any more")
    with pytest.raises(StandingUnknown):
        standing(log.parent, NOW)


@pytest.mark.parametrize("content", [b"", b"no log any more", b"SQLite format 3\0" + bytes(4000)])
def test_a_record_that_can_not_be_read_is_no_open_venue(log: Path, content: bytes) -> None:
    log.parent.mkdir()
    log.write_bytes(content)
    with pytest.raises(StandingUnknown):
        standing(log.parent, NOW)
