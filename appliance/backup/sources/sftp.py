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

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sftp import Attributes, Sftp, SftpFault, SftpRefused
from appliance.backup.sources import checks, exclude
from appliance.backup.sources.dump import ENVIRON
from appliance.backup.sources.entry import (
    Entry,
    Label,
    Sink,
    Source,
    SourceFailed,
    SourceLate,
    SourceMissing,
    SourceUnreadable,
)
from appliance.command import CommandError, CommandLate, Piped

_SSH = "/usr/bin/ssh"
_DEPTH_LIMIT = 200
# Up to so many files of up to so many bytes are asked for at one go: 2 MB at most wait in memory.
_SMALL_BYTES, _SMALL_FILES = 64 << 10, 32
_TAKINGS = 2
_NS = 1_000_000_000
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
            "" if _HOST.fullmatch(self.host) else "host: an address or a name was expected",
            "" if _USER.fullmatch(self.user) else "user: a user's name was expected",
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


def _plain(key: str, path: Path) -> str:
    # ssh takes what stands here for several files at a blank, and for a variable at a percent sign.
    odd = re.search(r"[\s%~$\"'\\]", str(path))
    return f"{key}: a path without blanks and signs was expected" if odd else checks.absolute(key, path)


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
            _Walk(session, sink, self._options).root()
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


class _Walk:
    """One walk over one session."""

    def __init__(self, session: Sftp, sink: Sink, options: Options) -> None:
        self._session, self._sink = session, sink
        self._root = os.fsencode(options.path).rstrip(b"/") or b"/"
        self._excluded = exclude.Exclude(options.exclude)
        self._largest_bytes = int(options.largest_file_gb * checks.GB)

    def root(self) -> None:
        """All of it. Raises SourceMissing, SourceUnreadable, SftpFault."""
        shown = os.fsdecode(self._root)
        try:
            attributes = self._session.stat(self._root)
            if not stat.S_ISDIR(attributes.mode):
                raise SourceMissing(f"{shown}: no directory on the server")
            names = self._session.listing(self._root)
        except SftpRefused as refused:
            if refused.gone:
                raise SourceMissing(f"{shown}: not there on the server") from refused
            raise SourceUnreadable(f"{shown}: the server lets nobody list it: {refused.word}") from refused
        self._directory(b"", attributes, names, depth=0)

    def _directory(
        self, path: bytes, attributes: Attributes, names: list[tuple[bytes, Attributes]], *, depth: int
    ) -> None:
        self._sink.directory(_entry(path, attributes))
        below = ((path + b"/" + name if path else name, told) for name, told in names)
        for batch in _batches((member, told) for member, told in below if not self._excluded(member)):
            if _is_small(batch[0][1]):
                self._small(batch)
            else:
                self._member(*batch[0], depth=depth + 1)

    def _member(self, path: bytes, told: Attributes, *, depth: int) -> None:
        there = self._there(path)
        try:
            if stat.S_ISREG(told.mode):
                self._file(path)
            elif stat.S_ISLNK(told.mode):
                target = self._session.target(there)
                self._sink.symlink(Entry(path=path, mode=0o777, mtime_ns=told.mtime_s * _NS, target=target))
            elif not stat.S_ISDIR(told.mode):
                self._sink.skipped()
            elif depth > _DEPTH_LIMIT:
                self._sink.not_captured(path, "too_deep")
            else:
                self._directory(path, told, self._session.listing(there), depth=depth)
        except SftpRefused as refused:
            self._not_taken(path, refused)

    def _not_taken(self, path: bytes, refused: SftpRefused) -> None:
        """Gone since it was listed is deleted, as if a moment earlier; all else is missing from it."""
        if not refused.gone:
            self._sink.not_captured(path, refused.word)

    def _there(self, path: bytes) -> bytes:
        return self._root.rstrip(b"/") + b"/" + path

    def _small(self, batch: list[tuple[bytes, Attributes]]) -> None:
        """Small files at one go; one that was not as it was listed, or did not hold still, once more by itself."""
        asked = [(self._there(path), told.size) for path, told in batch]
        for (path, told), found in zip(batch, self._session.whole(asked), strict=True):
            if isinstance(found, SftpRefused):
                self._not_taken(path, found)
            elif found.before == found.after and found.before.size == told.size == len(found.content):
                self._sink.file(_entry(path, found.before))
                self._sink.write(found.content)
                self._sink.end(Label.PULLED)
            else:
                self._member(path, found.before, depth=0)

    def _file(self, path: bytes) -> None:
        handle = self._session.opened(self._there(path))
        try:
            for taking in range(1, _TAKINGS + 1):
                before = self._session.attributes(handle)
                if before.size > self._largest_bytes:
                    self._sink.not_captured(path, "too_large")
                    return
                if self._streamed(handle, _entry(path, before), before, last=taking == _TAKINGS):
                    return
        finally:
            self._session.closed(handle)

    def _streamed(self, handle: bytes, entry: Entry, before: Attributes, *, last: bool) -> bool:
        """Whether it is taken; False when it changed meanwhile and may be taken once more."""
        self._sink.file(entry)
        length = 0
        try:
            for chunk in self._session.content(handle, entry.size):
                length += len(chunk)
                self._sink.write(chunk)
            same = self._session.attributes(handle) == before and length == entry.size
        except (SftpFault, SftpRefused, CommandError):
            # The header promised the bytes already: the member is filled up and does not count.
            self._sink.abandon()
            raise
        if same or last:
            self._sink.end(Label.PULLED if same else Label.TORN)
        else:
            self._sink.abandon()
        return same or last


def _is_small(told: Attributes) -> bool:
    return stat.S_ISREG(told.mode) and told.size <= _SMALL_BYTES


def _batches(members: Iterable[tuple[bytes, Attributes]]) -> Iterator[list[tuple[bytes, Attributes]]]:
    """The members in order: small files up to 32 together, everything else alone."""
    small: list[tuple[bytes, Attributes]] = []
    for path, told in members:
        if _is_small(told):
            small.append((path, told))
        if small and (len(small) == _SMALL_FILES or not _is_small(told)):
            yield small
            small = []
        if not _is_small(told):
            yield [(path, told)]
    if small:
        yield small


def _entry(path: bytes, told: Attributes) -> Entry:
    return Entry(path=path, mode=told.mode, mtime_ns=told.mtime_s * _NS, size=told.size)
