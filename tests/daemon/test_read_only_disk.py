"""The state's disk is read-only: the guard lives, says so in one line, and writes again once it can."""

import socket
import subprocess
from collections.abc import Iterator

import pytest

from tests.fakes.place import Place
from tests.fakes.wait import wait_for

pytestmark = pytest.mark.root
SAID = "The box cannot write its record: write on paper, a technician looks at it now"


@pytest.fixture
def mounted(place: Place) -> Iterator[Place]:
    """A place whose state lies on a file system of its own."""
    place.state.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place.state)]
    if subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("a file system of one's own needs root")
    yield place
    place.end()
    subprocess.run(["umount", "--lazy", str(place.state)], check=True)


def remount(place: Place, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place.state)], check=True)


def test_a_guard_started_on_a_read_only_disk_lives_says_it_in_one_line_and_writes_once_it_can(mounted: Place) -> None:
    mounted.write("[page]", 'language = "en"')
    guard = mounted.guard()
    drill = mounted.client.call("drill", mode="drill", by="张工")
    mounted.kill(guard)
    remount(mounted, "ro")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(30)
        listener.bind(str(mounted.directory / "notify"))
        guard = mounted.guard(NOTIFY_SOCKET=str(mounted.directory / "notify"))
        assert drill["seqs"] and mounted.status()["drill"] == "drill", "it goes on from what can be read"
        wait_for(lambda: not mounted.status()["log"]["writable"])
        wait_for(lambda: listener.recv(4096).decode().endswith(f"; {SAID}"))
    refused = mounted.venue("drill", "end", "--by", "张工")
    assert refused.returncode == 2 and "read-only" in refused.stderr and len(refused.stderr.splitlines()) == 1
    remount(mounted, "rw")
    wait_for(lambda: mounted.status()["log"]["writable"])
    assert guard.poll() is None and "log.gap" in mounted.kinds() and mounted.verified()["problem"] == ""
