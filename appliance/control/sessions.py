"""Who has signed in on the page: in memory alone, ended with the batch, after hours of nothing, with a new PIN."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

IDLE_S = 4 * 3600.0  # longer than a sitting (our judgement)
MAX_SESSIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`name` signed in as `role`; `form` is what its forms must carry; `batch` the seal's, '' before one."""

    role: str
    name: str
    form: str
    batch: str
    used_s: float


class Sessions:
    """The sessions, by the hash of their tokens: what the memory holds lets nobody in. `mono_s` gives real seconds."""

    def __init__(self, *, mono_s: Callable[[], float]) -> None:
        self._mono_s = mono_s
        self._lock = threading.Lock()
        self._known: dict[str, Session] = {}

    def begin(self, role: str, name: str, batch: str) -> tuple[str, Session]:
        """A new session and its token, which is given out once."""
        token = secrets.token_urlsafe(32)
        made = Session(
            role=role, name=name, form=secrets.token_urlsafe(24), batch=batch, used_s=self._mono_s()
        )
        with self._lock:
            while len(self._known) >= MAX_SESSIONS:
                del self._known[min(self._known, key=lambda key: self._known[key].used_s)]
            self._known[_key(token)] = made
        return token, made

    def find(self, token: str, batch: str, *, use: bool = True) -> Session | None:
        """The session of a token while `batch` is sealed ('' for none); None for one that is over. `use`: not idle."""
        key = _key(token)
        with self._lock:
            self._end_old(batch)
            found = self._known.get(key)
            if found is not None and use:
                found = self._known[key] = replace(found, used_s=self._mono_s())
        return found

    def end(self, token: str) -> None:
        """Ends one session; an unknown token ends nothing."""
        with self._lock:
            self._known.pop(_key(token), None)

    def end_role(self, role: str) -> None:
        """Ends every session of a role: its PIN is another one."""
        with self._lock:
            self._known = {key: each for key, each in self._known.items() if each.role != role}

    def _end_old(self, batch: str) -> None:
        since_s = self._mono_s() - IDLE_S
        kept = {
            key: replace(each, batch=each.batch or batch)
            for key, each in self._known.items()
            if each.used_s >= since_s and each.batch in ("", batch)
        }
        self._known = kept


def carries(session: Session, form: str) -> bool:
    """Whether `form` is what the session's own forms carry: nobody else's page knows it."""
    return hmac.compare_digest(session.form.encode(), form.encode("utf-8", "replace"))


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
