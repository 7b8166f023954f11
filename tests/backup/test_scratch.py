"""The spool directory: private, bounded, empty again."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.backup.disk import DiskFault
from appliance.backup.scratch import NoRoom, Scratch
from appliance.backup.spool import Spool

GB = 1 << 30


def test_a_stream_gives_back_what_was_written_and_leaves_no_name(tmp_path: Path) -> None:
    with Scratch(tmp_path / "spool", spool=Spool).stream(limit_bytes=1000) as stream:
        for part in (b"a" * 400, b"b" * 600):
            stream.write(part)
        assert stream.size_bytes == 1000 and not list((tmp_path / "spool").iterdir())
        assert b"".join(stream.chunks()) == b"a" * 400 + b"b" * 600


def test_the_directory_is_for_its_owner_alone_whatever_it_was(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir(mode=0o755)
    with Scratch(tmp_path / "spool", spool=Spool).file() as path:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_byte_above_the_limit_is_refused(tmp_path: Path) -> None:
    with Scratch(tmp_path, spool=Spool).stream(limit_bytes=10) as stream:
        stream.write(bytes(10))
        with pytest.raises(NoRoom, match="its limit"):
            stream.write(b"x")


def test_the_last_of_the_medium_is_left_to_others(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, keep_free_bytes=1 << 60, spool=Spool)
    assert scratch.room_bytes() == 0
    with scratch.stream(limit_bytes=GB) as stream, pytest.raises(NoRoom, match="no room left"):
        stream.write(b"x")


def test_a_file_is_gone_on_every_way_out_with_what_stood_beside_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Scratch(tmp_path, spool=Spool).file() as path:
        for suffix in ("-journal", "-wal", "-shm"):
            Path(f"{path}{suffix}").touch()
        raise KeyError
    assert not list(tmp_path.iterdir())


def test_what_a_crash_left_is_swept_and_a_strangers_file_is_not(tmp_path: Path) -> None:
    assert Scratch(tmp_path / "nowhere", spool=Spool).sweep() == 0
    (tmp_path / ".abc.part").touch()
    (tmp_path / "notes.txt").touch()
    assert Scratch(tmp_path, spool=Spool).sweep() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_where_no_directory_can_be_made_the_medium_is_at_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskFault), Scratch(tmp_path / "file" / "spool", spool=Spool).file():
        raise AssertionError("there is no such place")


def test_the_guard_seals_nothing_and_does_not_load_what_does() -> None:
    """It knows every source by its settings alone; six megabytes of it would be for the job's process."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, appliance.daemon; print('cryptography' in sys.modules)"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stdout == "False\n"
