"""What says something new wakes dispatch at once; what says the same again waits for the next turn, and is taken."""

import threading
import time

from appliance.dispatch import Drifted, Inbox, Observed
from appliance.dispatch.inbox import MAX_WAITING
from appliance.events.bodies import PowerRead

ON_LINE, OUTAGE = PowerRead(ups="a", status=("OL",)), PowerRead(ups="a", status=("OB",))


def observed(reading: PowerRead) -> Observed:
    return Observed(instrument="power:a", reading=reading)


def stepped() -> tuple[Inbox, list[float]]:
    """An inbox whose time is the list's one number."""
    now = [0.0]
    return Inbox(real_s=lambda: now[0]), now


def test_what_says_the_same_wakes_nobody_and_is_taken_with_the_next_that_does() -> None:
    inbox, now = stepped()
    inbox.put(observed(ON_LINE))
    assert inbox.take(30) == [observed(ON_LINE)]
    now[0] = 1.0
    inbox.put(observed(PowerRead(ups="a", status=("OL",))))  # equal, not the same
    assert inbox._bell.empty(), "nobody is woken for it"
    now[0] = 2.0
    inbox.put(observed(OUTAGE))
    assert inbox.take(30) == [observed(ON_LINE), observed(OUTAGE)], "at once, and in their order"
    assert inbox.take(0) == []


def test_what_says_the_same_is_taken_by_a_turn_that_nothing_woke() -> None:
    inbox, now = stepped()
    inbox.put(observed(ON_LINE))
    inbox.take(0)
    now[0] = 1.0
    inbox.put(observed(ON_LINE))
    assert inbox.take(0.01) == [observed(ON_LINE)]


def test_what_says_the_same_so_soon_that_something_must_have_happened_between_wakes() -> None:
    inbox, now = stepped()
    inbox.put(observed(ON_LINE))
    inbox.take(0)
    now[0] = 0.3
    inbox.put(observed(ON_LINE))
    assert not inbox._bell.empty()


def test_each_instrument_has_its_own_last_word() -> None:
    inbox, now = stepped()
    inbox.put(observed(ON_LINE))
    inbox.take(0)
    now[0] = 1.0
    inbox.put(Observed(instrument="power:b", reading=ON_LINE))
    assert not inbox._bell.empty()


def test_what_is_no_reading_wakes_at_once_and_so_does_a_signal() -> None:
    inbox = Inbox()
    for ring in (lambda: inbox.put(Drifted(key="usb")), inbox.wake):
        began_s, thread = time.monotonic(), threading.Timer(0.05, ring)
        thread.start()
        inbox.take(60)
        assert time.monotonic() - began_s < 30
        thread.join()


def test_readings_that_nobody_takes_are_dropped_and_nothing_else_is() -> None:
    inbox = Inbox()
    for count in range(MAX_WAITING + 10):
        inbox.put(observed(PowerRead(ups="a", status=("OL",), load_percent=float(count))))
    inbox.put(Drifted(key="usb"))
    assert len(inbox.take(0)) + len(inbox.take(0)) == MAX_WAITING + 1
