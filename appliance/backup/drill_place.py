"""`STATE/drill/`: where a drill restores to, in the clear and private; gone on every way out, and by `sweep`."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PLACE = "drill"
MODE = 0o700


def sweep(state_dir: Path) -> int:
    """Take away what a drill that was killed left; how many there were. One that runs is left alone. Raises OSError."""
    directory = state_dir / _PLACE
    if not directory.is_dir():
        return 0
    with contextlib.suppress(BlockingIOError), locked(directory):
        left = [path for path in directory.iterdir() if path.is_dir()]
        for path in left:
            _writable(path)
            shutil.rmtree(path)
        return len(left)
    return 0


@contextlib.contextmanager
def held(state_dir: Path) -> Iterator[Path]:
    """A directory for one drill, held against every other. Raises OSError."""
    directory = state_dir / _PLACE
    directory.mkdir(mode=MODE, parents=True, exist_ok=True)
    sweep(state_dir)
    with locked(directory):
        place = Path(tempfile.mkdtemp(dir=directory))
        try:
            yield place
        finally:
            _writable(place)
            shutil.rmtree(place)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """The place held. Raises BlockingIOError where a drill is under way, OSError."""
    fd = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)


def _writable(place: Path) -> None:
    """Folders that were restored read-only, so that they can be taken away by who may not override modes too: the
    guard is root without that right."""
    for folder, names, _ in os.walk(place):
        for name in names:  # before it is walked into: one that cannot be listed would be passed over
            below = os.path.join(folder, name)
            if not os.path.islink(below):
                os.chmod(below, MODE)
