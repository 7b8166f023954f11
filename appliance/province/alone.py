"""One pull of a home at a time."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = ".pull.lock"


class PullBusy(Exception):
    """Another pull of the same home is running."""


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Holds the home for this pull. Raises PullBusy, OSError."""
    fd = os.open(home / LOCK_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PullBusy(f"{home}: another pull is running") from error
    finally:
        os.close(fd)
