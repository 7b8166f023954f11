"""A Windows share of the test's own: Debian's smbd with its own configuration and accounts, on a loopback port."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.wait import wait_for

_SMBD = Path("/usr/sbin/smbd")
_OWN = ("lock", "state", "cache", "pid", "private", "ncalrpc")
_SETTINGS = """\
[global]
interfaces = lo
bind interfaces only = yes
smb ports = {port}
server role = standalone
disable spoolss = yes
load printers = no
map to guest = never
lock directory = {home}/lock
state directory = {home}/state
cache directory = {home}/cache
pid directory = {home}/pid
private dir = {home}/private
ncalrpc dir = {home}/ncalrpc
log file = {home}/log
passdb backend = tdbsam:{home}/private/passdb.tdb
[export]
path = {folder}
read only = yes
force user = nobody
"""
USER, PASSWORD, SHARE = "nobody", "exam", "export"


def missing() -> str:
    """What this machine lacks, "" when nothing."""
    if not _SMBD.exists() or not shutil.which("smbpasswd"):
        return "smbd is missing: apt-get install samba"
    return "" if os.getuid() == 0 else "smbd serves another user's files as root alone"


class SambaLab:
    """A running smbd that serves `folder`, to one who reads and may not read everything."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="venue-smb-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.folder = self.directory / "export"
        for name in ("export", *_OWN):
            (self.directory / name).mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._settings = self.directory / "smb.conf"
        self._settings.write_text(_SETTINGS.format(home=self.directory, folder=self.folder, port=self.port))

    def __enter__(self) -> Self:
        subprocess.run(
            ["smbpasswd", "-c", str(self._settings), "-L", "-s", "-a", USER],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(), check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        argv = [str(_SMBD), f"--configfile={self._settings}", "--foreground", "--no-process-group"]
        argv += ["-l", str(self.directory)]
        # A group of its own: smbd is one process a connection, and all of them end with it.
        self._server = subprocess.Popen(argv, start_new_session=True, stdin=subprocess.DEVNULL)
        try:
            wait_for(self._answers)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def kill(self) -> None:
        """The server gone at once with every connection, as when its machine falls."""
        if self._server.poll() is None:
            os.killpg(self._server.pid, 9)
            self._server.wait(30)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
