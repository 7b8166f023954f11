"""Commands to a UPS through a real upsd, whose driver is the test; and through servers that lie."""

import os
import time
import traceback
from collections.abc import Callable

import pytest

from hw.ups import NutOptions, UpsError, open_commander
from hw.ups.nut_commands import NutCommander
from tests.lab.battery import Battery
from tests.lab.liar import Answer, Deaf, Liar, echoes, floods, keeps_silent, says, trickles
from tests.lab.nut import NutLab
from tests.lab.nut_driver import FAILED, HANDLED, INVALID, SILENT, UNKNOWN, NutDriver

PASSWORD = "adminpw"


def commander(port: int, *, password: str = PASSWORD, **given: object) -> NutCommander:
    """What tells the UPS on `port`; the driver's word is awaited for 0.3 s."""
    options = NutOptions(**{"port": port, "ups": "exam", "username": "admin", "password": password, **given})
    return NutCommander(options, monotonic=time.monotonic, driver_answers_s=0.3)


def error_of(act: Callable[[], object]) -> UpsError:
    """Do it, expecting an error that holds no password; give it."""
    with pytest.raises(UpsError) as caught:
        act()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.fixture
def driver(scripted_lab: NutLab) -> NutDriver:
    """The UPS."""
    return scripted_lab.drivers["exam"]


def answering(code: int) -> Callable[[str], int]:
    """A driver's answer to every command."""
    return lambda _command: code


def test_all_that_the_ups_offers_is_supported(scripted_lab: NutLab) -> None:
    options = NutOptions(port=scripted_lab.port, ups="exam", username="admin", password=PASSWORD)
    opened = open_commander("nut", options)
    assert opened is not None
    assert opened.supported() == {"test", "test-stop", "cut"}


@pytest.mark.parametrize(
    ("offered", "supported", "test_is"),
    [
        ((), set(), None),
        (("test.battery.start.quick", "load.off", "shutdown.stayoff"), set(), None),
        (("test.battery.start",), {"test"}, "test.battery.start"),
        (("test.battery.start", "test.battery.start.deep"), {"test"}, "test.battery.start.deep"),
        (("test.battery.stop", "shutdown.return"), {"test-stop", "cut"}, None),
    ],
)
def test_what_the_ups_does_not_offer_is_neither_supported_nor_sent(
    offered: tuple[str, ...], supported: set[str], test_is: str | None
) -> None:
    listed = b"".join(b"CMD exam %s\n" % name.encode() for name in offered)
    answer = b"BEGIN LIST CMD exam\n" + listed + b"END LIST CMD exam\n"
    with Liar(says(b"OK\n", b"OK\n", answer, b"ERR UNKNOWN-COMMAND\n", b"OK\n")) as liar:
        assert commander(liar.port).supported() == supported
        if test_is:
            commander(liar.port).do("test")
        else:
            error = error_of(lambda: commander(liar.port).do("test"))
            assert str(error) == "refused: exam has no command test.battery.start.deep or test.battery.start"


@pytest.mark.parametrize(
    ("command", "sent"),
    [("test", "test.battery.start.deep"), ("test-stop", "test.battery.stop"), ("cut", "shutdown.return")],
)
def test_a_command_arrives_at_the_driver(
    command: str, sent: str, scripted_lab: NutLab, driver: NutDriver
) -> None:
    commander(scripted_lab.port).do(command)
    assert driver.commands == [sent], "it had arrived when do() came back"


def test_a_command_that_is_none_of_ours_is_never_sent(scripted_lab: NutLab, driver: NutDriver) -> None:
    for command in ("load.off", "shutdown.stayoff", "cut\nINSTCMD exam load.off", ""):
        with pytest.raises(ValueError, match="is none of test, test-stop, cut"):
            commander(scripted_lab.port).do(command)
    assert driver.commands == []


@pytest.mark.parametrize(
    ("code", "word"), [(UNKNOWN, "ERR UNKNOWN"), (INVALID, "ERR INVALID-ARGUMENT"), (FAILED, "ERR FAILED")]
)
def test_a_command_that_the_driver_refuses_is_an_error_although_upsd_took_it(
    code: int, word: str, scripted_lab: NutLab, driver: NutDriver
) -> None:
    driver.answer = answering(code)
    error = error_of(lambda: commander(scripted_lab.port).do("cut"))
    assert str(error).startswith("refused: the driver of exam does not do shutdown.return")
    assert word in str(error)


def test_a_driver_that_never_answers_leaves_it_unknown_within_its_time(
    scripted_lab: NutLab, driver: NutDriver
) -> None:
    driver.answer = answering(SILENT)
    began = time.monotonic()
    error = error_of(lambda: commander(scripted_lab.port).do("cut"))
    assert (error.reason, time.monotonic() - began < 1) == ("timeout", True)
    assert driver.commands == ["shutdown.return"]


def test_a_driver_that_takes_its_time_is_waited_for(scripted_lab: NutLab, driver: NutDriver) -> None:
    def slowly(_command: str) -> int:
        until = time.monotonic() + 0.15
        while time.monotonic() < until:
            pass
        return HANDLED

    driver.answer = slowly
    began = time.monotonic()
    commander(scripted_lab.port).do("test")
    assert time.monotonic() - began > 0.14


@pytest.mark.parametrize(
    "given", [{"password": "wrong"}, {"username": "reader", "password": "readerpw"}, {"username": "nobody"}]
)
def test_a_wrong_password_or_a_name_without_rights_is_denied(
    given: dict[str, str], scripted_lab: NutLab, driver: NutDriver
) -> None:
    error = error_of(lambda: commander(scripted_lab.port, **given).do("cut"))
    assert error.reason == "access-denied"
    assert driver.commands == []


