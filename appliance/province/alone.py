"""One pull of a home at a time."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME, PARTS_NAME = ".pull.lock", ".pull.parts.lock"
PARTS_S, _LOOK_S = 15.0, 0.1


class PullBusy(Exception):
    """Another pull of the same home is running."""


@contextlib.contextmanager
def alone(home: Path, *, parts_s: float = PARTS_S) -> Iterator[None]:
    """Holds the home for this pull, once no part of one that was killed goes on. Raises PullBusy, OSError."""
    fd = os.open(home / LOCK_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _wait_for_parts(home, parts_s)
        yield
    except BlockingIOError as error:
        raise PullBusy(f"{home}: another pull is running") from error
    finally:
        os.close(fd)


@contextlib.contextmanager
def beside(home: Path) -> Iterator[None]:
    """Holds the home for a part of a pull, beside its other parts. Raises OSError."""
    fd = os.open(home / PARTS_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def _wait_for_parts(home: Path, longest_s: float) -> None:
    """Parts end with what started them, within a moment."""
    fd = os.open(home / PARTS_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    ends_s = time.monotonic() + longest_s
    try:
        while True:
            try:
                return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > ends_s:
                    raise
            time.sleep(_LOOK_S)
    finally:
        os.close(fd)
