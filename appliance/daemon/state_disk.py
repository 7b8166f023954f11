"""Whether the record lies where the next boot finds it: elsewhere a guard would acknowledge what is gone then.

Two faults: the disk that /etc/fstab has for it is not mounted, or the root is only read (overlayroot) and it has none.
Told by the device number of the mount point and of the directory above it, for the guard's own name space has its state
directory as a mount whatever lies there. A bind mount can not be told so and is passed over.
Source: fstab(5), stat(2); overlayroot(8).
"""

import re
from pathlib import Path

FSTAB, MOUNTS, MOUNTINFO = Path("/etc/fstab"), Path("/proc/self/mounts"), Path("/proc/self/mountinfo")
_MEMORY = " /media/root-rw tmpfs "  # where overlayroot keeps what is written until the boot's end
_MOST_BYTES = 65_536


def fault(state_dir: Path, *, fstab: Path = FSTAB, mounts: Path = MOUNTS) -> str:
    """Why a record at `state_dir` would be lost with the boot, in one line; '' where nothing says that it would."""
    if absent := _absent(state_dir, _lines(fstab)):
        return f"{absent} is not mounted"
    if any(_MEMORY in line for line in _lines(mounts)) and _device(state_dir) == _device(Path("/")):
        return "the root is only read (overlayroot) and the record has no disk of its own"
    return ""


def _absent(state_dir: Path, lines: list[str]) -> str:
    """Which device is to be mounted at the state directory or above it and is not, and where."""
    places = {state_dir, *state_dir.parents} - {Path("/")}
    for line in lines:
        match line.split():
            case [device, place, kind, *rest] if not device.startswith("#") and kind != "swap":
                mounted_at = Path(_plain(place))
                bound = bool(rest) and not {"bind", "rbind"}.isdisjoint(rest[0].split(","))
                if mounted_at in places and not bound and _device(mounted_at) == _device(mounted_at.parent):
                    return f"{_shown(device)} on {_shown(str(mounted_at))}"
            case _:
                pass
    return ""


def _lines(file: Path) -> list[str]:
    """Its lines; none where it can not be read: then nothing is known to be missing."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _device(place: Path) -> int:
    """The number of the file system that it is on, or would be if it were made."""
    for found in (place, *place.parents):
        try:
            return found.stat().st_dev
        except OSError:
            continue
    return 0


def _plain(field: str) -> str:
    """A field of fstab, in which a space is `\\040`."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda found: chr(int(found[1], 8)), field)


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:100]


class Shut:
    """A guard that was started while its disk could only be read: for it that stays so, whatever becomes of the disk.

    Its mount is a copy in its own name space, made read-only with the one it was copied from and not written again with
    it. Source: proc_pid_mountinfo(5), fields 6 and 11; mount_namespaces(7).
    """

    def __init__(self, state_dir: Path, *, mountinfo: Path = MOUNTINFO) -> None:
        self._state_dir, self._mountinfo = state_dir, mountinfo
        self._shut = self._flags() == ("ro", "ro")

    def opened(self) -> bool:
        """Whether the disk can be written again, and only a guard that is started anew could."""
        return self._shut and self._flags() == ("ro", "rw")

    def _flags(self) -> tuple[str, str]:
        """`ro` or `rw` of the mount and of its file system; of the last one where several lie over one another."""
        found, longest = ("", ""), -1
        for line in _lines(self._mountinfo):
            mount, _, system = line.partition(" - ")
            match mount.split(), system.split():
                case [_, _, _, _, place, options, *_], [_, _, *more]:
                    mounted_at = Path(_plain(place))
                    depth = len(mounted_at.parts)
                    if mounted_at in (self._state_dir, *self._state_dir.parents) and depth >= longest:
                        found, longest = (options[:2], (more or [""])[-1][:2]), depth
                case _:
                    pass
        return found