def test_without_a_password_nothing_is_even_asked(scripted_lab: NutLab) -> None:
    options = NutOptions(port=scripted_lab.port, ups="exam")
    bare = NutCommander(options, monotonic=time.monotonic)
    for act in (bare.supported, lambda: bare.do("cut")):
        assert error_of(act).reason == "access-denied"


def test_a_wrong_ups_name_and_stale_data_have_their_reasons(scripted_lab: NutLab, driver: NutDriver) -> None:
    assert error_of(lambda: commander(scripted_lab.port, ups="other").do("cut")).reason == "unknown-ups"
    driver.set_stale(True)
    deadline = time.monotonic() + 5
    while (reason := error_of_or_done(scripted_lab)) != "data-stale":
        assert reason == "" and time.monotonic() < deadline


def error_of_or_done(lab: NutLab) -> str:
    """Stop a test; give the error's reason, '' for none."""
    try:
        commander(lab.port).do("test-stop")
    except UpsError as error:
        return error.reason
    return ""


def test_a_frozen_upsd_costs_one_deadline(scripted_lab: NutLab) -> None:
    scripted_lab.freeze_upsd()
    try:
        for act in (commander(scripted_lab.port).supported, lambda: commander(scripted_lab.port).do("cut")):
            began = time.monotonic()
            assert error_of(act).reason == "timeout"
            assert 0.9 < time.monotonic() - began < 1.5
    finally:
        scripted_lab.thaw_upsd()


def test_a_commanded_test_runs_the_battery_down_and_can_be_stopped(
    scripted_lab: NutLab, driver: NutDriver
) -> None:
    telling = commander(scripted_lab.port)
    with Battery(driver, full_minutes=60, speed=600) as battery:
        telling.do("test")
        wait_for(lambda: battery.charge_percent < 95)
        assert battery.variables()["ups.test.result"] == "In progress"
        telling.do("test-stop")
        wait_for(lambda: battery.charge_percent == 100)
        assert battery.variables()["ups.status"] == "OL"


def test_a_cut_with_the_mains_back_already_ends_with_the_output_on(
    scripted_lab: NutLab, driver: NutDriver
) -> None:
    with Battery(driver, full_minutes=60, speed=30) as battery:
        commander(scripted_lab.port).do("cut")
        assert battery.variables()["ups.status"] == "OFF"
        wait_for(lambda: battery.variables()["ups.status"] != "OFF")


def wait_for(true: Callable[[], bool]) -> None:
    """Come back when it is true."""
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_no_descriptor_is_left_over_whatever_happens(scripted_lab: NutLab, driver: NutDriver) -> None:
    telling, denied = commander(scripted_lab.port), commander(scripted_lab.port, password="wrong")
    telling.supported()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        telling.do("test-stop")
        error_of(lambda: denied.do("cut"))
    assert len(os.listdir("/proc/self/fd")) == before


LISTED = b"BEGIN LIST CMD exam\nCMD exam shutdown.return\nEND LIST CMD exam\n"
SIGNED_IN = (b"OK\n", b"OK\n", LISTED)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says(b"nonsense\n"), "garbage"),
        (says(b"OK\n", b"ERR INVALID-PASSWORD\n"), "access-denied"),
        (says(b"OK\n", b"OK\n", b"BEGIN LIST CMD other\n"), "garbage"),
        (says(b"OK\n", b"OK\n", b"BEGIN LIST CMD exam\nVAR exam a b\n"), "garbage"),
        (says(b"OK\n", b"OK\n", b"BEGIN LIST CMD exam\n"), "closed"),
        (says(*SIGNED_IN, b"OK\n", b"OK OK\n"), "garbage"),
        (says(*SIGNED_IN, b"OK\n", b"OK TRACKING ../../x\n"), "garbage"),
        (says(*SIGNED_IN, b"OK\n", b"OK TRACKING 12345678\n", b"MAYBE\n"), "garbage"),
        (says(*SIGNED_IN, b"OK\n", b"OK TRACKING 12345678\n", b"ERR UNKNOWN\n"), "refused"),
        (says(*SIGNED_IN, b"OK\n", b"ERR CMD-NOT-SUPPORTED\n"), "refused"),
        (says(*SIGNED_IN, b"OK\n", b"ERR INSTCMD-FAILED\n"), "refused"),
        (says(*SIGNED_IN, b"OK\n"), "closed"),
        (echoes(), "garbage"),
        (echoes(b"OK\n"), "garbage"),
        (echoes(*SIGNED_IN, b"OK\n"), "garbage"),
        (keeps_silent, "timeout"),
        (trickles(b"O", 0.05), "timeout"),
        (floods(b"OK\n" * 100), "garbage"),
        (floods(b"CMD exam x\n" * 100, first=b"OK\n"), "garbage"),
        (floods(b"x" * 1_000), "garbage"),
    ],
)
def test_a_server_that_lies_costs_one_deadline_and_is_named(answer: Answer, reason: str) -> None:
    with Liar(answer) as liar:
        began = time.monotonic()
        error = error_of(lambda: commander(liar.port, timeout_s=0.3).do("cut"))
        assert time.monotonic() - began < 0.9
    assert error.reason == reason


def test_a_host_that_is_gone_costs_one_deadline() -> None:
    with Deaf() as deaf:
        error = error_of(lambda: commander(deaf.port, timeout_s=0.3).do("cut"))
    assert error.reason == "timeout"


def test_an_old_upsd_without_tracking_is_taken_at_its_word() -> None:
    with Liar(says(*SIGNED_IN, b"ERR INVALID-ARGUMENT\n", b"OK\n")) as liar:
        commander(liar.port).do("cut")
