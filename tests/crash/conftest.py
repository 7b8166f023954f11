"""What the tests of crashes share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.scene import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    """In memory: a kill leaves the same on every file system, and `test_power_cut.py` has a real one."""
    memory = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="venue-crash-", dir=memory if memory.is_dir() else None))
    made = Scene(directory)
    yield made
    made.close()
    shutil.rmtree(directory)
