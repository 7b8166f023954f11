"""What the page knows of the guard: its last answer, how old it is, and the last events worth showing.

However many pages are open, the guard is asked for its state at most four times a second; one thread asks, the
others take what is there. Nothing is judged here. Whose session a request's is, the desk asks besides.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.client import Client, ClientError
from web.fields import Plain, count, number, part, parts, text

ASK_EVERY_S = (
    0.25  # with the pages' 3 s: what happens is on each of them within 4 (the sum is in docs/page.md)
)
WAIT_FOR_OTHER_S = 1.5
EVENTS_KEPT = 40
# Readings, regular bundles (the card shows the last) and housekeeping: they stand in the record, the
# chief's list has no room for them.
QUIET_KINDS = frozenset(
    {
        "power.read",
        "bundle.published",
        "outbox.read",
        "copy.read",
        "log.checkpoint",
        "log.verified",
        "posture.held",
        "venue.configured",
        "seats.read",
        "usb.seen",
        "session.begun",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last answer (`None`: there never was one) and its age in seconds; `answered` for the last question.

    `events` newest first, `None` where they cannot be read.
    """

    snapshot: Plain | None = None
    age_s: float = 0.0
    answered: bool = False
    events: tuple[Plain, ...] | None = None


class Guard:
    """Asks the guard through `client`, for all pages of this process; `mono_s` is for tests."""

    def __init__(self, client: Client, *, mono_s: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._mono_s = mono_s
        self._asking = threading.Lock()
        self._asked_at: float | None = None
        self._answered = False
        # Of one answer, and put there as one: a page's tag names both, and new figures over older events under it
        # would be "unchanged" for a minute.
        self._told: tuple[Plain, float, tuple[Plain, ...] | None] | None = None
        self._events: dict[int, Plain] | None = None
        self._events_head = -1

    def look(self) -> Look:
        """What is known now, asking first where the last question is over a quarter of a second old."""
        # A guard that hangs must not hold all of the server's threads, so only one of them waits for it.
        if self._asking.acquire(timeout=WAIT_FOR_OTHER_S):
            try:
                if self._asked_at is None or self._mono_s() - self._asked_at >= ASK_EVERY_S:
                    self._ask()
            finally:
                self._asking.release()
        return self._known()

    def ask_anew(self) -> None:
        """The next look asks, whenever the last question was: somebody has just done something."""
        self._asked_at = None

    def _known(self) -> Look:
        told, answered = self._told, self._answered
        if told is None:
            return Look()
        snapshot, answered_at, events = told
        age_s = self._mono_s() - answered_at + max(0.0, number(snapshot, "turned_age_s") or 0.0)
        return Look(snapshot=snapshot, age_s=age_s, answered=answered, events=events)

    def _ask(self) -> None:
        try:
            snapshot = self._client.call("status")
        except ClientError:
            snapshot = None
        self._asked_at = answered_at = self._mono_s()
        if isinstance(snapshot, dict):
            self._ask_events(count(part(snapshot, "log"), "head_seq"))
            events = self._events
            newest = None if events is None else tuple(events[seq] for seq in sorted(events, reverse=True))
            self._told = snapshot, answered_at, newest
        self._answered = isinstance(snapshot, dict)

    def _ask_events(self, head_seq: int) -> None:
        if head_seq == self._events_head and self._events is not None:
            return
        # A log begun anew counts from 1 again: what was known of the old one goes.
        known = self._events if self._events is not None and head_seq >= self._events_head else {}
        since = self._events_head if known else 0
        try:
            answer = self._client.call(
                "events", since=since, limit=EVENTS_KEPT, newest=True, without=sorted(QUIET_KINDS)
            )
        except ClientError:
            self._events = None
            return
        news = parts(answer, "events") if isinstance(answer, dict) else []
        loud = {count(e, "seq"): e for e in news if text(e, "kind") not in QUIET_KINDS}
        together = known | loud
        self._events = {seq: together[seq] for seq in sorted(together)[-EVENTS_KEPT:]}
        self._events_head = head_seq
