"""PINs: set, checked one at a time, slower after each wrong one, never a lock-out."""

import json
import threading
from pathlib import Path

import pytest

from appliance.pins import ROLES, PinError, Pins


class Seconds:
    """Monotonic seconds that move when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pins.json"


@pytest.fixture
def pins(path: Path, seconds: Seconds) -> Pins:
    made = Pins(path, mono_s=seconds)
    made.set("chief", "2468")
    return made


def code(pins: Pins, role: str, pin: str) -> str:
    with pytest.raises(PinError) as caught:
        pins.check(role, pin)
    return caught.value.code


def test_the_right_pin_passes_a_wrong_one_and_another_roles_do_not(pins: Pins) -> None:
    pins.set("technician", "1357")
    pins.check("chief", "2468")
    assert code(pins, "chief", "1357") == "pin-wrong"
    assert code(pins, "technician", "2468") == "pin-wrong"


def test_a_pin_survives_a_new_guard_and_can_be_changed(pins: Pins, path: Path, seconds: Seconds) -> None:
    again = Pins(path, mono_s=seconds)
    again.check("chief", "2468")
    again.set("chief", "999999")
    pins.check("chief", "999999")
    assert code(pins, "chief", "2468") == "pin-wrong"


def test_a_role_without_a_pin_is_told_so_and_nothing_passes(pins: Pins) -> None:
    assert code(pins, "deputy", "") == "pin-not-set"
    assert code(pins, "janitor", "1234") == "pin-not-set"


@pytest.mark.parametrize("pin", ["", "123", "1" * 13, "12a4", "１２３４", "-123", "12 4", "1234\n"])
def test_a_pin_is_four_to_twelve_plain_digits(pins: Pins, pin: str) -> None:
    with pytest.raises(PinError) as caught:
        pins.set("chief", pin)
    assert caught.value.code == "bad-pin" and caught.value.details == {"least": 4, "most": 12}
    pins.check("chief", "2468")


def test_only_roles_there_are_get_a_pin(pins: Pins) -> None:
    for role in ROLES:
        pins.set(role, "1234")
    with pytest.raises(PinError) as caught:
        pins.set("janitor", "1234")
    assert caught.value.code == "bad-choice"


def test_the_file_is_private_and_holds_no_pin(pins: Pins, path: Path) -> None:
    pins.set("deputy", "2468")
    assert path.stat().st_mode & 0o777 == 0o600
    stored = json.loads(path.read_text())
    assert set(stored) == {"chief", "deputy"}
    assert "2468" not in path.read_text()
    assert stored["chief"] != stored["deputy"], "the same PIN, another salt"
    assert [p.name for p in path.parent.iterdir()] == ["pins.json"]


def test_each_wrong_pin_doubles_the_wait_up_to_thirty_seconds_and_never_locks_out(
    pins: Pins, seconds: Seconds
) -> None:
    for wait_s in (1, 2, 4, 8, 16, 30, 30):
        assert code(pins, "chief", "0000") == "pin-wrong"
        seconds.now_s += wait_s - 0.5
        with pytest.raises(PinError) as caught:
            pins.check("chief", "2468")
        assert caught.value.code == "pin-wait" and caught.value.details["seconds"] == 1
        seconds.now_s += 0.5
    pins.check("chief", "2468")


def test_waiting_tells_the_seconds_and_costs_no_further_wait(pins: Pins, seconds: Seconds) -> None:
    for _ in range(3):
        code(pins, "chief", "0000")
        seconds.now_s += 60
    code(pins, "chief", "0000")
    for _ in range(3):
        with pytest.raises(PinError) as caught:
            pins.check("chief", "0000")
        assert caught.value.details == {"role": "chief", "seconds": 9}


def test_the_right_pin_forgets_the_wrong_ones(pins: Pins, seconds: Seconds) -> None:
    code(pins, "chief", "0000")
    seconds.now_s += 1
    pins.check("chief", "2468")
    code(pins, "chief", "0000")
    seconds.now_s += 1
    pins.check("chief", "2468")


def test_one_role_does_not_wait_for_anothers_mistakes(pins: Pins) -> None:
    pins.set("technician", "1357")
    code(pins, "chief", "0000")
    pins.check("technician", "1357")


@pytest.mark.parametrize(
    "content", ["", "{", "\x00", '{"chief": "zz$zz"}', '{"chief": "no dollar"}', '{"chief": 7}', "[]", "7"]
)
def test_a_spoilt_file_lets_nobody_in_and_is_told(path: Path, seconds: Seconds, content: str) -> None:
    path.write_text(content)
    spoilt = Pins(path, mono_s=seconds)
    assert code(spoilt, "chief", "2468") in ("pins-unreadable", "pin-not-set")
    assert code(spoilt, "chief", "") in ("pins-unreadable", "pin-not-set")


def test_a_file_that_can_not_be_read_is_told_by_its_reason(path: Path, seconds: Seconds) -> None:
    path.mkdir()
    assert code(Pins(path, mono_s=seconds), "chief", "2468") == "pins-unreadable"


def test_guesses_from_many_threads_get_one_try_in_each_wait(pins: Pins) -> None:
    codes: list[str] = []
    threads = [threading.Thread(target=lambda: codes.append(code(pins, "chief", "0000"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["pin-wait"] * 7 + ["pin-wrong"]


def test_of_two_people_with_one_code_the_second_is_refused(pins: Pins) -> None:
    made = pins.make_code("deputy")
    pins.check_code("deputy", made, source="a")
    pins.check_code("deputy", made, source="b")
    with pins.setting("deputy", "1357", code=made):
        pass
    with pytest.raises(PinError) as caught, pins.setting("deputy", "9999", code=made):
        raise AssertionError("nothing is recorded for a code that was used up")
    assert caught.value.code == "code-wrong"
    pins.check("deputy", "1357")


def test_a_pin_whose_row_could_not_be_written_is_not_set(pins: Pins, path: Path) -> None:
    with pytest.raises(RuntimeError), pins.setting("chief", "1357"):
        raise RuntimeError("the record refuses")
    pins.check("chief", "2468")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
