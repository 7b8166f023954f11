"""A venue of its own for each test, ended by pid whatever happens."""

from collections.abc import Iterator

import pytest

from tests.fakes.place import Place


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()
