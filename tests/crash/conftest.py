"""What the tests of crashes share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.scene import Scene


@pytest.fixture
def directory() -> Iterator[Path]:
    """In memory: a kill leaves the same on every file system, and `test_power_cut.py` has a real one."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="venue-crash-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def scene(directory: Path) -> Iterator[Scene]:
    """A venue that has no bundle yet."""
    made = Scene(directory)
    yield made
    made.close()
