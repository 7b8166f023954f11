"""A watching thread posts what it reads, goes on after a reading that broke, and ends when told."""

import threading
import time
from collections.abc import Callable

import pytest

from appliance.events.bodies import PowerRead
from appliance.events.readings import Reading
from appliance.watch.thread import Watcher
from tests.fakes.wait import wait_for

READING = PowerRead(ups="server-ups", status=("OL",))


def watching(read: Callable[[], Reading], posted: list[object], closed: list[int]) -> Watcher:
    return Watcher(
        instrument="power:server-ups",
        read=read,
        post=lambda name, reading: posted.append((name, reading)),
        period_s=lambda: 0.01,
        close=lambda: closed.append(threading.get_ident()),
    )


def test_it_posts_again_and_again_and_closes_its_instrument_in_its_own_thread() -> None:
    posted: list[object] = []
    closed: list[int] = []
    watcher = watching(lambda: READING, posted, closed)
    watcher.start()
    wait_for(lambda: len(posted) >= 3)
    watcher.stop()
    assert posted[0] == ("power:server-ups", READING)
    assert closed and closed[0] != threading.get_ident()
    count = len(posted)
    time.sleep(0.05)
    assert len(posted) == count


def test_a_reading_that_breaks_posts_nothing_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    posted: list[object] = []
    answers = iter([OSError("gone"), None])

    def read() -> Reading:
        if error := next(answers, None):
            raise error
        return READING

    watcher = watching(read, posted, [])
    watcher.start()
    wait_for(lambda: posted)
    watcher.stop()
    assert "power:server-ups" in caplog.text and "OSError" in caplog.text


def test_a_reading_that_hangs_does_not_hold_up_the_stop() -> None:
    hang = threading.Event()
    reading = threading.Event()

    def read() -> Reading:
        reading.set()
        hang.wait(30)
        return READING

    watcher = watching(read, [], [])
    watcher.start()
    assert reading.wait(30)
    began_s = time.monotonic()
    watcher.stop(timeout_s=0.1)
    assert time.monotonic() - began_s < 10
    hang.set()
