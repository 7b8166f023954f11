"""A real guard behind a real page, and a browser that is Flask's own client: forms are found in the page and sent."""

import re
import shutil
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.client import Client
from appliance.pins import Pins
from tests.control.conftest import Answering
from web import create_app

PINS = {"chief": "1234", "deputy": "2345", "technician": "5678"}


def hash_pins(path: Path) -> Path:
    """The PINs' file, to be made once for many guards: each hash takes a third of a second."""
    pins = Pins(path, mono_s=lambda: 0.0)
    for role, pin in PINS.items():
        pins.set(role, pin)
    return path


class Browser:
    """What one person does on the page of `venue`; `address` is where from."""

    def __init__(self, venue: Answering, *, address: str = "10.50.1.7") -> None:
        self.venue = venue
        self.address = address
        self.client: FlaskClient = create_app(client=Client(venue.path, timeout_s=2.0)).test_client()

    def get(self, path: str) -> str:
        """The page at `path`, as text."""
        return self.client.get(path, environ_base=self._from()).get_data(as_text=True)

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        """The bare answer to a form with just these fields."""
        return self.client.post(path, data=fields, headers=headers, environ_base=self._from())

    def send(self, page: str, action: str, **fields: str) -> TestResponse:
        """Fills the form of `page` that goes to `action` in, its hidden fields as they are, and sends it."""
        found = re.search(
            rf'<form method="post" action="({re.escape(action)}[^"]*)">(.*?)</form>', page, re.DOTALL
        )
        assert found, f"no form to {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[2]))
        names = set(re.findall(r'name="(\w+)"', found[2]))
        assert set(fields) <= names, f"the form to {action} has no {set(fields) - names}"
        values = {name: unescape(value) for name, value in hidden.items()}
        return self.post(unescape(found[1]), **(values | fields))

    def follow(self, answer: TestResponse) -> str:
        """The page that a 303 leads to."""
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.get(answer.headers["Location"])

    def sign_in(self, role: str = "chief", name: str = "王主考") -> None:
        """Signs in as people do."""
        page = self.get("/signin")
        answer = self.send(page, "/signin", role=role, name=name, pin=PINS[role])
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def fresh(self) -> None:
        """A page's process begun anew, that has asked the guard nothing yet; the browser keeps its cookie."""
        kept = self.client.get_cookie("venue_session")
        self.client = create_app(client=Client(self.venue.path, timeout_s=2.0)).test_client()
        if kept is not None:
            self.client.set_cookie("venue_session", kept.value)

    def _from(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address}


def with_pins(venue: Answering, hashed: Path) -> Answering:
    """The guard, its three offices with PINs."""
    shutil.copy(hashed, venue.directory / "pins.json")
    return venue
