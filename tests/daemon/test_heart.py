"""What feeds systemd's watchdog: a whole turn, and nothing that hangs."""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.control import ControlServer, server
from appliance.control.question import Question
from appliance.daemon import heart
from appliance.daemon.heart import Heart
from tests.fakes.wait import wait_for


class Fed:
    """How often it was fed, and what was said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **proofs: Callable[[], bool]) -> None:
        monkeypatch.setattr(heart, "WATCHDOG_EVERY_S", 0.0)
        self.times, self.said = 0, list[str]()
        self.heart = Heart(feed=self._feed, alarm=self.said.append, proofs=proofs)

    def _feed(self) -> None:
        self.times += 1

    def beaten(self) -> bool:
        """Whether one more beat fed it."""
        before = self.times
        self.heart.beat()
        return self.times == before + 1


class Deadlock:
    """Answers as long as nobody keeps its lock."""

    def __init__(self, verbs: tuple[str, ...] = ("status",)) -> None:
        self.lock = threading.Lock()
        self._verbs = verbs

    def answer(self, role: str, question: Question) -> dict[str, str]:
        if question.verb in self._verbs:
            with self.lock:
                return {}
        return {}


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds on the box takes moments."""
    monkeypatch.setattr(server, "PROOF_S", 0.02)
    monkeypatch.setattr(server, "HUNG_S", 0.5)


@pytest.fixture
def short() -> Iterator[Path]:
    """A directory of a name that a socket's may hold."""
    with tempfile.TemporaryDirectory(prefix="venue-heart-") as made:
        yield Path(made)


def test_it_is_fed_while_all_prove_to_be_alive_and_what_hangs_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    alive = {"control": True, "network": True}
    fed = Fed(monkeypatch, control=lambda: alive["control"], network=lambda: alive["network"])
    assert fed.beaten() and fed.said == []
    alive["network"] = False
    assert not fed.beaten() and not fed.beaten()
    assert fed.said == ["hangs: network: the watchdog is not fed"]
    alive["network"] = True
    assert fed.beaten() and len(fed.said) == 2


def test_it_is_not_fed_more_often_than_every_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    fed = Fed(monkeypatch)
    monkeypatch.setattr(heart, "WATCHDOG_EVERY_S", 2.0)
    assert fed.beaten() and not fed.beaten()


@pytest.mark.usefixtures("soon")
def test_an_answer_that_never_comes_stops_the_feeding_and_one_that_comes_again_resumes_it(
    monkeypatch: pytest.MonkeyPatch, short: Path
) -> None:
    deadlock = Deadlock()
    control = ControlServer(short / "other.sock", deadlock)
    control.start()
    fed = Fed(monkeypatch, control=control.alive)
    try:
        assert fed.beaten()
        with deadlock.lock:
            wait_for(lambda: not fed.beaten())
        wait_for(fed.beaten)
    finally:
        control.close()


@pytest.mark.usefixtures("soon")
def test_where_no_answer_ends_and_no_slot_is_left_it_is_not_fed(
    monkeypatch: pytest.MonkeyPatch, short: Path
) -> None:
    """It still answers itself: only those who ask are not answered."""
    monkeypatch.setattr(server, "FULL_S", 0.5)
    monkeypatch.setattr(server, "SLOT_S", 0.01)
    monkeypatch.setattr(server, "HUNG_S", 1e9)
    deadlock = Deadlock(verbs=("events",))
    control = ControlServer(short / "other.sock", deadlock)
    control.start()
    asked = [
        threading.Thread(target=_ask, args=(short / "other.sock",), daemon=True)
        for _ in range(server.MAX_AT_ONCE)
    ]
    try:
        with deadlock.lock:
            for thread in asked:
                thread.start()
            wait_for(lambda: not control.alive())
        wait_for(control.alive)
    finally:
        for thread in asked:
            thread.join(30)
        control.close()


def _ask(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(b'{"v": 1, "verb": "events"}\n')
        connection.recv(65_536)
