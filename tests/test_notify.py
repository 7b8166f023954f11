"""systemd's notify socket, real ones: in the file system and abstract."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.notify import Notifier


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        receiver.settimeout(5)
        yield receiver


@pytest.fixture(params=["path", "abstract"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Notifier, socket.socket]]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@venue-test-{uuid.uuid4()}"
    with listening("\0" + name[1:] if name.startswith("@") else name) as receiver:
        yield Notifier({"NOTIFY_SOCKET": name}), receiver


def test_each_word_is_one_datagram_as_systemd_reads_it(told: tuple[Notifier, socket.socket]) -> None:
    notifier, receiver = told
    notifier.ready("一切正常")
    notifier.status("停电")
    notifier.watchdog()
    notifier.stopping()
    assert [receiver.recv(4096).decode() for _ in range(4)] == [
        "READY=1\nSTATUS=一切正常", "STATUS=停电", "WATCHDOG=1", "STOPPING=1",
    ]  # fmt: skip


def test_a_status_of_several_lines_can_not_say_ready(told: tuple[Notifier, socket.socket]) -> None:
    notifier, receiver = told
    notifier.status("on battery\nREADY=1\r\nMAINPID=1")
    assert receiver.recv(4096) == b"STATUS=on battery READY=1 MAINPID=1"


def test_without_systemd_nothing_is_said_and_nothing_raised(tmp_path: Path) -> None:
    for environ in ({}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        Notifier(environ).ready("fine")
    Notifier(os.environ.copy() | {"NOTIFY_SOCKET": str(tmp_path)}).watchdog()
