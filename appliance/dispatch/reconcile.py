"""Posture against what is held: calls an enforcer for each difference, again until it holds."""

from collections.abc import Callable, Mapping

from appliance.events import Body
from appliance.events.bodies import PostureFailed, PostureHeld
from appliance.exam.posture import NotHeld, NotYet

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0

Enforcer = Callable[[str], None]


class Reconciler:
    """Remembers what is held, nothing else. `enforcers` by posture key; a key without one is never held."""

    def __init__(self, enforcers: Mapping[str, Enforcer]) -> None:
        self._enforcers = enforcers
        self._held: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._retry: dict[str, tuple[float, float, str]] = {}

    def drifted(self, key: str) -> None:
        """Somebody saw that `key` is not so any more: it is applied again."""
        self._held.pop(key, None)

    def unheld(self, levels: Mapping[str, str]) -> tuple[str, ...]:
        """The keys that are not as `levels` asks."""
        return tuple(key for key, want in levels.items() if self._held.get(key) != want)

    def reconcile(self, levels: Mapping[str, str], real_s: float) -> tuple[Body, ...]:
        """Makes it so where it is not, at most once a back-off; the bodies say what failed or holds again."""
        bodies: list[Body] = []
        for key in self.unheld(levels):
            enforcer = self._enforcers.get(key)
            want = levels[key]
            at_s, wait_s, tried = self._retry.get(key, (0.0, 0.0, ""))
            if want != tried:  # another level is tried at once: a window that closes waits for no back-off
                at_s, wait_s = 0.0, 0.0
            if enforcer is None or real_s < at_s:
                continue
            self._held.pop(key, None)  # what fails may be done in part: the level of before is not so any more
            try:
                enforcer(want)
            except NotYet:
                continue
            except NotHeld as error:
                wait_s = min(max(FIRST_RETRY_S, 2 * wait_s), LAST_RETRY_S)
                self._retry[key] = (real_s + wait_s, wait_s, want)
                if self._said.get(key) != str(error):
                    self._said[key] = str(error)
                    bodies.append(PostureFailed(key=key, want=want, reason=str(error)))
                continue
            self._held[key] = want
            self._retry.pop(key, None)
            if self._said.pop(key, None) is not None:
                bodies.append(PostureHeld(key=key, want=want))
        return tuple(bodies)
