"""PINs: set, checked one at a time, slower after each wrong one; never a lock-out.

Hash: scrypt (n = 2^15, r = 8, p = 1, 32 MiB), from the standard library
(docs/decisions/0003-pins-by-hashlib-scrypt.md).
"""

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

ROLES = ("chief", "deputy", "technician")
MIN_DIGITS, MAX_DIGITS = 4, 12
FIRST_DELAY_S, LAST_DELAY_S = 1.0, 30.0
_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 1024 * 1024


class PinError(Exception):
    """A PIN was not accepted; `code` names the sentence (words.refusals)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class Pins:
    """The PINs of one venue in `path` (0600). `mono_s` gives real monotonic seconds for the delays."""

    def __init__(self, path: Path, *, mono_s: Callable[[], float]) -> None:
        self._path = path
        self._mono_s = mono_s
        self._lock = threading.Lock()
        self._wrong: dict[str, tuple[int, float]] = {}

    def set(self, role: str, pin: str) -> None:
        """Sets a role's PIN: 4 to 12 digits. Raises PinError."""
        if role not in ROLES:
            raise PinError("bad-choice", name="role", choices=", ".join(ROLES))
        if not (pin.isascii() and pin.isdigit() and MIN_DIGITS <= len(pin) <= MAX_DIGITS):
            raise PinError("bad-pin", least=MIN_DIGITS, most=MAX_DIGITS)
        salt = os.urandom(16)
        with self._lock:
            stored = self._read() | {role: f"{salt.hex()}${_hash(pin, salt).hex()}"}
            beside = self._path.with_suffix(".part")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(stored, file)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(self._path)
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)

    def check(self, role: str, pin: str) -> None:
        """Passes where `pin` is the role's. Raises PinError, with the seconds to wait after wrong ones."""
        with self._lock:
            count, until_s = self._wrong.get(role, (0, 0.0))
            if self._mono_s() < until_s:
                raise PinError("pin-wait", role=role, seconds=int(until_s - self._mono_s()) + 1)
            stored = self._read().get(role)
            if stored is None:
                raise PinError("pin-not-set", role=role)
            try:
                salt, digest = (bytes.fromhex(part) for part in stored.split("$"))
            except ValueError as error:
                raise PinError("pins-unreadable", reason=f"{role}: {error}") from error
            if hmac.compare_digest(_hash(pin, salt), digest):
                self._wrong.pop(role, None)
                return
            wait_s = min(FIRST_DELAY_S * 2**count, LAST_DELAY_S)
            self._wrong[role] = (count + 1, self._mono_s() + wait_s)
            raise PinError("pin-wrong", role=role)

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
