"""A record that has a disk of its own, which is not there: nothing is written where the next boot finds nothing."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.daemon import state_disk
from tests.fakes.place import ROOT, VENUE, Place


def fstab(place: Path, *lines: str) -> Path:
    file = place / "fstab"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_disk_that_is_not_mounted_is_named_with_its_place(tmp_path: Path) -> None:
    state = tmp_path / "var lib" / "state"
    state.mkdir(parents=True)
    for place in (state, state.parent):
        spelled = str(place).replace(" ", r"\040")
        file = fstab(tmp_path, "# LABEL=x / ext4", f"LABEL=venue-state {spelled} auto defaults,nofail 0 2")
        assert state_disk.fault(state, fstab=file) == f"LABEL=venue-state on {place} is not mounted"


def test_what_is_mounted_or_concerns_other_places_is_not_missing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    others = ("/dev/vda / ext4 defaults", "LABEL=x /srv/other auto", "/dev/vdb none swap", "x")
    others += (f"/srv {state} none bind",)
    assert state_disk.fault(state, fstab=fstab(tmp_path, *others, "")) == ""
    assert state_disk.fault(Path("/proc/sys"), fstab=fstab(tmp_path, "proc /proc proc defaults")) == ""
    assert state_disk.fault(state, fstab=tmp_path / "none", mounts=tmp_path / "none") == ""


def test_a_root_that_is_only_read_holds_no_record_and_a_file_system_of_its_own_does(tmp_path: Path) -> None:
    mounts, none = tmp_path / "mounts", fstab(tmp_path)
    overlay = "overlayroot / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay 0 0"
    mounts.write_text(f"tmpfs-root /media/root-rw tmpfs rw 0 0\n{overlay}\n", encoding="utf-8")
    on_root = Path("/var/lib/venue-test-that-is-not-there")
    assert "no disk of its own" in state_disk.fault(on_root, fstab=none, mounts=mounts)
    assert state_disk.fault(Path("/proc/sys"), fstab=none, mounts=mounts) == ""
    mounts.write_text(f"/dev/sda1 /media/root-rw ext4 rw 0 0\n{overlay}\n", encoding="utf-8")
    assert state_disk.fault(on_root, fstab=none, mounts=mounts) == "", "what it writes lasts"


def test_a_file_of_nonsense_is_no_error(tmp_path: Path) -> None:
    lot, file = random.Random(8), tmp_path / "fstab"
    place = str(tmp_path / "s").encode()
    pieces = (
        b"LABEL=a",
        place,
        b" ",
        b"\t",
        b"\n",
        b"#",
        b"\\000",
        b"\xff",
        b"\\777",
        b"/",
        b"bind",
        b"-",
        b"ro",
    )
    for _ in range(500):
        file.write_bytes(b"".join(lot.choices(pieces, k=40)) * lot.choice((1, 1, 1, 200)))
        said = state_disk.fault(tmp_path / "s", fstab=file)
        assert len(said) < 250 and said.isprintable()
        assert not state_disk.Shut(tmp_path / "s", mountinfo=file).opened()


@pytest.mark.root
def test_a_guard_whose_disk_is_missing_writes_nothing_and_says_so_in_one_line(place: Place) -> None:
    place.write()
    place.state.mkdir()
    file = fstab(place.directory, f"LABEL=venue-state {place.state} ext4 nofail 0 2")
    alone = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/fstab && exec "$@"', str(file)]
    done = subprocess.run(
        [*alone, *VENUE, "run", "--config", str(place.config)], cwd=ROOT, env=place.environ(), capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("a mount name space of one's own needs root, and an /etc/fstab")
    assert done.returncode == 69
    *warnings, said = done.stderr.splitlines()
    assert said.startswith(f"LABEL=venue-state on {place.state} is not mounted") and len(warnings) <= 1
    assert list(place.state.iterdir()) == []


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A file system that is read only, and a mount that was made of it then, as a guard's own name space has it."""
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    for place in (disk, copy):
        place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", disk], capture_output=True
    ).returncode:
        pytest.skip("a file system of one's own needs root")
    subprocess.run(["mount", "--bind", disk, copy], check=True)
    yield disk, copy
    subprocess.run(["umount", "--lazy", copy, disk], check=True)


@pytest.mark.root
def test_a_guard_that_began_on_a_read_only_disk_sees_that_another_one_could_write(
    copied: tuple[Path, Path],
) -> None:
    disk, copy = copied
    own, host = state_disk.Shut(copy / "state"), state_disk.Shut(disk)
    assert not own.opened()
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    (disk / "state").mkdir()
    with pytest.raises(OSError, match="Read-only"):
        (copy / "other").mkdir()
    assert own.opened()
    assert not host.opened(), "it can write itself"
    assert not state_disk.Shut(copy).opened(), "one that is started on such a mount is not started for ever"
