"""The real page's server among people who say nothing, half of something, or far too much."""

import contextlib
import http.client
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.wait import wait_for
from tests.web import snapshots
from tests.web.fake_guard import FakeGuard

ROOT = Path(__file__).parents[2]
HALF_OPEN, IDLE = 30, 1000
Address = tuple[str, int]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """`venue page` as a process of its own, its guard a fake one."""
    directory = tmp_path_factory.mktemp("p")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: Address = free.getsockname()
    config = directory / "appliance.toml"
    config.write_text(
        f'[venue]\ncode = "x"\nname = "x"\nstate_dir = "{directory}"\nrun_dir = "{directory}"\n'
        f'[page]\nlisten = "127.0.0.1:{address[1]}"\n',
        encoding="utf-8",
    )
    argv = [sys.executable, "-m", "appliance", "page", "--config", str(config)]
    with FakeGuard(directory / "control.sock", snapshots.all_well(), snapshots.told()):
        process = subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE)
        with process:
            try:
                wait_for(lambda: answered(address))
                yield address
            finally:
                process.kill()


def answered(address: Address) -> bool:
    with contextlib.suppress(OSError):
        return get(address, "/")[0] == 200
    return False


def get(address: Address, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * IDLE
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"only {hard} open files are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_half_open_connections_and_a_thousand_idle_ones_keep_nobody_out(page: Address, many_files: None) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(HALF_OPEN + IDLE):
            quiet = stack.enter_context(socket.create_connection(page, timeout=10))
            if number < HALF_OPEN:
                quiet.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        for path in ("/", "/fragment", "/healthz", "/wall", "/static/page.js"):
            assert get(page, path)[0] == 200, path


def too_long(address: Address) -> int:
    body = b"name=" + b"x" * (10 * 1024 * 1024)
    connection = http.client.HTTPConnection(*address, timeout=20)
    with contextlib.closing(connection), contextlib.suppress(BrokenPipeError, ConnectionResetError):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        connection.request("POST", "/signin", body=body, headers=headers)
        return connection.getresponse().status
    return 0


def never_ending(address: Address) -> int:
    with socket.create_connection(address, timeout=20) as sender, contextlib.suppress(OSError):
        sender.sendall(b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n" + b"x" * 1000)
        return int(sender.recv(64).split()[1])
    return 0


@pytest.mark.parametrize("send", [too_long, never_ending], ids=lambda send: send.__name__)
def test_a_body_that_is_far_too_long_is_refused_and_others_are_answered(
    page: Address, send: Callable[[Address], int]
) -> None:
    assert send(page) in (0, 400, 403, 413)
    assert get(page, "/")[0] == 200


@pytest.mark.parametrize(
    "raw",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET " + b"/x" * 200_000 + b" HTTP/1.1\r\n\r\n",
     b"\x00" * 4096 + b"\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
def test_what_is_no_request_is_refused_and_others_are_answered(page: Address, raw: bytes) -> None:
    with socket.create_connection(page, timeout=10) as strange, contextlib.suppress(OSError):
        strange.sendall(raw)
        strange.shutdown(socket.SHUT_WR)
        first = strange.recv(64)
        assert not first or first.split()[1][:1] in (b"4", b"5")
    assert get(page, "/")[0] == 200
