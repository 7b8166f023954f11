"""The real socket against what it is not made for: garbage, too much, too slow, too many."""

import json
import socket
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.client import Client
from appliance.control import server
from tests.control.conftest import Answering

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
VERBS = st.sampled_from(
    ["status", "events", "report", "pin.set", "seal", "drill", "incident.note", "seat.swap", "x"]
)
QUIET = settings(
    max_examples=150, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def connected(answering: Answering) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(30)
    connection.connect(str(answering.path))
    return connection


@QUIET
@given(raw=st.binary(max_size=300))
def test_any_bytes_get_one_json_error_or_a_close(raw: bytes, answering: Answering) -> None:
    reply = answering.send(raw + b"\n")
    assert reply is None or reply.get("error")
    assert answering.alive()


@QUIET
@given(verb=VERBS | PLAIN, args=PLAIN, pins=PLAIN)
def test_any_question_gets_one_json_answer(
    verb: object, args: object, pins: object, answering: Answering
) -> None:
    raw = json.dumps({"v": 1, "verb": verb, "args": args, "pins": pins}).encode()
    reply = answering.send(raw + b"\n")
    assert reply is not None and (reply.get("ok") or reply["error"])
    assert answering.alive()


@QUIET
@given(
    verb=VERBS,
    args=st.dictionaries(
        st.sampled_from(
            ["by", "mode", "number", "text", "kind", "body", "since", "limit", "role", "pin", "seat"]
        ),
        PLAIN,
    ),
)
def test_any_arguments_of_a_known_verb_get_one_json_answer(
    verb: str, args: dict[str, object], answering: Answering
) -> None:
    reply = answering.ask(verb, **args)
    assert reply.get("ok") or reply["error"]
    assert answering.alive()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n", b"null\n", b"[]\n", b"{}\n", b'{"v": 2, "verb": "status"}\n', b'{"verb": "status"}\n',
        b'{"v": 1}\n', b'{"v": 1, "verb": ["status"]}\n', b'{"v": 1, "verb": "status", "args": []}\n',
        b'{"v": 1, "verb": "status", "pins": {"chief": 1}}\n', b"[" * 60_000 + b"\n", b'{"v": 1, "verb": NaN}\n',
        b'{"v": 1, "verb": "events", "args": {"since": ' + b"9" * 5000 + b"}}\n", b"\xff\xfe\n",
    ],
)  # fmt: skip
def test_what_is_no_question_is_named_so(raw: bytes, answering: Answering) -> None:
    reply = answering.send(raw)
    assert reply is not None and reply["error"] in ("not-json", "bad-version", "bad-question")
    assert reply["exit"] == 64 and answering.alive()


def test_a_question_that_is_too_long_is_cut_off(answering: Answering) -> None:
    reply = answering.send(b'{"v": 1, "verb": "' + b"x" * (server.MAX_QUESTION_BYTES + 1))
    assert reply is None or reply["error"] == "too-long"
    assert answering.alive()


def test_a_question_of_just_the_limit_is_read(answering: Answering) -> None:
    raw = b'{"v": 1, "verb": "status"}'
    raw += b" " * (server.MAX_QUESTION_BYTES - len(raw) - 1) + b"\n"
    reply = answering.send(raw)
    assert reply is not None and reply["ok"]


def test_forty_half_open_connections_stop_nobody(answering: Answering) -> None:
    idle = [connected(answering) for _ in range(40)]
    try:
        for connection in idle[::2]:
            connection.sendall(b'{"v": 1, "verb": "sta')
        asked_s = time.monotonic()
        for _ in range(20):
            assert Client(answering.path, timeout_s=2).call("status")["schema"] == 1
        assert time.monotonic() - asked_s < server.TIMEOUT_S, "answered beside them, not after they timed out"
    finally:
        for connection in idle:
            connection.close()


def test_forty_that_never_read_their_answer_stop_nobody(answering: Answering) -> None:
    for _ in range(60):
        answering.client.call("drill", mode="drill", by="x" * 60)
        answering.client.call("drill", mode="end", by="x" * 60)
    deaf = [connected(answering) for _ in range(40)]
    try:
        for connection in deaf:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            try:
                connection.sendall(b'{"v": 1, "verb": "events", "args": {"limit": 500}}\n')
            except BrokenPipeError:
                continue  # sent away already
        for _ in range(10):
            assert Client(answering.path, timeout_s=2).call("status")["schema"] == 1
    finally:
        for connection in deaf:
            connection.close()


def test_a_byte_now_and_then_does_not_hold_a_slot_for_ever(answering: Answering) -> None:
    with connected(answering) as connection:
        over = threading.Event()

        def trickle() -> None:
            while not over.wait(0.1):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

        slow = threading.Thread(target=trickle)
        slow.start()
        began_s = time.monotonic()
        try:
            assert connection.recv(100) == b""
        except ConnectionResetError:
            pass
        finally:
            over.set()
            slow.join()
        assert time.monotonic() - began_s < 2 * server.TIMEOUT_S
    assert answering.alive()


def test_many_at_once_all_get_their_answer(answering: Answering) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(Client(answering.path, timeout_s=30).call("status")["schema"])

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 30


def test_a_socket_left_by_a_killed_guard_is_taken_over(answering: Answering) -> None:
    left = answering.directory / "left.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(left))
    again = server.ControlServer(left, answering.verbs)
    again.start()
    assert Client(left).call("status")["schema"] == 1
    again.close()
    assert not left.exists()
