"""PINs: set, checked one at a time, slower after each wrong one; never a lock-out.

Hash: scrypt (n = 2^15, r = 8, p = 1, 32 MiB), from the standard library
(docs/decisions/0003-pins-by-hashlib-scrypt.md).
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

ROLES = ("chief", "deputy", "technician")
MIN_DIGITS, MAX_DIGITS = 4, 12
FIRST_DELAY_S, LAST_DELAY_S = 1.0, 30.0
CODE_DIGITS = 8
CODE_S = 24 * 3600.0
HASH_WAIT_S = 2.0  # for others' checks: who waits longer is told to come again
MAX_SOURCES = 512
_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024

_Key = tuple[str, str]  # source, role


class PinError(Exception):
    """A PIN was not accepted; `code` names the sentence (words.refusals)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class Pins:
    """The PINs of one venue in `path` (0600). `mono_s` gives real monotonic seconds for the delays.

    A wrong PIN slows the one who gave it: `source` is where it came from, '' for this machine. Whoever guesses
    from one place keeps nobody at another one waiting.
    """

    def __init__(self, path: Path, *, mono_s: Callable[[], float]) -> None:
        self._path = path
        self._mono_s = mono_s
        self._lock = threading.Lock()
        self._setting = threading.Lock()  # one PIN is set at a time
        self._hashing = threading.Lock()  # one scrypt at a time: 32 MiB in all, however many ask
        self._wrong: dict[_Key, tuple[int, float]] = {}
        self._checking: set[_Key] = set()
        self._codes: dict[str, tuple[bytes, float]] = {}

    def set(self, role: str, pin: str) -> None:
        """Sets a role's PIN: 4 to 12 digits. Raises PinError, OSError."""
        with self.setting(role, pin):
            pass

    @contextlib.contextmanager
    def setting(self, role: str, pin: str, *, code: str = "") -> Iterator[None]:
        """Makes everything ready, and sets the PIN once the block has ended well: what may fail has failed by then.

        The block writes the record's row. `code` is the one-time code that this uses up: of two people with one
        code, the second is refused. Raises PinError, OSError before the block.
        """
        self.judge(role, pin)
        salt = os.urandom(16)
        with self._one_hash():
            hashed = f"{salt.hex()}${_hash(pin, salt).hex()}"
        if not self._setting.acquire(timeout=HASH_WAIT_S):
            raise PinError("busy")
        try:
            with self._lock:
                if code and not self._is_code(role, code):
                    raise PinError("code-wrong", role=role)
                beside = self._written(self._read() | {role: hashed})
            try:
                yield
                with self._lock:
                    self._put(beside)
                    self._codes.pop(role, None)
            finally:
                beside.unlink(missing_ok=True)  # there only where it was not put in place
        finally:
            self._setting.release()

    def judge(self, role: str, pin: str) -> None:
        """Passes where the role is one and the PIN may be one. Raises PinError."""
        if role not in ROLES:
            raise PinError("bad-choice", name="role", choices=", ".join(ROLES))
        if not (pin.isascii() and pin.isdigit() and MIN_DIGITS <= len(pin) <= MAX_DIGITS):
            raise PinError("bad-pin", least=MIN_DIGITS, most=MAX_DIGITS)

    def known(self, role: str) -> bool:
        """Whether the role has a PIN. Raises PinError."""
        with self._lock:
            return role in self._read()

    def check(self, role: str, pin: str, *, source: str = "") -> None:
        """Passes where `pin` is the role's. Raises PinError, with the seconds to wait after wrong ones."""
        with self._guess(role, source):
            with self._lock:
                stored = self._read().get(role)
            if stored is None:
                raise PinError("pin-not-set", role=role)
            try:
                salt, digest = (bytes.fromhex(part) for part in stored.split("$"))
            except ValueError as error:
                raise PinError("pins-unreadable", reason=f"{role}: {error}") from error
            with self._one_hash():
                right = hmac.compare_digest(_hash(pin, salt), digest)
            self._count(role, source, right=right)
            if not right:
                raise PinError("pin-wrong", role=role)

    def make_code(self, role: str) -> str:
        """A code of 8 digits with which `role` sets the own PIN once, within 24 h; an older one is void.

        Raises PinError.
        """
        self.judge(role, "0" * MIN_DIGITS)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        with self._lock:
            self._codes[role] = (_digest(code), self._mono_s() + CODE_S)
        return code

    def check_code(self, role: str, code: str, *, source: str = "") -> None:
        """Passes where `code` is the one that was made for `role` and is still good. Raises PinError."""
        with self._guess(role, source):
            with self._lock:
                right = self._is_code(role, code)
            self._count(role, source, right=right)
            if not right:
                raise PinError("code-wrong", role=role)

    def _is_code(self, role: str, code: str) -> bool:
        """Whether it is the role's code, and still good; the lock is held."""
        plain = "".join(c for c in code[:40] if c not in " -")
        digest, until_s = self._codes.get(role, (b"", 0.0))
        return self._mono_s() < until_s and hmac.compare_digest(_digest(plain), digest)

    @contextlib.contextmanager
    def _guess(self, role: str, source: str) -> Iterator[None]:
        """One try of one source at a time, and none while it has to wait: parallel guesses gain nothing."""
        key = (source, role)
        with self._lock:
            _, until_s = self._wrong.get(key, (0, 0.0))
            if self._mono_s() < until_s:
                raise PinError("pin-wait", role=role, seconds=int(until_s - self._mono_s()) + 1)
            if key in self._checking:
                raise PinError("pin-wait", role=role, seconds=1)
            self._checking.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._checking.discard(key)

    def _count(self, role: str, source: str, *, right: bool) -> None:
        with self._lock:
            before, _ = self._wrong.pop((source, role), (0, 0.0))
            if right:
                return
            wait_s = min(FIRST_DELAY_S * 2**before, LAST_DELAY_S)
            self._wrong[(source, role)] = (min(before + 1, 16), self._mono_s() + wait_s)
            while len(self._wrong) > MAX_SOURCES:  # the one that guessed longest ago
                del self._wrong[next(iter(self._wrong))]

    @contextlib.contextmanager
    def _one_hash(self) -> Iterator[None]:
        if not self._hashing.acquire(timeout=HASH_WAIT_S):
            raise PinError("busy")
        try:
            yield
        finally:
            self._hashing.release()

    def _written(self, stored: dict[str, str]) -> Path:
        """The PINs safe on the disk, in a file beside that nobody reads yet."""
        beside = self._path.with_suffix(".part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(stored, file)
            file.flush()
            os.fsync(file.fileno())
        return beside

    def _put(self, beside: Path) -> None:
        beside.rename(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _read(self) -> dict[str, str]:
        try:
            stored = json.loads(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise PinError("pins-unreadable", reason=str(error)) from error
        return {str(role): str(value) for role, value in stored.items()} if isinstance(stored, dict) else {}


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8", "replace")[:64], salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)


def _digest(code: str) -> bytes:
    """Of a code that is good for a day and one use: its many digits are its strength, not a slow hash."""
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
