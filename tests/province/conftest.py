"""A venue that is known to the province and has one bundle, and TLS servers that are closed after each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.province.served import Served
from tests.province.two import Two

Serve = Callable[..., Served]


@pytest.fixture
def two(tmp_path: Path) -> Two:
    """The venue and the province."""
    made = Two(tmp_path)
    made.publish()
    made.known()
    return made


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a venue's server."""
    made: list[Served] = []

    def start(two: Two, **how: object) -> Served:
        made.append(Served(two, **how))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for served in made:
        served.close()
