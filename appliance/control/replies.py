"""The replies of dispatch to what was put to it: waited for, and kept for a form that is sent twice."""

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from appliance.control.question import ControlError
from appliance.exam.acts import Refused

REPLY_S = 4.0
BEGUN_S = 60.0  # for an act that dispatch is at already: a slow disk
MAX_SENT = 256
Key = tuple[str, str, str]  # verb, token, the form's own key
Reply = Future[dict[str, Any]]


class SentForms:
    """The forms of the page that were sent, by their keys: pressed twice, one does one thing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._replies: dict[Key, Reply] = {}

    def found(self, key: Key | None) -> Reply | None:
        """What the form led to or is leading to; None for a new one, and for one that was refused: nothing was done."""
        with self._lock:
            return self._done(key)

    def kept(self, key: Key | None, reply: Reply) -> Reply:
        """`reply`, kept under the key; the other one where the same form was faster."""
        with self._lock:
            before = self._done(key)
            if key is not None and before is None:
                self._replies.pop(key, None)
                self._replies[key] = reply
                while len(self._replies) > MAX_SENT:
                    del self._replies[next(iter(self._replies))]
        return before or reply

    def _done(self, key: Key | None) -> Reply | None:
        reply = self._replies.get(key) if key else None
        return None if reply is None or (reply.done() and reply.exception()) else reply


def result_of(reply: Reply, wait_s: float = REPLY_S) -> dict[str, Any]:
    """What became of it, within `wait_s`. Raises ControlError; where nobody came to it, it may still be done."""
    try:
        return reply.result(timeout=wait_s)
    except Refused as refusal:
        raise ControlError(refusal.code, 2, **refusal.details) from refusal
    except FutureTimeout as error:
        raise ControlError("busy", 75) from error


def result_or_never(reply: Reply) -> dict[str, Any]:
    """The same, but what is told as not done is never done afterwards. Raises ControlError."""
    try:
        return result_of(reply)
    except ControlError:
        if reply.cancel():
            raise
    return result_of(reply, BEGUN_S)
