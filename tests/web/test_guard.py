"""What the page keeps of the guard: one question a second, the last answer, the events worth a line."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from appliance.client import Client
from tests.web import snapshots
from tests.web.fake_guard import FakeGuard
from web.guard import Guard
from web.present import etag, is_dead

Start = Callable[[object], FakeGuard]


class Seconds:
    """A clock that stands until it is told otherwise."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Slow(FakeGuard):
    """A guard that keeps one waiting for its events."""

    def __init__(self, path: Path, snapshot: object) -> None:
        self.waited_for, self.may = threading.Event(), threading.Event()
        super().__init__(path, snapshot)

    def _answer(self, line: bytes) -> Mapping[str, object]:
        answer = super()._answer(line)
        if self.asked[-1] == "events":
            self.waited_for.set()
            assert self.may.wait(30)
        return answer


def test_twenty_pages_ask_the_guard_once_a_second(guard_with: Start) -> None:
    fake, clock = guard_with(snapshots.all_well()), Seconds()
    guard = Guard(Client(fake.path), mono_s=clock)
    for _ in range(20):
        guard.look()
    assert fake.asked == ["status", "events"]
    clock.now_s += 1.0
    guard.look()
    assert fake.asked == ["status", "events", "status"]


def test_a_restart_of_two_seconds_is_no_alarm_and_six_are(guard_with: Start) -> None:
    fake, clock = guard_with(snapshots.all_well()), Seconds()
    guard = Guard(Client(fake.path), mono_s=clock)
    guard.look()
    fake.die()
    clock.now_s += 2.0
    short = guard.look()
    clock.now_s += 4.0
    long = guard.look()
    assert not short.answered and not is_dead(short)
    assert is_dead(long) and round(long.age_s, 1) == 6.3
    assert long.snapshot is not None and long.snapshot["rev"] == 12


def test_a_guard_that_comes_back_is_believed_again(guard_with: Start) -> None:
    fake, clock = guard_with(snapshots.all_well(turned_age_s=60)), Seconds()
    guard = Guard(Client(fake.path), mono_s=clock)
    assert is_dead(guard.look())
    fake.snapshot = snapshots.all_well(rev=13)
    clock.now_s += 1.0
    assert not is_dead(guard.look())


def test_readings_do_not_push_the_days_story_out_of_the_list(guard_with: Start) -> None:
    fake, clock = guard_with(snapshots.all_well()), Seconds()
    guard = Guard(Client(fake.path), mono_s=clock)
    first = guard.look().events
    assert first is not None and [e["seq"] for e in first] == [431, 429, 427, 400], "quiet kinds"
    fake.events = [{"seq": n, "at": snapshots.NOW, "kind": "power.read", "body": {}} for n in range(432, 632)]
    fake.snapshot = snapshots.all_well(log={"head_seq": 631})
    clock.now_s += 1.0
    assert guard.look().events == first


def test_a_log_begun_anew_drops_what_was_known_of_the_old(guard_with: Start) -> None:
    fake, clock = guard_with(snapshots.all_well()), Seconds()
    guard = Guard(Client(fake.path), mono_s=clock)
    guard.look()
    fake.events = [{"seq": 1, "at": snapshots.NOW, "kind": "guard.started", "body": {"version": "2"}}]
    fake.snapshot = snapshots.all_well(log={"head_seq": 1})
    clock.now_s += 1.0
    told = guard.look().events
    assert told is not None and [e["seq"] for e in told] == [1]


def test_an_answer_that_is_no_object_counts_as_silence(guard_with: Start) -> None:
    fake = guard_with([1, 2, 3])
    look = Guard(Client(fake.path), mono_s=Seconds()).look()
    assert look.snapshot is None and not look.answered


def test_new_figures_are_never_shown_beside_the_events_of_an_older_answer(socket_path: Path) -> None:
    with Slow(socket_path, snapshots.all_well()) as fake:
        fake.may.set()
        clock = Seconds()
        guard = Guard(Client(fake.path, timeout_s=30.0), mono_s=clock)
        first = guard.look()
        fake.snapshot = snapshots.all_well(rev=13, log={"head_seq": 500})
        fake.may.clear()
        fake.waited_for.clear()
        clock.now_s += 1.0
        other = threading.Thread(target=guard.look)
        other.start()
        assert fake.waited_for.wait(30)
        beside = guard.look()
        fake.may.set()
        other.join()
        assert (beside.snapshot, beside.events) == (first.snapshot, first.events)
        after = guard.look().snapshot
        assert after is not None and after["rev"] == 13


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_page_without_the_events_is_never_unchanged(guard_with: Start, language: str) -> None:
    fake, clock = guard_with(snapshots.all_well()), Seconds()
    fake.refuses["events"] = ("log-unreadable", 69)
    guard = Guard(Client(fake.path), mono_s=clock)
    assert not etag(guard.look(), language)
    fake.refuses.clear()
    clock.now_s += 1.0
    assert etag(guard.look(), language)
