"""An ext4 of its own below a directory: on a disk with a log, or on what such a disk held when the power failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.logdisk import Entry, read_log
from tests.fakes.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
SIZE_BYTES = 24 << 20


def needed() -> None:
    """Skips with a clear word where a disk cannot be made."""
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a file system of its own")
    for tool, package in (("fusermount3", "fuse3"), ("mkfs.ext4", "e2fsprogs"), ("losetup", "mount")):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing: apt-get install {package}")
    if not (Path("/dev/fuse").exists() and Path("/dev/loop-control").exists()):
        pytest.skip("no FUSE or no loop devices here")
    pytest.importorskip("mfusepy")


class Mounted:
    """An ext4 at `place`, on a loop device over `file`."""

    def __init__(self, file: Path, place: Path) -> None:
        self._place = place
        place.mkdir(exist_ok=True)
        self._loop = _said("losetup", "-f", "--show", str(file))
        try:
            _said("mount", "-t", "ext4", self._loop, str(place))
        except BaseException:
            _said("losetup", "-d", self._loop)
            raise

    def close(self) -> None:
        """Nothing is mounted any more."""
        try:
            _said("umount", str(self._place))
        finally:
            _said("losetup", "-d", self._loop)


class LogDisk:
    """A disk with a log; `base` is what it held at first."""

    def __init__(self, directory: Path, place: Path) -> None:
        self._file, self._log, self._fuse = directory / "disk.img", directory / "disk.log", directory / "fuse"
        made_file_system(self._file)
        self.base = self._file.read_bytes()
        self._fuse.mkdir(exist_ok=True)
        argv = (sys.executable, "-m", "tests.crash.logdisk", str(self._file), str(self._log), str(self._fuse))
        self._server = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: self._server.poll() is not None or (self._fuse / "disk").exists())
            assert self._server.poll() is None
            self._mounted = Mounted(self._fuse / "disk", place)
        except BaseException:
            self._end()
            raise

    def mark(self, text: bytes) -> None:
        """`text` in the log, where it stands now."""
        with (self._fuse / "mark").open("wb", buffering=0) as file:
            file.write(text)

    def log(self) -> list[Entry]:
        """All that happened so far."""
        return read_log(self._log)

    def close(self) -> None:
        """Nothing is mounted and no process is left."""
        try:
            self._mounted.close()
        finally:
            self._end()

    def _end(self) -> None:
        """The loop device lets go of its file a moment after it is taken down."""
        wait_for(lambda: self._server.poll() is not None or self._unmounted())
        self._server.wait(30)

    def _unmounted(self) -> bool:
        argv = ("fusermount3", "-u", str(self._fuse))
        return subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0


def made_file_system(file: Path, *, size_bytes: int = SIZE_BYTES) -> None:
    """An ext4 as mkfs makes it, in 4 KiB blocks; nothing is left for the kernel to do later."""
    with file.open("wb") as made:
        made.truncate(size_bytes)
    _said("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(file))


def _said(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (argv, done.stderr)
    return done.stdout.strip()
