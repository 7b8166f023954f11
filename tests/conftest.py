"""What holds for every test."""

from collections.abc import Iterator

import pytest

from tests.fakes.logs import LOGS

pytest_plugins = ["tests.lab.vm_plugin"]


@pytest.fixture(autouse=True)
def _no_log_stays_open() -> Iterator[None]:
    """Lets go of the logs that stepped guards opened: Python 3.13 warns of each, and warnings are errors."""
    yield
    while LOGS:
        LOGS.pop().close()
