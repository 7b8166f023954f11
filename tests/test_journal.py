"""The journal's native protocol, read off a real socket by the letter of its specification."""

import io
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.journal import MAX_FIELD_BYTES, Journal, message_id


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "journal"))
        listening.settimeout(5)
        yield listening


def entry(datagram: bytes) -> dict[str, str]:
    """A datagram read as systemd reads it: NAME=value lines, or NAME, length and bytes."""
    fields: dict[str, str] = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        if b"=" in line:
            name, _, value = line.partition(b"=")
        else:
            name, length = line, int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


def test_an_entry_carries_message_priority_identifier_and_fields(
    receiver: socket.socket, tmp_path: Path
) -> None:
    with closing(Journal(tmp_path / "journal")) as journal:
        journal.write("市电中断", level=3, VENUE_KIND="incident.opened", VENUE_SEQ="7")
    assert entry(receiver.recv(65536)) == {
        "MESSAGE": "市电中断",
        "PRIORITY": "3",
        "SYSLOG_IDENTIFIER": "venue-guard",
        "VENUE_KIND": "incident.opened",
        "VENUE_SEQ": "7",
    }


def test_a_field_of_several_lines_can_not_smuggle_in_another_field(
    receiver: socket.socket, tmp_path: Path
) -> None:
    hostile = "a stick\nPRIORITY=0\nVENUE_KIND=seal.made"
    with closing(Journal(tmp_path / "journal")) as journal:
        journal.write(hostile, level=4, VENUE_NAME="x\ny=z\n")
    raw = receiver.recv(65536)
    assert entry(raw) == {
        "MESSAGE": hostile, "PRIORITY": "4", "SYSLOG_IDENTIFIER": "venue-guard", "VENUE_NAME": "x\ny=z\n",
    }  # fmt: skip
    assert raw.startswith(
        b"MESSAGE\n" + len(hostile.encode()).to_bytes(8, "little") + hostile.encode() + b"\n"
    )


def test_a_field_is_cut_before_it_is_too_long_for_a_datagram(receiver: socket.socket, tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal")) as journal:
        journal.write("x" * 1_000_000, level=6)
    assert entry(receiver.recv(1 << 20))["MESSAGE"] == "x" * MAX_FIELD_BYTES


def test_half_a_character_does_not_keep_an_entry_back(receiver: socket.socket, tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal")) as journal:
        journal.write("a\ud800b", level=6)
    assert entry(receiver.recv(65536))["MESSAGE"] == "a?b"


def test_a_journal_that_is_full_or_gone_holds_nobody_up(receiver: socket.socket, tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal")) as journal:
        for _ in range(2000):  # nobody reads: the socket's queue is full long before
            journal.write("x" * 1000, level=6)
        receiver.close()
        (tmp_path / "journal").unlink()
        journal.write("gone", level=6)


def test_where_no_journal_is_a_plain_line_goes_to_stderr(tmp_path: Path) -> None:
    stderr = io.StringIO()
    journal = Journal(tmp_path / "none", stderr)
    journal.write("市电中断", level=3, VENUE_KIND="incident.opened")
    journal.close()
    assert stderr.getvalue() == "市电中断\n"


def test_the_id_of_a_kind_is_the_same_for_ever() -> None:
    assert message_id("incident.opened") == "a47ba2831cc75a34aa952bb31a19222f"
    assert message_id("incident.opened") != message_id("incident.closed")


def test_on_a_plain_stderr_readings_are_left_out(tmp_path: Path) -> None:
    stderr = io.StringIO()
    Journal(tmp_path / "none", stderr).write("a reading", level=7)
    assert stderr.getvalue() == ""
