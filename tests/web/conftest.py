"""A fake guard, the application that asks it, and Flask's own client."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.client import Client
from tests.control.conftest import Answering
from tests.web.desk import Browser, hash_pins, with_pins
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import Snapshot, told
from web import create_app

Visit = Callable[[FakeGuard], FlaskClient]


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A short path: a unix socket's name holds 107 bytes, a test's name is a sentence."""
    with tempfile.TemporaryDirectory(prefix="va-") as directory:
        yield Path(directory) / "guard.sock"


@pytest.fixture
def guard_with(socket_path: Path) -> Iterator[Callable[[object], FakeGuard]]:
    """Starts a guard that answers with the snapshot given; ended with the test."""
    started: list[FakeGuard] = []

    def start(snapshot: object) -> FakeGuard:
        started.append(FakeGuard(socket_path, snapshot, told()))
        return started[-1]

    yield start
    for guard in started:
        guard.die()


@pytest.fixture
def visit() -> Visit:
    """Flask's client of a page that asks `guard`."""
    return lambda guard: create_app(client=Client(guard.path, timeout_s=2.0)).test_client()


@pytest.fixture
def page_of(guard_with: Callable[[object], FakeGuard], visit: Visit) -> Callable[..., str]:
    """The status page, as text, for a snapshot."""

    def page(snapshot: Snapshot, query: str = "") -> str:
        return visit(guard_with(snapshot)).get("/" + query).get_data(as_text=True)

    return page


@pytest.fixture(scope="session")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of three offices' PINs, made once."""
    return hash_pins(tmp_path_factory.mktemp("pins") / "pins.json")


@pytest.fixture
def venue(hashed: Path) -> Iterator[Answering]:
    """A real guard without hardware, its offices with PINs."""
    made = with_pins(Answering(), hashed)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def person(venue: Answering) -> Browser:
    """Somebody before the page of `venue`."""
    return Browser(venue)
