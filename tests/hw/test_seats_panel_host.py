"""Seats, lamps and the machine itself."""

import os
import threading
from pathlib import Path

import pytest

from hw.files import read_limited, replace_text
from hw.host import HostError, disk_free_bytes, disk_free_percent, rss_bytes
from hw.panel import FilePanel, PanelError
from hw.seats import SeatsError, present, write_present


def test_the_seats_written_are_the_seats_present(tmp_path: Path) -> None:
    path = tmp_path / "seats"
    for seats in ({"1-01", "1-02", "二机房-03"}, set()):
        write_present(path, seats)
        assert present(path) == seats


def test_no_list_of_seats_is_not_an_empty_room(tmp_path: Path) -> None:
    with pytest.raises(SeatsError, match="No such file"):
        present(tmp_path / "seats")


@pytest.mark.parametrize("content", [b"1-01 1-02\n", b"\xff\n", b"\x1b[2J\n", b"x" * 65, b"1\n" * 200_000])
def test_a_file_that_lists_no_seats_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seats"
    path.write_bytes(content)
    with pytest.raises(SeatsError):
        present(path)


def test_a_seat_that_would_be_two_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeatsError, match="is not a seat id"):
        write_present(tmp_path / "seats", ["1-01\n1-02"])


def test_comments_and_empty_lines_are_no_seats(tmp_path: Path) -> None:
    (tmp_path / "seats").write_text("# room 1\n\n1-01\n")
    assert present(tmp_path / "seats") == {"1-01"}


def test_the_panel_shows_what_it_was_told(tmp_path: Path) -> None:
    panel = FilePanel(tmp_path / "panel")
    assert panel.read() is None
    for level in ("ok", "alarm", "alarm"):
        panel.show(level)
        assert panel.read() == level


def test_a_panel_that_cannot_show_says_so(tmp_path: Path) -> None:
    with pytest.raises(PanelError, match="cannot be written"):
        FilePanel(tmp_path / "none/panel").show("ok")
    with pytest.raises(ValueError, match="is no level"):
        FilePanel(tmp_path / "panel").show("OK\n")


@pytest.mark.parametrize("content", [b"", b"\xff", b"OK\n", b"a" * 100])
def test_a_panel_that_shows_nonsense_is_unknown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "panel").write_bytes(content)
    with pytest.raises(PanelError, match="which is no level"):
        FilePanel(tmp_path / "panel").read()


def test_disk_and_memory_are_those_of_this_machine(tmp_path: Path) -> None:
    assert 0 < disk_free_bytes(tmp_path) < 1 << 60
    assert 0 < disk_free_percent(tmp_path) <= 100
    assert 1_000_000 < rss_bytes(os.getpid()) < 1 << 40


def test_what_cannot_be_measured_is_the_rooms_own_error(tmp_path: Path) -> None:
    (tmp_path / "proc/7").mkdir(parents=True)
    (tmp_path / "proc/7/statm").write_text("12\n")
    with pytest.raises(HostError, match="No such file"):
        disk_free_bytes(tmp_path / "none")
    with pytest.raises(HostError, match="No such file"):
        rss_bytes(8, root=tmp_path)
    with pytest.raises(HostError, match="does not hold"):
        rss_bytes(7, root=tmp_path)


def test_a_reader_never_sees_half_of_what_two_writers_write(tmp_path: Path) -> None:
    path, texts = tmp_path / "file", {"a" * 9_000, "b" * 9_000}
    replace_text(path, "a" * 9_000)
    writers = [threading.Thread(target=_write_often, args=(path, text)) for text in texts]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add((read_limited(path, 10_000) or b"").decode())
    for writer in writers:
        writer.join()
    assert seen <= texts
    assert os.listdir(tmp_path) == ["file"]


def _write_often(path: Path, text: str) -> None:
    for _ in range(200):
        replace_text(path, text)


def test_a_pipe_in_a_files_place_does_not_hold_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_limited(tmp_path / "pipe", 10) == b""
