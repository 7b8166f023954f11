"""What must pass does, between machines that ask by ARP themselves and speak their own TCP."""

import threading
from collections.abc import Iterator

import pytest

from tests.lab import net
from tests.lab.net import INTERNET, SERVER, TOPOLOGIES, Lab
from tests.lab.net_plan import load
from tests.lab.net_scene import EXAM_PORT, WINDOW_PORT
from tests.lab.net_shoot import open_wide
from tests.lab.net_stream import NoWay, ask_anew, stream

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
EXAM = ("server", SERVER.ip, EXAM_PORT)
WINDOW = ("internet", INTERNET, WINDOW_PORT)
SIZE_BYTES, REFUSED_S = 4_000_000, 0.7


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        ask_anew(made)
        yield made


def test_a_seat_reaches_its_server_and_nothing_is_lost(lab: Lab) -> None:
    load(lab, ())
    done = stream(lab, "seat1", EXAM, size=SIZE_BYTES)
    assert (done.received, done.repeated) == (SIZE_BYTES, 0)


def test_the_server_uses_its_window_and_no_seat_does(lab: Lab) -> None:
    assert stream(lab, "seat1", WINDOW, size=1).received == 1  # without rules
    ask_anew(lab)
    load(lab)
    assert stream(lab, "server", WINDOW, size=SIZE_BYTES).received == SIZE_BYTES
    with pytest.raises(NoWay):
        stream(lab, "seat1", WINDOW, size=1, wait_s=REFUSED_S)
    load(lab, ())
    with pytest.raises(NoWay):
        stream(lab, "server", WINDOW, size=1, wait_s=REFUSED_S)


def test_a_connection_lives_on_through_reloads(lab: Lab) -> None:
    load(lab)
    ended = threading.Event()

    def reload() -> None:
        while not ended.is_set():
            load(lab)

    thread = threading.Thread(target=reload)
    thread.start()
    try:
        for target, source in ((EXAM, "seat1"), (WINDOW, "server")):
            done = stream(lab, source, target, size=SIZE_BYTES * 5)
            assert (done.received, done.repeated) == (SIZE_BYTES * 5, 0)
    finally:
        ended.set()
        thread.join()
