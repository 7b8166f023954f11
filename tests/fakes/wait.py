"""Waiting for what other threads and processes do: often, and long enough for a busy machine."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
WAIT_S = 30.0


def wait_for(found: Callable[[], T], *, seconds: float = WAIT_S, every_s: float = 0.02) -> T:
    """What `found` gives once that is true. Raises AssertionError after `seconds`, with its last answer."""
    deadline_s = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline_s, f"not within {seconds:g} s: {answer!r}"
        time.sleep(every_s)
    return answer
