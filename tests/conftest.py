"""What holds for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.logs import LOGS

pytest_plugins = ["tests.lab.vm_plugin"]

# How long an example takes says something of the machine and its other work, nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_log_stays_open() -> Iterator[None]:
    """Lets go of the logs that stepped guards opened: Python 3.13 warns of each, and warnings are errors."""
    yield
    while LOGS:
        LOGS.pop().close()
