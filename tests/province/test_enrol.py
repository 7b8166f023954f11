"""The province makes venue files, renews them, and shuts a stolen box out; the box's own reader reads what it made."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.enrolment.venue_file import VenueFile, fingerprint, read
from appliance.province import venues
from appliance.province.enrol import file_path
from appliance.province.keys import init
from tests.province.conftest import Serve
from tests.province.pulling import alarms, here, pulled
from tests.province.two import Two

NOW = datetime(2026, 8, 1, tzinfo=UTC)
TIMETABLE = """[[sitting]]
id = "2026-09-05-am"
batch = "1"
subject = "中级会计实务"
start = 2026-09-05T09:00:00
end = 2026-09-05T11:30:00
"""
COMMON = """timetable = "timetable.toml"
addresses = ["198.51.100.10:443"]
contacts = { province = "考试值班电话 0851-1" }
[dial_out]
to = "pull@198.51.100.11:22"
host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
first_port = 20001
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    init(made)
    (made / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
    (made / "enrol.toml").write_text(COMMON, encoding="utf-8")
    return made


def enrolled(home: Path, *words: str) -> int:
    return main(["province", "enrol", "--home", str(home), *words])


def file_of(home: Path, code: str) -> VenueFile:
    return read(file_path(home, code).read_bytes(), now=NOW)


def test_one_file_holds_all_that_the_box_needs_and_its_reader_takes_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("520100-03", "--name", "实验中学考点", "--address", "198.51.100.20:8443")
    assert enrolled(home, *words, "--contact", "technician=张工 138", "--json") == 0
    told = json.loads(capsys.readouterr().out)["files"][0]
    path = Path(told["file"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path == file_path(home, "520100-03")
    assert told["fingerprint"] == fingerprint(path.read_bytes())
    file = file_of(home, "520100-03")
    assert (file.serial, file.name, file.timetable) == (1, "实验中学考点", TIMETABLE)
    assert file.contacts == {"province": "考试值班电话 0851-1", "technician": "张工 138"}
    assert file.recipients[0].key == (home / "recipients.txt").read_text().strip()
    assert file.receipt_keys == ((home / "receipts.pub").read_text().strip(),)
    assert file.dial_out is None and file.addresses == ("198.51.100.10:443",)
    (venue,) = venues.read(home)
    assert (venue.code, venue.address) == ("520100-03", "198.51.100.20:8443")


def test_again_is_a_higher_number_and_keeps_what_was_told_before(home: Path) -> None:
    enrolled(
        home, "520100-03", "--name", "实验中学考点", "--address", "198.51.100.20:8443", "--contact", "city=1"
    )
    first = file_of(home, "520100-03")
    assert enrolled(home, "520100-03") == 0
    second = file_of(home, "520100-03")
    assert (second.serial, second.name, second.contacts) == (2, first.name, first.contacts)
    assert second.certificate != first.certificate and second.key != first.key
    assert venues.read(home)[0].address == "198.51.100.20:8443"


def test_a_venue_that_nobody_can_call_gets_a_port_of_the_province_of_its_own(home: Path) -> None:
    for code in ("1", "2", "1"):
        assert enrolled(home, code, "--name", code, "--address", "dial-out") == 0
    assert {venue.code: venue.address for venue in venues.read(home)} == {
        "1": "127.0.0.1:20001",
        "2": "127.0.0.1:20002",
    }
    dial_out = file_of(home, "2").dial_out
    assert dial_out is not None and (dial_out.to, dial_out.port) == ("pull@198.51.100.11:22", 20_002)


def test_hundreds_at_once_come_from_a_table(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "venues.csv"
    rows = [f"5201{n:02}-01,第{n}考点,198.51.100.{n}:8443,电话 {n}" for n in range(1, 61)]
    table.write_text("\ufeffcode,name,address,contact.city\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert enrolled(home, "--many", str(table)) == 0
    assert len(venues.read(home)) == 60
    file = file_of(home, "520142-01")
    assert (file.name, file.contacts["city"]) == ("第42考点", "电话 42")


def test_one_fault_in_a_table_makes_no_file_at_all_and_every_fault_is_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "venues.csv"
    table.write_text("code,name,address\n1,a,x\n2,b,198.51.100.1:1\n,c,\n4,\x07,\n", encoding="utf-8")
    assert enrolled(home, "--many", str(table)) == 78
    said = capsys.readouterr().err
    assert [line.split(":")[1] for line in said.splitlines()] == [" '1'", " ''", " '4'"]
    assert not (home / "venues").exists() and venues.read(home) == []
    table.write_text("code,colour\n1,red\n", encoding="utf-8")
    assert enrolled(home, "--many", str(table)) == 78 and "colour" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["../x", "", "a b", "-1", "x" * 33])
def test_a_code_that_is_none_makes_nothing(home: Path, code: str) -> None:
    assert enrolled(home, "--name", "x", "--", code) == 78
    assert not (home / "venues").exists() and not (home.parent / "x").exists()


def test_a_stolen_box_is_believed_nothing_more_and_what_it_sent_before_stays(two: Two, serve: Serve) -> None:
    (two.home / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
    (two.home / "enrol.toml").write_text('timetable = "timetable.toml"\n', encoding="utf-8")
    assert enrolled(two.home, two.venue, "--name", "x", "--address", "127.0.0.1:1") == 0
    serve(two, certificate_of=file_of(two.home, two.venue))
    assert alarms(pulled(two)) == []
    listed = venues.read(two.home)
    assert main(["province", "revoke", two.venue, "--home", str(two.home)]) == 0
    assert venues.read(two.home)[0].revoked and two.signers not in (two.home / "allowed_signers").read_text()
    two.publish()
    venues.write(two.home, listed)  # as if somebody put the thief's address back
    assert "its signing key is not known" in alarms(pulled(two))[0]
    two.known()  # and its key
    assert "revoked" in alarms(pulled(two))[0]
    assert [one.counter for one in here(two)] == [1]
    words = ["province", "trust", str(two.state / "keys" / "allowed_signers"), "--home", str(two.home)]
    print_ = two.prints()[0][1]
    assert main([*words, "--fingerprint", print_]) == 2
    assert main(["province", "revoke", "nobody", "--home", str(two.home)]) == 64


def test_a_new_box_of_the_same_venue_begins_its_own_row(two: Two, serve: Serve) -> None:
    serve(two)
    assert alarms(pulled(two)) == []
    assert main(["province", "revoke", two.venue, "--home", str(two.home)]) == 0
    two.new_box()
    two.publish()
    two.known()
    serve(two)
    assert alarms(pulled(two)) == []
    assert [one.counter for one in here(two)] == [1, 1]
