"""An OpenSSH server of the test's own: its own keys and configuration, a free loopback port, sftp alone."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.wait import wait_for

_SSHD = Path("/usr/sbin/sshd")
_USER = "nobody"


def missing() -> str:
    """What this machine lacks, "" when nothing."""
    if not _SSHD.exists():
        return "sshd is missing: apt-get install openssh-server"
    return "" if os.getuid() == 0 else "sshd lets another user in as root alone"


class SshLab:
    """A running sshd; `folder` belongs to the user who signs in, an ordinary one who cannot read everything."""

    user = _USER

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="venue-ssh-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.folder = self.directory / "export"
        self.folder.mkdir()
        self.key, self.known_hosts = self.directory / "key", self.directory / "known_hosts"
        for name in ("host", "key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.directory / name)], check=True
            )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        host_key = (self.directory / "host.pub").read_text()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host_key}")

    def __enter__(self) -> Self:
        # Whom sshd drops its rights to, in an empty directory of root's.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        settings = (
            f"ListenAddress 127.0.0.1:{self.port}", f"HostKey {self.directory / 'host'}", "PidFile none",
            f"AuthorizedKeysFile {self.directory / 'key.pub'}", "StrictModes no", "UsePAM no",
            "PasswordAuthentication no", "PermitUserEnvironment no", "Subsystem sftp internal-sftp",
            "ForceCommand internal-sftp", "LogLevel VERBOSE",
        )  # fmt: skip
        (self.directory / "sshd_config").write_text("\n".join(settings) + "\n")
        argv = [
            str(_SSHD),
            "-D",
            "-E",
            str(self.directory / "log"),
            "-f",
            str(self.directory / "sshd_config"),
        ]
        self._server = subprocess.Popen(argv, start_new_session=True)
        wait_for(self._answers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._server.terminate()
        self._server.wait(30)
        shutil.rmtree(self.directory, ignore_errors=True)

    def cut(self) -> int:
        """End every connection, as a cable that is pulled and a server that falls would; how many there were."""
        found = _children(self._server.pid)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself since
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def owned(self) -> None:
        """All in the folder belongs to the user who signs in."""
        for path in (self.folder, *self.folder.rglob("*")):
            shutil.chown(path, _USER) if not path.is_symlink() else None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _children(pid: int) -> list[int]:
    """The processes below `pid`, the youngest last."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(status.parent.name)
            found += [child, *_children(child)]
    return found
