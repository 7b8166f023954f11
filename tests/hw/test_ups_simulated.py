"""The file that plays a UPS."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.ups import SimulatedOptions, UpsError, open_commander, write_simulated
from hw.ups.reading import believable, status_flags
from hw.ups.simulated import SimulatedUps


def reason_of(path: Path) -> str:
    """Read once, expecting an error; give its reason."""
    with pytest.raises(UpsError) as caught:
        SimulatedUps(SimulatedOptions(path=path)).read()
    return caught.value.reason


def test_a_missing_file_is_unreachable(tmp_path: Path) -> None:
    assert reason_of(tmp_path / "none.dev") == "unreachable"
    assert reason_of(tmp_path) == "unreachable"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"ups.status: STALE\n", "data-stale"),
        (b"battery.charge: 100\n", "no-status"),
        (b"", "no-status"),
        (b"no colon\n", "garbage"),
        (b"\xff\xfe: 1\n", "garbage"),
        (b"x" * 100_000, "garbage"),
    ],
)
def test_what_plays_no_state_has_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "ups.dev"
    path.write_bytes(content)
    assert reason_of(path) == reason


def test_comments_and_spaces_are_as_in_dummy_ups(tmp_path: Path) -> None:
    path = tmp_path / "ups.dev"
    path.write_text("# a UPS\n\nups.status:  OL CHRG \nups.model: a: b\n")
    assert SimulatedUps(SimulatedOptions(path=path)).read().status == ("OL", "CHRG")


@pytest.mark.parametrize(
    ("result", "testing"),
    [("In progress", True), ("TEST IN PROGRESS (3)", True), ("Done and passed", False), ("", False)],
)
def test_a_test_of_the_battery_shows_as_its_result(tmp_path: Path, result: str, testing: bool) -> None:
    path = tmp_path / "ups.dev"
    write_simulated(path, **{"ups.status": "OL", "ups.test.result": result})
    assert SimulatedUps(SimulatedOptions(path=path)).read().testing is testing


def test_what_the_ups_is_told_to_do_is_a_line_each_beside_its_file(tmp_path: Path) -> None:
    commander = open_commander("simulated", SimulatedOptions(path=tmp_path / "ups.dev"))
    assert commander is not None
    assert commander.supported() == {"test", "test-stop", "cut"}
    for command in ("test", "test-stop", "cut"):
        commander.do(command)
    with pytest.raises(ValueError, match="'load.off' is none of test, test-stop, cut"):
        commander.do("load.off")
    assert (tmp_path / "ups.dev.commands").read_text() == "test\ntest-stop\ncut\n"


def test_a_command_that_cannot_be_written_down_is_the_rooms_own_error(tmp_path: Path) -> None:
    commander = open_commander("simulated", SimulatedOptions(path=tmp_path / "none/ups.dev"))
    assert commander is not None
    with pytest.raises(UpsError, match="unreachable: .*ups.dev.commands cannot be written: No such file"):
        commander.do("cut")


def test_writing_keeps_what_is_not_named_and_takes_away_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "ups.dev"
    write_simulated(path, **{"ups.status": "OL", "battery.charge": 100, "ups.load": 20})
    write_simulated(path, **{"ups.status": "OB", "ups.load": None})
    assert path.read_text() == "ups.status: OB\nbattery.charge: 100\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["ups.dev"]


@pytest.mark.parametrize(
    "variables", [{"ups.status": "OL\nups.load: 3"}, {"a b": "1"}, {"": "1"}, {"a": " x"}]
)
def test_what_would_be_another_line_is_refused(tmp_path: Path, variables: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be a line"):
        write_simulated(tmp_path / "ups.dev", **variables)


def test_a_directory_that_is_not_there_is_the_rooms_own_error(tmp_path: Path) -> None:
    with pytest.raises(UpsError, match="unreachable"):
        write_simulated(tmp_path / "none/ups.dev", **{"ups.status": "OL"})


@given(st.text())
def test_no_text_is_anything_but_flags_or_the_rooms_own_error(text: str) -> None:
    try:
        flags = status_flags(text)
    except UpsError:
        return
    assert flags
    assert "WAIT" not in flags
    assert all(flag.isascii() and flag == flag.upper() for flag in flags)


@given(st.one_of(st.text(max_size=20), st.floats().map(str), st.integers().map(str)))
def test_no_text_becomes_a_number_out_of_range(text: str) -> None:
    number = believable(text, 0.0, 100.0)
    assert number is None or 0.0 <= number <= 100.0
