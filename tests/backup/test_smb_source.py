"""A share that the technician mounted: refused unless it is this one, by cifs, read-only."""

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.backup.sources import SourceMissing, SourceUnreadable
from appliance.backup.sources.smb import Options, Smb
from tests.backup.kept import Kept

SHARE = "//10.50.0.2/export"
# As a Debian 13 kernel writes it, with what else is in such a table before it.
TABLE = """\
22 27 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
{root} 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
90 27 0:55 / {path} rw,relatime shared:50 - autofs systemd-1 rw,fd=55,pgrp=1
91 90 0:56 / {path} {options} shared:51 - {type} {share} {super},vers=3.0,username=export,soft
"""


@pytest.fixture
def mounted(tmp_path: Path) -> Callable[..., Smb]:
    """A share with a table of mounts as given; below it a real file system, so that it is a mount point."""

    def make(path: Path, **changed: str) -> Smb:
        fields = {"type": "cifs", "share": SHARE, "options": "ro,nosuid", "super": "rw", "root": "27"}
        shown = str(path).replace(" ", "\\040")
        (tmp_path / "mountinfo").write_text(TABLE.format(path=shown, **{**fields, **changed}))
        return Smb(Options(path=path, share=SHARE), mountinfo=tmp_path / "mountinfo")

    return make


def captured(smb: Smb) -> Kept:
    sink = Kept()
    smb.capture(sink)
    return sink


@pytest.mark.root
def test_the_share_is_taken_as_a_directory_and_refused_once_it_is_gone(
    tmp_path: Path, mounted: Callable[..., Smb]
) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a tmpfs")
    path = tmp_path / "exam export"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(path)], check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        (path / "a.json").write_text("{}")
        assert captured(mounted(path)).content == {b"a.json": b"{}"}
        with pytest.raises(SourceMissing, match=f"tmpfs tmpfs is mounted there, expected was cifs {SHARE}"):
            captured(Smb(Options(path=path, share=SHARE)))
    finally:
        subprocess.run(["umount", str(path)], check=True)
    # The table of a moment ago, the mount gone since: what is left is the empty mount point.
    with pytest.raises(SourceMissing, match="nothing is mounted there"):
        captured(mounted(path))
    with pytest.raises(SourceMissing, match="nothing is mounted there"):
        captured(Smb(Options(path=path, share=SHARE)))


@pytest.mark.parametrize(
    ("changed", "fault", "reason"),
    [
        ({"type": "nfs"}, SourceMissing, "nfs //10.50.0.2/export is mounted there"),
        ({"share": "//10.50.0.3/export"}, SourceMissing, "cifs //10.50.0.3/export is mounted there"),
        ({"options": "rw,relatime"}, SourceUnreadable, "mounted for writing too"),
    ],
)
def test_another_mount_than_the_one_that_is_meant_is_refused(
    tmp_path: Path, mounted: Callable[..., Smb], changed: dict[str, str], fault: type[Exception], reason: str
) -> None:
    with pytest.raises(fault, match=reason):
        captured(mounted(tmp_path, **changed))


def test_a_mount_point_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="No such file"):
        captured(Smb(Options(path=tmp_path / "nowhere", share=SHARE)))


def test_a_table_of_mounts_that_is_damaged_is_no_mount(tmp_path: Path, mounted: Callable[..., Smb]) -> None:
    seeded, smb = random.Random(6), mounted(tmp_path)
    good = (tmp_path / "mountinfo").read_bytes()
    for _ in range(500):
        bad = bytearray(good)
        for _ in range(seeded.randint(1, 30)):
            bad[seeded.randrange(len(bad))] = seeded.choice(b" -\n\\/x\0\xff")
        (tmp_path / "mountinfo").write_bytes(bytes(bad[: seeded.randrange(len(bad))]))
        with pytest.raises((SourceMissing, SourceUnreadable)):
            captured(smb)


def test_every_fault_of_the_options_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="path: .*; share: .*; exclude: .*; largest_file_gb: "):
        Options(path=Path("mnt"), share="10.50.0.2:/export", exclude=("/",), largest_file_gb=0)
