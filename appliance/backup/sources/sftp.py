"""An export folder on the exam server, pulled over SFTP: nothing is installed there, nothing is written there.

    [[backup.source]]
    name = "export"
    driver = "sftp"
    host = "10.50.0.2"
    user = "export"
    path = "/srv/exam/export"
    key = "/etc/venue-appliance/sftp_key"           # ssh-keygen -t ed25519 -N '' -f …; 0600
    known_hosts = "/etc/venue-appliance/known_hosts"    # ssh-keyscan 10.50.0.2, compared on the server's screen

OpenSSH's ssh carries it: by key alone, asking nobody anything, to a server whose host key stands in `known_hosts` and
to no other. What is read goes into the bundle as it comes; no copy of it lies on the box. A file whose size or time is
another one after it was read is taken again, at last it is marked torn; the server tells times in whole seconds. A
line that breaks makes the source incomplete and says why.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sftp import Sftp, SftpFault
from appliance.backup.sources import checks, exclude
from appliance.backup.sources.dump import ENVIRON
from appliance.backup.sources.entry import Sink, Source, SourceFailed, SourceLate, SourceMissing
from appliance.backup.sources.sftp_walk import Walk
from appliance.command import CommandError, CommandLate, Piped
from appliance.finding import Finding

_SSH = "/usr/bin/ssh"
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
# Nothing of anybody's own configuration; a dead line is noticed after 15 s.
_SSH_OPTIONS = (
    "BatchMode=yes", "StrictHostKeyChecking=yes", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
    "IdentitiesOnly=yes", "IdentityAgent=none", "PreferredAuthentications=publickey", "ConnectTimeout=10",
    "ServerAliveInterval=5", "ServerAliveCountMax=3", "ClearAllForwardings=yes", "ForwardAgent=no",
    "PermitLocalCommand=no", "ControlPath=none", "RequestTTY=no", "LogLevel=ERROR",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the folder is and by which key it is read; `exclude` as for a directory; a file above `largest_file_gb` is
    named and left out; the whole is ended after `limit_minutes`."""

    driver: ClassVar[str] = "sftp"
    host: str
    user: str
    path: str
    key: Path
    known_hosts: Path
    port: int = 22
    exclude: tuple[str, ...] = ()
    largest_file_gb: float = 16
    limit_minutes: float = 30

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        checks.refuse(
            None
            if _HOST.fullmatch(self.host)
            else Finding("host", "no_host", "an address or a name was expected"),
            None if _USER.fullmatch(self.user) else Finding("user", "no_user", "a user's name was expected"),
            checks.absolute("path", self.path),
            _plain("key", self.key),
            _plain("known_hosts", self.known_hosts),
            checks.between("port", self.port, 1, 65_535),
            exclude.fault("exclude", self.exclude),
            checks.between("largest_file_gb", self.largest_file_gb, 0.001, 1000),
            checks.between("limit_minutes", self.limit_minutes, 0.1, 1440),
        )

    def open(self, _scratch: Scratch | None = None, /) -> Source:
        """The folder; nothing is connected yet."""
        return SftpFolder(self)


def _plain(key: str, path: Path) -> Finding | None:
    # ssh takes what stands here for several files at a blank, and for a variable at a percent sign.
    odd = re.search(r"[\s%~$\"'\\]", str(path))
    if odd:
        return Finding(key, "odd_path", "a path without blanks and signs was expected")
    return checks.absolute(key, path)


class SftpFolder:
    """The folder of one set of options."""

    def __init__(self, options: Options) -> None:
        self._options = options
        settings = (*_SSH_OPTIONS, f"UserKnownHostsFile={options.known_hosts}", f"IdentityFile={options.key}")
        self._argv = (
            _SSH, "-F", "none", *(f"-o{setting}" for setting in settings), f"-p{options.port}",
            f"-l{options.user}", "-s", options.host, "sftp",
        )  # fmt: skip

    def capture(self, sink: Sink) -> None:
        """Everything below the folder. Raises SourceError; what came before a line broke is in `sink`."""
        where = f"{self._options.user}@{self._options.host}:{self._options.path}"
        limit_s = self._options.limit_minutes * 60
        try:
            with Piped(self._argv, timeout_s=limit_s, environ=ENVIRON, spoken_to=True) as ssh:
                self._pull(ssh, sink, where)
        except CommandLate as error:
            raise SourceLate(f"{where}: {error}") from error
        except CommandError as error:
            raise SourceFailed(f"{where}: {error}") from error

    def _pull(self, ssh: Piped, sink: Sink, where: str) -> None:
        begun = False
        try:
            session = Sftp(ssh)
            begun = True
            Walk(
                session,
                sink,
                root=self._options.path,
                excluded=exclude.Exclude(self._options.exclude),
                largest_bytes=int(self._options.largest_file_gb * checks.GB),
            ).root()
        except CommandLate:
            raise
        except (SftpFault, CommandError) as fault:
            reason = _last_line(ssh.finish(check=False).stderr) or str(fault)
            if begun:
                raise SourceMissing(f"{where}: broke in the middle: {reason}") from fault
            raise SourceFailed(f"{where}: {reason}") from fault


def _last_line(text: str) -> str:
    """What ssh says last is what it died of; before it stands a banner of @ signs."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
