"""A Windows share of the exam server, where the technician mounted it read-only.

    [[backup.source]]
    name = "export"
    driver = "smb"
    path = "/mnt/exam-export"
    share = "//10.50.0.2/export"

    # /etc/fstab, one line; the password in a file of root's, 0600:
    //10.50.0.2/export /mnt/exam-export cifs ro,nosuid,nodev,noexec,soft,echo_interval=10,vers=3.0,\\
        credentials=/etc/venue-appliance/smb.credentials,_netdev,nofail,x-systemd.automount 0 0

It is a `directory` that is refused unless this very share is mounted there by the kernel's cifs, read-only: an empty
mount point is no empty folder. Debian's smbclient was tried and not taken: its `tar` leaves out a file that it may not
read, says nothing and ends with exit code 0. Through the mount each file that cannot be read is named, one that changes
is taken again, and nothing lies on the box in between.
Source: proc(5), mountinfo; mount.cifs(8).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sources import checks, directory, exclude
from appliance.backup.sources.entry import Sink, Source, SourceMissing, SourceUnreadable
from appliance.finding import Finding

_MOUNTINFO = Path("/proc/self/mountinfo")
_TYPES = ("cifs", "smb3")
_SHARE = re.compile(r"//[^/\s]+/[^/].*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`path`: where it is mounted; `share`: what is mounted there, as fstab has it; the others as for `directory`."""

    driver: ClassVar[str] = "smb"
    path: Path
    share: str
    exclude: tuple[str, ...] = ()
    largest_file_gb: float = 16

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        checks.refuse(
            checks.absolute("path", self.path),
            None
            if _SHARE.fullmatch(self.share)
            else Finding("share", "no_share", "//SERVER/SHARE was expected"),
            exclude.fault("exclude", self.exclude),
            checks.between("largest_file_gb", self.largest_file_gb, 0.001, 100_000),
        )

    def open(self, _scratch: Scratch | None = None, /) -> Source:
        """The share; it is not looked at yet."""
        return Smb(self)


class Smb:
    """The share of one set of options; `mountinfo` is the kernel's table of mounts."""

    def __init__(self, options: Options, *, mountinfo: Path = _MOUNTINFO) -> None:
        self._options, self._mountinfo = options, mountinfo
        self._tree = directory.Options(
            path=options.path,
            mount_point=True,
            exclude=options.exclude,
            largest_file_gb=options.largest_file_gb,
        ).open()

    def capture(self, sink: Sink) -> None:
        """Everything on the share. Raises SourceMissing, SourceUnreadable."""
        self._expect_mounted()
        self._tree.capture(sink)
        self._expect_mounted()

    def _expect_mounted(self) -> None:
        path, share = self._options.path, self._options.share
        try:
            # Looking behind it makes an automount mount it.
            os.stat(path / ".")
            mounts = _mounts(self._mountinfo.read_bytes(), os.fsencode(path))
        except OSError as error:
            raise SourceMissing(f"{path}: {error.strerror}") from error
        if not mounts:
            raise SourceMissing(f"{path}: nothing is mounted there")
        mount = mounts[-1]
        if mount.type not in _TYPES or mount.source.rstrip("/") != share.rstrip("/"):
            raise SourceMissing(
                f"{path}: {mount.type} {mount.source} is mounted there, expected was cifs {share}"
            )
        if not mount.read_only:
            raise SourceUnreadable(f"{path}: mounted for writing too; it has to be mounted with ro")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mount:
    """One line of the table."""

    type: str
    source: str
    read_only: bool


def _mounts(table: bytes, path: bytes) -> list[_Mount]:
    """What is mounted at `path`, the topmost last; lines that are none are no mounts."""
    found = []
    for line in table.splitlines():
        fields = line.split(b" ")
        if b"-" not in fields[6:] or len(fields) < fields.index(b"-", 6) + 4 or _plain(fields[4]) != path:
            continue
        at = fields.index(b"-", 6)
        options = fields[5].split(b",") + fields[at + 3].split(b",")
        found.append(
            _Mount(
                type=os.fsdecode(fields[at + 1]),
                source=os.fsdecode(_plain(fields[at + 2])),
                read_only=b"ro" in options,
            )
        )
    return found


def _plain(field: bytes) -> bytes:
    """Blanks, tabs, newlines and backslashes stand as octal numbers."""
    return re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8) & 0xFF]), field)
