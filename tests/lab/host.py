"""A host of one's own that can be unplugged: a network namespace on a cable, with one open port."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.enforce.servers import answered
from tests.fakes.wait import wait_for

LISTEN = "import socket, time; s = socket.create_server(('', 22)); print('up', flush=True); time.sleep(600)"
SERIAL = itertools.count(os.getpid() % 8000)


class Host:
    """A host of its own network namespace on a cable of its own; `22` is open. `unplug` is what powers it off."""

    def __init__(self) -> None:
        self.ip = shutil.which("ip") or ""
        number = next(SERIAL)
        self.name, self.cable = f"vs{number}", f"vs{number}a"
        third, fourth = divmod(4 * (number % 4096), 256)
        self.address, here = f"198.18.{third}.{fourth + 2}", f"198.18.{third}.{fourth + 1}"
        self.inside = (self.ip, "netns", "exec", self.name)
        self._run("netns", "add", self.name)
        self._run("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        self._run("address", "add", f"{here}/30", "dev", self.cable)
        self._run("link", "set", self.cable, "up")
        self._run("-n", self.name, "address", "add", f"{self.address}/30", "dev", "eth0")
        self.plug()
        argv = (*self.inside, sys.executable, "-c", LISTEN)
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert self.process.stdout and self.process.stdout.readline() == b"up\n"
        wait_for(lambda: answered(self.probe, timeout_s=1.0))

    @property
    def probe(self) -> tuple[str, int]:
        return (self.address, 22)

    @property
    def unplug(self) -> tuple[str, ...]:
        return (self.ip, "-n", self.name, "link", "set", "eth0", "down")

    def plug(self) -> None:
        self._run("-n", self.name, "link", "set", "eth0", "up")

    def end_service(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if hasattr(self, "process"):
            self.end_service()
            assert self.process.stdout
            self.process.stdout.close()
        subprocess.run([self.ip, "link", "delete", self.cable], capture_output=True, check=False)
        subprocess.run([self.ip, "netns", "delete", self.name], capture_output=True, check=False)

    def _run(self, *words: str) -> None:
        subprocess.run([self.ip, *words], capture_output=True, check=True, timeout=10)


@contextmanager
def a_host() -> Iterator[Host]:
    """A host, taken away afterwards, half made too; skips the test where there can be none."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("a host that can be unplugged needs root and iproute2")
    made = Host.__new__(Host)
    try:
        made.__init__()  # type: ignore[misc]  # so that half a host is taken away too
    except subprocess.CalledProcessError as error:
        made.close()
        pytest.skip(f"no network namespace here: {error.stderr.decode().strip()}")
    try:
        yield made
    finally:
        made.close()
