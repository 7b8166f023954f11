"""The `nut` driver against servers that answer wrongly, slowly, endlessly or not at all."""

import os
import time
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.ups import NutOptions, UpsError
from hw.ups.nut import NutUps
from hw.ups.nut_wire import LINE_LIMIT_BYTES, quoted, split_words
from tests.lab.liar import Answer, Deaf, Liar, echoes, floods, keeps_silent, says, trickles

STATUS = b'VAR exam ups.status "OL CHRG"\n'
BEGIN = b"BEGIN LIST VAR exam\n"
END = b"END LIST VAR exam\n"
CHARGE = b'VAR exam battery.charge "88"\n'


def client(port: int, *, timeout_s: float = 0.3) -> NutUps:
    """A client of the server on `port`."""
    return NutUps(NutOptions(port=port, ups="exam", timeout_s=timeout_s), monotonic=time.monotonic)


def reason_against(answer: Answer) -> str:
    """Read once from a server that answers so; give the error's reason, the deadline having held."""
    with Liar(answer) as liar:
        began = time.monotonic()
        with pytest.raises(UpsError) as caught:
            client(liar.port).read()
        assert time.monotonic() - began < 0.5
    return caught.value.reason


def test_the_honest_answer_of_the_tests_below_is_read() -> None:
    with Liar(says(STATUS, BEGIN + STATUS + CHARGE + END)) as liar:
        ups = client(liar.port)
        assert ups.read().charge_percent == 88
        ups.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"\n",
        b"\0\xff\xfe\n",
        b"HTTP/1.1 400 Bad Request\n",
        b'VAR exam ups.status "OL\n',
        b'VAR exam ups.status "OL"CHRG\n',
        b'VAR exam ups.status "OL" \n',
        b'VAR exam ups.status "<b>OL</b>"\n',
        b"VAR exam ups.status\n",
        b'VAR other ups.status "OL"\n',
        b'VAR exam ups.load "OL"\n',
        b"ERR\n",
        b'ERR "no code"\n',
        STATUS + STATUS,
        b"x" * (LINE_LIMIT_BYTES + 1),
    ],
)
def test_what_is_no_answer_to_the_status_is_garbage(answer: bytes) -> None:
    assert reason_against(says(answer, BEGIN + STATUS + END)) == "garbage"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (BEGIN + STATUS + CHARGE, "closed"),
        (BEGIN + CHARGE + END, "garbage"),
        (BEGIN + STATUS + STATUS + END, "garbage"),
        (BEGIN + STATUS + b"VAR exam battery.charge\n" + END, "garbage"),
        (BEGIN + STATUS + b"END LIST VAR other\n", "garbage"),
        (b"BEGIN LIST UPS\n" + STATUS + END, "garbage"),
        (STATUS + END, "garbage"),
        (BEGIN + STATUS + b"ERR DATA-STALE\n", "data-stale"),
        (BEGIN + b'VAR exam ups.status "WAIT"\n' + END, "waiting"),
    ],
)
def test_a_list_is_whole_or_an_error(answer: bytes, reason: str) -> None:
    assert reason_against(says(STATUS, answer)) == reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (b"DATA-STALE", "data-stale"),
        (b"DRIVER-NOT-CONNECTED", "driver-not-connected"),
        (b"UNKNOWN-UPS", "unknown-ups"),
        (b"ACCESS-DENIED", "access-denied"),
        (b"VAR-NOT-SUPPORTED", "no-status"),
        (b"SOMETHING-NEW", "refused"),
    ],
)
def test_each_error_of_upsd_has_its_reason(code: bytes, reason: str) -> None:
    assert reason_against(says(b"ERR " + code + b"\n")) == reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (keeps_silent, "timeout"),
        (trickles(b"V", 0.05), "timeout"),
        (floods(b"x" * 1_000), "garbage"),
        (floods(b"VAR exam a b\n" * 1_000), "garbage"),
        (floods(b"\n"), "garbage"),
        (says(), "closed"),
    ],
)
def test_a_server_that_never_ends_costs_one_deadline(answer: Answer, reason: str) -> None:
    assert reason_against(answer) == reason


def test_a_status_without_flags_is_no_state() -> None:
    assert reason_against(says(b'VAR exam ups.status ""\n')) == "no-status"


def test_a_list_without_end_is_cut() -> None:
    numbers = b"".join(b'VAR exam outlet.%d.desc "%s"\n' % (n, b"x" * 200) for n in range(2_000))
    assert reason_against(floods(numbers, first=STATUS)) == "garbage"


def test_a_closed_port_is_unreachable() -> None:
    with Liar(keeps_silent) as liar:
        port = liar.port
    with pytest.raises(UpsError, match=f"unreachable: 127.0.0.1 port {port}: Connection refused"):
        client(port).read()


def test_a_host_that_neither_takes_nor_refuses_costs_one_deadline() -> None:
    with Deaf() as deaf:
        began = time.monotonic()
        with pytest.raises(UpsError, match=f"timeout: no connection to 127.0.0.1 port {deaf.port} in time"):
            client(deaf.port).read()
        assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    "before", [(), (b"OK\n",), (b"OK\n", b"OK\n"), (b"OK\n", b'"hunter2\n'), (b"O", b"K\n")]
)
def test_a_server_that_echoes_brings_no_password_into_the_error(before: tuple[bytes, ...]) -> None:
    with Liar(echoes(*before)) as liar:
        options = NutOptions(port=liar.port, ups="exam", username="me", password="hunter2", timeout_s=0.3)
        with pytest.raises(UpsError) as caught:
            NutUps(options, monotonic=time.monotonic).read()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_no_descriptor_is_left_over_after_many_errors() -> None:
    with Liar(says(b"nonsense\n")) as liar:
        ups = client(liar.port)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(200):
            with pytest.raises(UpsError):
                ups.read()
        assert liar.connections == 200
        assert len(os.listdir("/proc/self/fd")) <= before + 1  # the server's side of the last one


@given(st.binary(max_size=200))
def test_no_line_brings_anything_but_words_or_the_rooms_own_error(line: bytes) -> None:
    try:
        words = split_words(line)
    except UpsError as error:
        assert error.reason == "garbage"
    else:
        assert words


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"))),
        min_size=1,
    )
)
def test_what_is_quoted_comes_back_as_it_was(words: list[str]) -> None:
    assert split_words(" ".join(quoted(word) for word in words).encode()) == words


@pytest.mark.parametrize("text", ["a\nb", "a\0", "\x1b[2J"])
def test_control_characters_never_reach_the_wire(text: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        quoted(text)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"host": "10.50.0.2", "username": "a", "password": "b"}, "password: would cross the network"),
        ({"host": "0.0.0.0", "username": "a", "password": "b"}, "password: would cross the network"),
        ({"password": "b"}, "password: username and password are given together"),
        ({"username": "a\nb", "password": "b"}, "username: holds control characters"),
        ({"host": "ups.example"}, "host: 'ups.example' is neither"),
        ({"ups": "a b"}, "ups: 'a b' is no name"),
        ({"port": 0}, "port: 0 is not"),
        ({"timeout_s": float("nan")}, "timeout_s: nan is not"),
        ({"full_every_s": -1}, "full_every_s: -1 is not"),
    ],
)
def test_options_that_could_only_fail_later_are_refused(options: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        NutOptions(**{"ups": "exam", **options})


def test_a_password_is_not_shown_with_the_options() -> None:
    assert "secret" not in repr(NutOptions(ups="exam", username="a", password="secret"))
