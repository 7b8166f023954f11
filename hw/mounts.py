"""The mounts of the whole machine, which are those of its first process.

Source: proc_pid_mountinfo(5); fs/proc_namespace.c, mangle: space, tab, line feed, backslash and # are written as \\ooo.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hw.outside_text import exact
from hw.usb_sysfs import content_of

MOUNTINFO_LIMIT_BYTES = 4 * 1024 * 1024
MAX_MOUNTS = 16_384
_NUMBER = re.compile(r"[0-9]{1,6}:[0-9]{1,8}")
_ESCAPED = re.compile(rb"\\([0-7]{3})")
TEXT_LIMIT_CHARACTERS = 255
# File systems whose content is on another machine, or is made by a program.
REMOTE = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "coda", "davfs", "davfs2", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "ocfs2", "orangefs", "smb3", "smbfs", "sshfs", "virtiofs",
    }
)  # fmt: skip


class MountsError(Exception):
    """The mounts cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A mount: where (`point`), of what (`source`), what file system.

    `path` is the mount point as the kernel has it, for calls; `point` and `source` are harmless to show. `number`:
    the device number (`8:1`; `0:…` for none of a disk). `id` is the kernel's own number of this mount.
    """

    id: int
    point: str
    path: str
    source: str
    fstype: str
    number: str

    @property
    def sort(self) -> str:
        """`disk`, `fuse`, `remote`, or `kernel` for what the kernel makes up."""
        if self.fstype.partition(".")[0] == "fuse":
            return "fuse"
        if self.fstype in REMOTE:
            return "remote"
        return "disk" if not self.number.startswith("0:") or self.source.startswith("/dev/") else "kernel"


def mounts(root: Path) -> tuple[Mount, ...]:
    """Give all mounts, in the kernel's order: of two at one point the later lies above.

    Raises MountsError where they cannot be read or a line is not understood: half a list is no list.
    """
    return parse(told(root))


def told(root: Path) -> bytes:
    """Give the kernel's list of mounts as it stands. Raises MountsError where it cannot be read.

    Where the first process may not be looked at, our own: what is mounted for all is mounted for us too.
    """
    for process in ("1", "self"):
        path = root / "proc" / process / "mountinfo"
        content = content_of(path, MOUNTINFO_LIMIT_BYTES)
        if content is not None:
            return content
    raise MountsError(f"{root / 'proc/1/mountinfo'} cannot be read")


def parse(content: bytes) -> tuple[Mount, ...]:
    """Give the mounts that a mountinfo file tells. Raises MountsError naming the line."""
    if len(content) > MOUNTINFO_LIMIT_BYTES:
        raise MountsError(f"more than {MOUNTINFO_LIMIT_BYTES} bytes of mounts")
    lines = content.split(b"\n")
    if lines[-1]:
        raise MountsError(f"line {len(lines)} of the mounts has no end")
    if len(lines) > MAX_MOUNTS:
        raise MountsError(f"{len(lines) - 1} mounts, at most {MAX_MOUNTS} were expected")
    return tuple(_mount(number, line) for number, line in enumerate(lines[:-1], start=1))


def _mount(line_number: int, line: bytes) -> Mount:
    before, separator, after = line.partition(b" - ")
    fields, more = before.split(b" "), after.split(b" ")
    number = os.fsdecode(fields[2]) if len(fields) > 2 else ""
    known = re.fullmatch(rb"[0-9]{1,10}", fields[0]) and _NUMBER.fullmatch(number)
    if not separator or len(fields) < 6 or len(more) < 2 or not known:
        raise MountsError(f"line {line_number} of the mounts is none: {exact(os.fsdecode(line))}")
    path = _plain(fields[4])
    if not path.startswith("/") or "\0" in path:
        raise MountsError(f"line {line_number} of the mounts has no mount point: {exact(path)}")
    return Mount(
        id=int(fields[0]),
        point=exact(path, limit=TEXT_LIMIT_CHARACTERS),
        path=path,
        source=exact(_plain(more[1]), limit=TEXT_LIMIT_CHARACTERS),
        fstype=exact(_plain(more[0])),
        number=number,
    )


def _plain(raw: bytes) -> str:
    return os.fsdecode(_ESCAPED.sub(lambda told: bytes((int(told[1], 8) & 0xFF,)), raw))
