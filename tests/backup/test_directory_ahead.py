"""A tree listed ahead by another process: what is taken is the same, whatever becomes of it or of the tree."""

import errno
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from appliance.backup.sources import directory_ahead
from appliance.backup.sources.directory import Options
from appliance.backup.sources.directory_ahead import ListedAhead
from appliance.backup.sources.directory_file import STAMP, stamp_of
from tests.backup.kept import Kept
from tests.fakes.wait import wait_for

BEFORE = set[int]()  # the processes that were there when the test began


@pytest.fixture(autouse=True)
def _alone() -> None:
    """Nothing is forked beside threads, and one of an earlier test may live on."""
    if threading.active_count() > 1:
        pytest.skip("threads of another test live on in this process")
    BEFORE.clear()
    BEFORE.update(child.pid for child in psutil.Process().children())


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Thirty rooms of thirty answers, a file before them, one after, names that sort between a name and its slash."""
    root = tmp_path / "rooms"
    for room in range(30):
        (root / f"room{room:02}" / "deep").mkdir(parents=True)
        (root / f"room{room:02}.txt").write_text("beside")
        for seat in range(30):
            (root / f"room{room:02}" / f"{seat:02}.json").write_text(f"answer {room} {seat}")
    (root / "aaa").write_text("first")
    (root / "zzz").write_text("last")
    (root / "link").symlink_to("aaa")
    (root / "empty").mkdir()
    return root


def taken(root: Path, on_write: Callable[[bytes], None] | None = None, **options: object) -> Kept:
    sink = Kept(on_write)
    Options(path=root, **options).open().capture(sink)  # type: ignore[arg-type]  # what a test leaves out
    return sink


def told(sink: Kept) -> tuple[object, ...]:
    return (sink.entries, sink.content, sink.labels, sink.stamps, sink.missing, sink.gone, sink.skips)


def beside_a_thread(root: Path, **options: object) -> Kept:
    """Taken without the other process, which is not forked where there are threads."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        return taken(root, **options)
    finally:
        over.set()
        thread.join()


def at_first(path: bytes, does: Callable[[], None]) -> Callable[[bytes], None]:
    done: list[bytes] = []

    def on_write(written: bytes) -> None:
        if written == path and not done:
            done.append(written)
            does()

    return on_write


def forked() -> list[psutil.Process]:
    """Those of this test, also one that listed all and was not asked yet how it ended."""
    return [child for child in psutil.Process().children() if child.pid not in BEFORE]


def listers() -> list[psutil.Process]:
    """Those that list now."""
    return [child for child in forked() if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("exclude", [(), ("*.txt", "room03/*", "empty")])
def test_what_is_taken_is_what_would_be_without_it(rooms: Path, exclude: tuple[str, ...]) -> None:
    seen: list[int] = []
    sink = taken(rooms, at_first(b"aaa", lambda: seen.append(len(forked()))), exclude=exclude)
    assert seen == [1], "another process listed"
    assert told(sink) == told(beside_a_thread(rooms, exclude=exclude))
    assert len(sink.content) > 800 and forked() == []


def test_killed_in_the_middle_it_costs_time_and_nothing_else(rooms: Path) -> None:
    def kill() -> None:
        for child in listers():
            child.send_signal(signal.SIGKILL)

    before = told(beside_a_thread(rooms))
    assert told(taken(rooms, at_first(b"aaa", kill))) == before
    assert told(taken(rooms, at_first(b"room20/05.json", kill))) == before


def test_what_changes_after_it_was_listed_is_taken_as_it_is_by_then(rooms: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "00.json").write_text("secret")

    def change() -> None:
        wait_for(lambda: not listers())
        (rooms / "room10" / "00.json").write_text("changed since")
        (rooms / "room10" / "01.json").unlink()
        (rooms / "room11").rename(tmp_path / "away")
        (rooms / "room11").symlink_to(tmp_path / "outside")
        (rooms / "room12").rename(tmp_path / "away12")
        (rooms / "zzz").unlink()
        (rooms / "zzz").mkdir()

    sink = taken(rooms, at_first(b"aaa", change))
    assert sink.content[b"room10/00.json"] == b"changed since" and sink.labels[b"room10/00.json"] is not None
    assert b"room10/01.json" in sink.gone and b"room12" in sink.gone
    assert not any(b"secret" in content for content in sink.content.values())
    assert set(sink.missing) <= {b"room11", b"zzz"} and b"room13/29.json" in sink.content


def test_of_a_directory_with_very_many_names_and_what_is_below_it_nothing_is_told(
    rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(beside_a_thread(rooms))
    monkeypatch.setattr(directory_ahead, "_MOST_NAMES", 31)  # the root has more, and of a room all are few enough
    assert told(taken(rooms)) == before
    monkeypatch.setattr(directory_ahead, "_MOST_NAMES", 30)
    assert told(taken(rooms / "room00")) == told(beside_a_thread(rooms / "room00"))


def test_a_directory_that_it_cannot_list_is_waited_for_by_nobody(
    rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The medium answers the one that lists no more; the one that takes asks by itself."""
    here, real = os.getpid(), directory_ahead._stamp

    def stamp(fd: int, name: bytes) -> bytes:
        if os.getpid() != here and name == b"05.json":
            raise OSError(errno.EIO, "no answer")
        return real(fd, name)

    before = told(beside_a_thread(rooms))
    monkeypatch.setattr(directory_ahead, "_stamp", stamp)
    assert told(taken(rooms)) == before


def test_who_skips_a_part_finds_the_rest(rooms: Path) -> None:
    root = os.open(rooms, os.O_RDONLY)
    ahead = ListedAhead(root, None)
    try:
        names, stamps = ahead.of(b"") or ([], b"")
        assert names == sorted(os.listdir(os.fsencode(rooms)))
        status = os.stat(rooms / "aaa")
        assert STAMP.unpack_from(stamps, names.index(b"aaa") * STAMP.size) == stamp_of(status)
        assert ahead.of(b"room05") and ahead.of(b"room05/deep") == ([], b"")
        assert ahead.of(b"room05") is None, "it went by"
        assert ahead.of(b"room05.nowhere") is None and ahead.of(b"room06") is not None
        assert ahead.of(b"zzzz") is None
    finally:
        ahead.close()
        ahead.close()
        os.close(root)
    assert forked() == []
