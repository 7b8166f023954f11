"""A control socket over a real log, with dispatch turning in a thread of its own as the guard's does."""

import json
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.client import Client
from appliance.control import ControlServer, Verbs
from appliance.pins import Pins
from tests.fakes.box import Box

PINS = {"chief": "1234", "technician": "5678"}


class Answering:
    """`box` turned in a thread; `path` is the socket, in a short directory (107 bytes at most)."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="venue-control-"))
        self.path = self.directory / "c.sock"
        self.box = Box(self.directory / "log")
        self.pins = Pins(self.directory / "pins.json", mono_s=self.box.clock.mono_s)
        self.verbs = Verbs(
            board=self.box.board, inbox=self.box.inbox, pins=self.pins, log_directory=self.box.directory,
            wall=self.box.clock.wall, real_s=self.box.clock.mono_s,
        )  # fmt: skip
        self.server = ControlServer(self.path, self.verbs)
        self._over = threading.Event()
        self._turning = threading.Thread(target=self._turn)
        self.client = Client(self.path)

    def start(self) -> None:
        self.server.start()
        self._turning.start()

    def stop(self) -> None:
        self.server.close()
        self._over.set()
        self._turning.join()
        self.verbs.close()
        self.box.die()
        shutil.rmtree(self.directory)

    def alive(self) -> bool:
        """Whether it answers, and dispatch still turns."""
        self.client.call("status")
        return self._turning.is_alive() and self.server.alive()

    def send(self, raw: bytes) -> dict[str, Any] | None:
        """The one JSON line that raw bytes are answered with; None where the connection is closed instead."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(30)
            connection.connect(str(self.path))
            answer = b""
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            try:
                while part := connection.recv(65536):
                    answer += part
            except ConnectionResetError:
                pass
        if not answer:
            return None
        assert answer.endswith(b"\n") and answer.count(b"\n") == 1
        reply = json.loads(answer)
        assert isinstance(reply, dict)
        return reply

    def ask(self, verb: str, pins: dict[str, str] | None = None, **args: object) -> dict[str, Any]:
        """The whole reply to a question."""
        reply = self.send(
            json.dumps({"v": 1, "verb": verb, "args": args, "pins": pins or {}}).encode() + b"\n"
        )
        assert reply is not None
        return reply

    def _turn(self) -> None:
        while not self._over.is_set():
            self.box.dispatch.turn(0.05)


@pytest.fixture
def answering() -> Iterator[Answering]:
    made = Answering()
    made.start()
    yield made
    made.stop()
