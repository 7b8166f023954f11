"""The program that unmounts for the whole machine: by the mount's number, whatever its path is made of."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parent.parent.parent / "systemd" / "venue-unmount"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
UMOUNT = """\
#!/bin/sh
for word; do printf '%s\\0' "$word"; done >"$(dirname "$0")/told"
"""


@pytest.fixture
def umount(tmp_path: Path) -> Path:
    """A umount that writes down what it is told."""
    path = tmp_path / "umount"
    path.write_text(UMOUNT)
    path.chmod(0o755)
    return path


def line(number: int, point: str) -> str:
    return f"{number} 1 8:1 / {point} rw,relatime shared:1 - vfat /dev/sda1 rw\n"


def run(umount: Path, number: str, mountinfo: str, shell: str = "dash") -> "subprocess.CompletedProcess[str]":
    there = umount.with_name("mountinfo")
    there.write_text(mountinfo)
    environ = {"VENUE_MOUNTINFO": str(there), "VENUE_UMOUNT": str(umount), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [shell, str(PROGRAM), number], env=environ, capture_output=True, text=True, timeout=30
    )


def told(umount: Path) -> str:
    """The path that umount was told, '' for none."""
    there = umount.with_name("told")
    return there.read_text().split("\0")[-2] if there.exists() else ""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/mnt", "/mnt"),
        ("/mnt/a\\040b", "/mnt/a b"),
        ("/mnt/100%s\\134n", "/mnt/100%s\\n"),
        ("/mnt/end\\012", "/mnt/end\n"),
        ("/mnt/$(touch\\040x)`id`;*", "/mnt/$(touch x)`id`;*"),
        ("/mnt/-l", "/mnt/-l"),
    ],
)
def test_the_mount_with_this_number_is_unmounted_at_its_very_path(
    umount: Path, shell: str, written: str, path: str
) -> None:
    done = run(umount, "36", line(30, "/") + line(36, written) + line(37, "/mnt/other"), shell)
    assert (done.returncode, done.stderr, told(umount)) == (0, "", path)


def test_one_that_is_gone_is_no_fault(umount: Path) -> None:
    assert (run(umount, "36", line(30, "/")).returncode, told(umount)) == (0, "")


def test_what_lies_on_top_of_it_is_not_taken_in_its_place(umount: Path) -> None:
    done = run(umount, "36", line(30, "/") + line(36, "/mnt") + line(37, "/mnt"))
    assert done.returncode == 75 and "mount 37 lies above mount 36" in done.stderr and told(umount) == ""


@pytest.mark.parametrize("number", ["", "/mnt", "36 30", "-1", "36;id"])
def test_anything_but_a_number_is_refused(umount: Path, number: str) -> None:
    assert (run(umount, number, line(36, "/mnt")).returncode, told(umount)) == (64, "")
