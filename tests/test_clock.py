"""Clocks: the kernel's, and one played from a file of segments."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.clock import BOOT_ID, ClockError, Segment, SimulatedClock, SystemClock, write_segments

START = datetime(2026, 9, 4, 12, 30, tzinfo=UTC)


def boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def played(path: Path, *segments: Segment) -> SimulatedClock:
    write_segments(path, START, list(segments))
    return SimulatedClock(path)


def segment(real_s: float, simulated_s: float, rate: float) -> Segment:
    return Segment(real_s=real_s, simulated_s=simulated_s, rate=rate)


def test_the_systems_clock_is_utc_and_boot_time() -> None:
    clock = SystemClock()
    assert clock.wall().tzinfo is UTC
    assert abs((clock.wall() - datetime.now(tz=UTC)).total_seconds()) < 5
    assert abs(clock.mono_s() - boot_s()) < 5
    assert clock.rate() == 1.0
    assert clock.boot_id == BOOT_ID.read_text().strip()


def test_a_segment_plays_from_its_beginning_at_its_rate(tmp_path: Path) -> None:
    clock = played(tmp_path / "clock.toml", segment(boot_s() - 10, 0, 60))
    assert 600 <= clock.mono_s() < 600 + 60 * 5
    assert clock.rate() == 60
    assert clock.wall() - START >= timedelta(seconds=600)
    assert clock.boot_id.startswith("simulated-")


def test_each_later_segment_takes_over_where_it_begins(tmp_path: Path) -> None:
    now_s = boot_s()
    clock = played(
        tmp_path / "clock.toml",
        segment(now_s - 100, 0, 1),
        segment(now_s - 50, 50, 10),
        segment(now_s + 3600, 9999, 2),
    )
    assert clock.rate() == 10
    assert 550 <= clock.mono_s() < 600


def test_before_the_first_segment_time_runs_backwards_from_it_at_its_rate(tmp_path: Path) -> None:
    clock = played(tmp_path / "clock.toml", segment(boot_s() + 100, 0, 2))
    assert -200 <= clock.mono_s() < -100


def test_two_readers_of_one_file_agree(tmp_path: Path) -> None:
    one = played(tmp_path / "clock.toml", segment(boot_s(), 0, 600))
    two = SimulatedClock(tmp_path / "clock.toml")
    before, between, after = one.mono_s(), two.mono_s(), one.mono_s()
    assert before <= between <= after


def test_what_is_written_is_read_to_the_last_digit(tmp_path: Path) -> None:
    segments = [segment(1.1, 0.0, 1 / 3), segment(2.2, 1e9, 600.0)]
    clock = played(tmp_path / "clock.toml", *segments)
    assert clock.start == START and clock.segments == segments


GOOD = "wall = 2026-09-04T12:30:00Z\n[[segment]]\nreal_s = 1.0\nsimulated_s = 0.0\nrate = 1.0\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "wall", "\x00", "wall = 2026-09-04T12:30:00Z", "wall = 2026-09-04T12:30:00Z\nsegment = 7",
        GOOD.replace("wall = 2026-09-04T12:30:00Z", ""),
        GOOD.replace("2026-09-04T12:30:00Z", "2026-09-04T12:30:00"),
        GOOD.replace("2026-09-04T12:30:00Z", "2026-09-04"),
        GOOD.replace("2026-09-04T12:30:00Z", '"noon"'),
        GOOD.replace("rate = 1.0", "rate = 0"),
        GOOD.replace("rate = 1.0", "rate = -1"),
        GOOD.replace("rate = 1.0", "rate = nan"),
        GOOD.replace("rate = 1.0", "rate = inf"),
        GOOD.replace("rate = 1.0", 'rate = "fast"'),
        GOOD.replace("rate = 1.0", ""),
        GOOD.replace("real_s = 1.0", "real_s = 0x1" + "0" * 400),
        GOOD.replace("simulated_s = 0.0", "simulated_s = inf"),
        GOOD + "[[segment]]\nreal_s = 0.5\nsimulated_s = 9.0\nrate = 1.0\n",
        GOOD.replace("[[segment]]", "[segment]"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_clock_is_told_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock.toml"
    path.write_text(GOOD)
    SimulatedClock(path)
    path.write_text(text)
    with pytest.raises(ClockError, match=r"clock\.toml"):
        SimulatedClock(path)


def test_a_file_that_is_not_there_or_is_no_text_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match=r"clock\.toml"):
        SimulatedClock(tmp_path / "clock.toml")
    (tmp_path / "clock.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ClockError, match=r"clock\.toml"):
        SimulatedClock(tmp_path / "clock.toml")
