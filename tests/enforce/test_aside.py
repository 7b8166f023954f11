"""What takes its time keeps dispatch waiting for a moment only, and nothing of it is lost."""

import threading

import pytest

from appliance.dispatch.reconcile import Reconciler
from appliance.enforce.aside import Aside
from appliance.exam.posture import NotHeld, NotYet
from tests.fakes.wait import wait_for


class Slow:
    """Takes until it is let go; then refuses what it was told to refuse."""

    def __init__(self, refusal: str = "") -> None:
        self.go = threading.Event()
        self.wants: list[str] = []
        self._refusal = refusal

    def hold(self, want: str) -> None:
        self.wants.append(want)
        assert self.go.wait(10)
        if self._refusal:
            raise NotHeld(self._refusal)


def over(aside: Aside, want: str) -> bool:
    try:
        aside.hold(want)
    except NotYet:
        return False
    return True


def test_what_is_quick_is_held_at_once() -> None:
    done: list[str] = []
    Aside(done.append, wait_s=5).hold("rest")
    assert done == ["rest"]


def test_what_is_slow_is_begun_once_and_held_when_it_is_over() -> None:
    slow = Slow()
    aside = Aside(slow.hold)
    for _ in range(3):
        with pytest.raises(NotYet):
            aside.hold("cut ups1")
    slow.go.set()
    wait_for(lambda: over(aside, "cut ups1"))
    assert slow.wants == ["cut ups1"]


def test_what_fails_there_fails_here() -> None:
    slow = Slow("ups1: the cut was not taken")
    aside = Aside(slow.hold)
    with pytest.raises(NotYet):
        aside.hold("cut ups1")
    slow.go.set()
    with pytest.raises(NotHeld, match="not taken"):
        wait_for(lambda: over(aside, "cut ups1"))


def test_another_level_waits_for_the_one_under_way_and_is_then_made_so() -> None:
    slow = Slow()
    aside = Aside(slow.hold)
    with pytest.raises(NotYet):
        aside.hold("cut ups1")
    with pytest.raises(NotYet):
        aside.hold("run")
    assert slow.wants == ["cut ups1"], "never two at once"
    slow.go.set()
    wait_for(lambda: over(aside, "run"))
    assert slow.wants == ["cut ups1", "run"]


def test_what_is_under_way_is_neither_held_nor_said_to_have_failed() -> None:
    slow = Slow()
    reconciler = Reconciler({"power": Aside(slow.hold).hold})
    levels = {"power": "cut ups1"}
    assert reconciler.reconcile(levels, 0.0) == () and reconciler.unheld(levels) == ("power",)
    assert reconciler.reconcile(levels, 1.0) == () and reconciler.unheld(levels) == ("power",)
    slow.go.set()
    clock = iter(range(2, 1000))
    wait_for(lambda: (reconciler.reconcile(levels, float(next(clock))), reconciler.unheld(levels))[1] == ())
    assert slow.wants == ["cut ups1"]


def test_what_is_under_way_for_longer_than_anything_may_take_is_told_as_hung_until_it_is_over() -> None:
    slow = Slow()
    aside = Aside(slow.hold, wait_s=0)
    assert aside.alive(hung_s=0.0), "nothing is under way"
    with pytest.raises(NotYet):
        aside.hold("closed")
    assert aside.alive() and not aside.alive(hung_s=0.0)
    slow.go.set()
    wait_for(lambda: aside.alive(hung_s=0.0))
