"""Servers are stopped in order, each awaited until it is really down; real commands, sockets and a host to unplug."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.enforce.servers import ServerStop, ServerStops, answered
from appliance.events.bodies import ServerStopped
from appliance.exam.posture import NotHeld
from tests.fakes.wait import wait_for
from tests.lab.host import Host, a_host

SH = "/bin/sh"
NOBODY = ("192.0.2.1", 22)  # RFC 5737: never assigned


@pytest.fixture
def host() -> Iterator[Host]:
    with a_host() as made:
        yield made


@pytest.fixture
def reported() -> list[ServerStopped]:
    return []


def stops(reported: list[ServerStopped], *servers: ServerStop, quiet_s: float = 1.5) -> ServerStops:
    return ServerStops(servers, report=reported.append, quiet_s=quiet_s, try_s=0.3)


def server(name: str, *argv: str, probe: tuple[str, int] = NOBODY, budget_s: float = 30.0) -> ServerStop:
    return ServerStop(name=name, argv=argv or ("/bin/true",), probe=probe, budget_s=budget_s)


def outcomes(reported: list[ServerStopped]) -> list[tuple[str, str]]:
    return [(body.name, body.outcome) for body in reported]


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """A port of loopback where nobody answers: its queue is full, and Linux drops what asks further."""
    with contextlib.ExitStack() as open_until:
        full = open_until.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        probe = full.getsockname()[:2]
        open_until.enter_context(socket.create_connection(probe))
        assert answered(probe, timeout_s=0.2) == ""
        yield probe


def test_silence_is_nobody_and_a_refusal_is_somebody(silent: tuple[str, int]) -> None:
    assert answered(silent, timeout_s=0.2) == ""
    with listener() as up:
        there = up.getsockname()[:2]
        assert answered(there, timeout_s=1) == f"127.0.0.1 port {there[1]} answers"
    assert "refused" in answered(there, timeout_s=1)


def test_up_asks_nobody(reported: list[ServerStopped], tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    job = stops(reported, server("a", "/usr/bin/touch", str(asked)))
    job.hold("up")
    job.stop()
    assert not asked.exists() and reported == []


@pytest.mark.root
def test_a_server_is_stopped_once_nobody_answers_for_it(host: Host, reported: list[ServerStopped]) -> None:
    job = stops(reported, server("a", *host.unplug, probe=host.probe))
    began_s = time.monotonic()
    job.hold("stop a")
    assert reported == [], "the guard is not held up until it is done"
    wait_for(lambda: reported)
    assert reported == [ServerStopped(name="a", outcome="stopped")]
    assert time.monotonic() - began_s >= 1.5, "the server still writes its disks when its network is gone"


@pytest.mark.root
def test_a_server_that_answers_once_more_is_awaited_anew(host: Host, reported: list[ServerStopped]) -> None:
    """A reboot in the place of a power-off, or a cable that shook."""
    job = stops(reported, server("a", *host.unplug, probe=host.probe), quiet_s=3)
    job.hold("stop a")
    wait_for(lambda: not answered(host.probe, timeout_s=0.3))
    host.plug()
    wait_for(lambda: answered(host.probe, timeout_s=0.3))
    shaken_s = time.monotonic()
    wait_for(lambda: time.monotonic() - shaken_s > 4)
    assert reported == [], "it is up, whatever was silent before"
    subprocess.run(host.unplug, check=True)
    wait_for(lambda: reported)
    assert outcomes(reported) == [("a", "stopped")] and time.monotonic() - shaken_s >= 7


@pytest.mark.root
def test_a_service_that_ended_is_no_server_that_is_down(host: Host, reported: list[ServerStopped]) -> None:
    host.end_service()
    stops(reported, server("a", probe=host.probe, budget_s=3)).hold("stop a")
    wait_for(lambda: reported)
    assert outcomes(reported) == [("a", "timeout")] and "refused" in reported[0].detail


@pytest.mark.root
def test_a_box_without_a_way_there_has_proved_nothing(host: Host) -> None:
    code = f"from appliance.enforce.servers import answered; print(answered({NOBODY!r}, timeout_s=1))"
    done = subprocess.run(
        [*host.inside, sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "Network is unreachable" in done.stdout


@pytest.mark.root
def test_the_next_is_asked_once_the_one_before_is_down(host: Host, tmp_path: Path) -> None:
    asked, seen = tmp_path / "asked", []

    def report(body: ServerStopped) -> None:
        seen.append((body.name, body.outcome, asked.exists()))

    a = server("a", *host.unplug, probe=host.probe)
    b = server("b", SH, "-c", f"touch {asked}; exit 1")
    ServerStops([b, a], report=report, quiet_s=1.5, try_s=0.3).hold("stop a b")
    wait_for(lambda: len(seen) == 2)
    assert seen == [("a", "stopped", False), ("b", "failed", True)], "in the posture's order, not the file's"


def test_a_refused_order_is_told_in_its_own_words_and_the_next_is_asked(
    reported: list[ServerStopped], silent: tuple[str, int]
) -> None:
    refusing = server("a", SH, "-c", "echo Permission denied >&2; exit 255", probe=silent)
    with listener() as up:
        still = server("b", probe=up.getsockname()[:2], budget_s=1)
        absent = server("c", "/nowhere/ssh", probe=up.getsockname()[:2])
        stops(reported, refusing, still, absent).hold("stop a b c")
        wait_for(lambda: len(reported) == 3)
    assert outcomes(reported) == [("a", "failed"), ("b", "timeout"), ("c", "failed")]
    assert reported[0].detail == "/bin/sh: exit 255: Permission denied; nobody answers there"
    assert "answers" in reported[1].detail
    assert reported[2].detail == "/nowhere/ssh: No such file or directory"


def test_an_order_that_uses_up_the_budget_is_ended(reported: list[ServerStopped]) -> None:
    stops(reported, server("a", "/bin/sleep", "60", budget_s=0.5)).hold("stop a")
    wait_for(lambda: reported)
    assert outcomes(reported) == [("a", "timeout")] and "not done after 0.5 s" in reported[0].detail


def test_the_silence_must_fit_into_the_budget(reported: list[ServerStopped], silent: tuple[str, int]) -> None:
    """Else a server would count as down on the strength of a second."""
    stops(reported, server("a", probe=silent, budget_s=0.5), quiet_s=60).hold("stop a")
    wait_for(lambda: reported)
    assert reported == [ServerStopped(name="a", outcome="timeout", detail="not yet 60 s without an answer")]


def counting(tmp_path: Path, name: str, then: str = "exit 1") -> tuple[ServerStop, Path]:
    path = tmp_path / name
    return server(name, SH, "-c", f"echo asked >> {path}; {then}"), path


def asked(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_nobody_is_asked_twice_however_often_it_is_held(
    reported: list[ServerStopped], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    a, a_file = counting(tmp_path, "a", f"while [ ! -e {go} ]; do sleep 0.05; done; exit 1")
    b, b_file = counting(tmp_path, "b")
    job = stops(reported, a, b)
    for _ in range(3):
        job.hold("stop a b")
    wait_for(lambda: asked(a_file))
    job.hold("stop a b")
    go.touch()
    wait_for(lambda: len(reported) == 2)
    for want in ("stop a b", "stop b", "stop a b"):
        job.hold(want)
        job.stop()
    assert (asked(a_file), asked(b_file)) == (1, 1) and outcomes(reported) == [
        ("a", "failed"),
        ("b", "failed"),
    ]


def test_mains_that_come_back_withdraw_what_was_not_asked_and_the_next_end_asks_anew(
    reported: list[ServerStopped], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    a, a_file = counting(tmp_path, "a", f"while [ ! -e {go} ]; do sleep 0.05; done; exit 1")
    b, b_file = counting(tmp_path, "b")
    job = stops(reported, a, b)
    job.hold("stop a b")
    wait_for(lambda: asked(a_file))
    job.hold("up")
    go.touch()
    wait_for(lambda: reported)
    assert outcomes(reported) == [("a", "failed")] and asked(b_file) == 0
    job.hold("stop a b")
    wait_for(lambda: len(reported) == 3)
    assert (asked(a_file), asked(b_file)) == (2, 1)


def test_an_order_under_way_is_not_given_again_when_the_mains_come_and_go(
    reported: list[ServerStopped], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    a, a_file = counting(tmp_path, "a", f"while [ ! -e {go} ]; do sleep 0.05; done; exit 1")
    job = stops(reported, a)
    job.hold("stop a")
    wait_for(lambda: asked(a_file))
    job.hold("up")
    job.hold("stop a")
    go.touch()
    wait_for(lambda: reported)
    job.stop()
    assert asked(a_file) == 1 and outcomes(reported) == [("a", "failed")]


def test_a_guard_that_ends_leaves_the_order_it_sent_and_asks_no_further(
    reported: list[ServerStopped], tmp_path: Path
) -> None:
    go, done = tmp_path / "go", tmp_path / "done"
    a, a_file = counting(tmp_path, "a", f"while [ ! -e {go} ]; do sleep 0.05; done; touch {done}")
    b, b_file = counting(tmp_path, "b")
    job = stops(reported, a, b)
    job.hold("stop a b")
    wait_for(lambda: asked(a_file))
    began_s = time.monotonic()
    job.stop(timeout_s=0.1)
    assert time.monotonic() - began_s < 5
    go.touch()
    wait_for(done.exists)
    job.stop(timeout_s=30)
    job.hold("stop a b")
    assert asked(b_file) == 0 and reported == [], "the next guard asks, and hears the outcome"


def test_a_server_nobody_can_stop_is_not_held_and_keeps_no_other_up(
    reported: list[ServerStopped], tmp_path: Path
) -> None:
    a, _ = counting(tmp_path, "a")
    job = stops(reported, a)
    with pytest.raises(NotHeld, match="^b: no order to stop it is configured$"):
        job.hold("stop b a")
    wait_for(lambda: reported)
    assert outcomes(reported) == [("a", "failed")]


@pytest.mark.parametrize("want", ["", "stop", "up a", "halt a"])
def test_what_is_no_level_is_not_held(reported: list[ServerStopped], want: str) -> None:
    with pytest.raises(NotHeld, match="no level"):
        stops(reported, server("a")).hold(want)


def test_a_name_in_the_place_of_an_address_proves_nothing(reported: list[ServerStopped]) -> None:
    """The name service may be the server that is being stopped."""
    assert "exam-server" in answered(("exam-server", 22), timeout_s=1)
