"""A watching thread posts what it reads, goes on after a reading that broke, and ends when told."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.events.bodies import PowerRead
from appliance.events.readings import Reading
from appliance.watch.thread import Watcher, stop_all
from tests.fakes.wait import wait_for

READING = PowerRead(ups="server-ups", status=("OL",))


def watching(
    read: Callable[[], Reading], posted: list[object], closed: list[int], period_s: float = 0.01
) -> Watcher:
    return Watcher(
        instrument="power:server-ups",
        read=read,
        post=lambda name, reading: posted.append((name, reading)),
        period_s=lambda: period_s,
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


def test_what_says_nothing_new_is_posted_seldom_but_goes_on_being_posted() -> None:
    posted: list[object] = []
    taken = itertools.count()

    def read() -> Reading:
        next(taken)
        return replace(READING)  # equal, not the same

    watcher = watching(read, posted, [], period_s=0.1)
    watcher.start()
    wait_for(lambda: len(posted) >= 4)
    watcher.stop()
    assert next(taken) > 2 * len(posted)


def test_what_differs_from_the_last_one_posted_is_posted_before_anything_else_is_read() -> None:
    outage = replace(READING, status=("OB",))
    answers = itertools.chain([READING, READING, outage, outage], itertools.repeat(READING))
    happened: list[object] = []

    def read() -> Reading:
        happened.append(reading := next(answers))
        return reading

    watcher = watching(read, happened, [], period_s=0.05)
    watcher.start()
    wait_for(lambda: happened.count(READING) >= 4)
    watcher.stop()
    for changed in (0, happened.index(outage), len(happened) - happened[::-1].index(outage)):
        assert happened[changed + 1] == ("power:server-ups", happened[changed])


@pytest.mark.parametrize(("period_s", "at_most_s"), [(0.2, 1.2), (0.6, 1.4)])
def test_a_second_goes_by_between_two_posts_at_most_and_one_reading_more(
    period_s: float, at_most_s: float
) -> None:
    posted: list[float] = []
    watcher = Watcher(
        instrument="usb",
        read=lambda: READING,
        post=lambda _name, _reading: posted.append(time.monotonic()),
        period_s=lambda: period_s,
    )
    watcher.start()

    def gaps_s() -> list[float]:
        return [later - earlier for earlier, later in itertools.pairwise(posted)]

    wait_for(lambda: any(gap_s < at_most_s for gap_s in gaps_s()))  # a busy machine takes longer now and then
    watcher.stop()
    assert max(gaps_s()) >= 0.9, "one that is held up makes the next one early"


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


def test_many_readings_that_hang_hold_up_the_stop_no_longer_than_one() -> None:
    hang = threading.Event()
    reading = [threading.Event() for _ in range(12)]

    def hanging(begun: threading.Event) -> Callable[[], Reading]:
        def read() -> Reading:
            begun.set()
            hang.wait(60)
            return READING

        return read

    watchers = [watching(hanging(begun), [], []) for begun in reading]
    for watcher, begun in zip(watchers, reading, strict=True):
        watcher.start()
        assert begun.wait(30)
    began_s = time.monotonic()
    stop_all(watchers, timeout_s=2.0)
    assert time.monotonic() - began_s < 20, "twelve times two seconds would be twenty-four"
    hang.set()
