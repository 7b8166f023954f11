"""The file that a technician sends: what helps is in it, and nothing that was planted to be found."""

import io
import json
import random
import stat
import string
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.diag.bundle import Diag, gathered, put
from appliance.diag.configured import configured
from appliance.diag.journal_lines import entry, said
from appliance.diag.part import PART_BYTES
from appliance.diag.secrets import betrayed, known
from tests.cli.test_day import set_pins
from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
# One of each that must not leave the box, wherever it may stand.
CANDIDATE, FILE, NUMBER = "欧阳晓梅", "ouyangxiaomei.ans", "110101199003071234"
COOKIE, NUT_PASSWORD = "Zq9-session-cookie-x7", "nut-Passw0rd-Kx"
AGE = "AGE-SECRET-KEY-1QQPQYRSZYAQYHGVYD4CXR4UJ8LRLXJ0Z3S9N3K9T"
SSH = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE"
SEAT, SEAT_MAC, CHIEF, SERIAL = "7-31", "02:50:00:00:00:17", "王主考", "4B1234P56789"
PLANTED = (
    CANDIDATE, FILE, NUMBER, COOKIE, NUT_PASSWORD, AGE, SSH, SEAT, SEAT_MAC, CHIEF, SERIAL, "138-0000-1234", "ouyang",
)  # fmt: skip
SENTENCE = (
    f"座位 {SEAT} {CANDIDATE} {NUMBER} /srv/exam/{FILE} cookie={COOKIE} {NUT_PASSWORD} {AGE} {SSH} {CHIEF}"
)
LINES = [
    {"__REALTIME_TIMESTAMP": "1", "VENUE_KIND": "seats.read", "VENUE_ABSENT": SEAT, "MESSAGE": SENTENCE},
    {"__REALTIME_TIMESTAMP": "2", "MESSAGE": "Traceback (most recent call last):"},
    {"MESSAGE": f'  File "/usr/lib/venue-appliance/appliance/backup/tar.py", line 41, in add # {CANDIDATE}'},
    {"MESSAGE": '  File "/usr/lib/venue-appliance/appliance/backup/tar.py", line 41, in add'},
    {"MESSAGE": f"    open({FILE!r})"},
    {"MESSAGE": f"FileNotFoundError: [Errno 2] No such file: '/srv/exam/answers/{FILE}'"},
    {"MESSAGE": SENTENCE, "SYSLOG_IDENTIFIER": SENTENCE, "_SYSTEMD_UNIT": SENTENCE},
    {"MESSAGE": list(SENTENCE.encode())},
    {"_PID": "1", "UNIT": "venue-guard.service",
     "MESSAGE": "venue-guard.service: Main process exited, code=exited, status=1/FAILURE"},
]  # fmt: skip


def program(root: Path, name: str, output: str) -> None:
    """A program of the system that says `output`, whatever it is asked."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    (told := path.with_suffix(".told")).write_text(output, encoding="utf-8")
    path.write_text(f"#!/bin/sh\nexec /bin/cat {told}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A system whose programs say everything that they could give away."""
    made = tmp_path / "root"
    program(made, "usr/bin/journalctl", "\n".join([*map(json.dumps, LINES), "{broken", "[]", "null"]))
    program(made, "usr/bin/systemctl",
            f"Id=venue-guard.service\nActiveState=failed\nStatusText={SENTENCE}\nResult={SENTENCE}\n")  # fmt: skip
    program(made, "usr/bin/upsc", f"battery.charge: 100\nups.status: OL CHRG\ndevice.serial: {SERIAL}\n"
            f"ups.contacts: {CHIEF}\nups.serial: {SERIAL}\nups.model: {CANDIDATE}\n")  # fmt: skip
    program(made, "usr/bin/dpkg-query", f"venue-appliance 1.2\nevil {COOKIE}\n")
    rule = {"rule": {"comment": SENTENCE, "expr": [{"match": {"right": SEAT_MAC}}, {"drop": None}]}}
    seats = {"set": {"name": "seats", "comment": CANDIDATE, "elem": [SEAT_MAC, {"elem": {"val": SEAT_MAC}}]}}
    program(made, "usr/sbin/nft", json.dumps({"nftables": [rule, seats]}))
    device = made / "sys/bus/usb/devices/1-1"
    device.mkdir(parents=True)
    for name, text in {
        "idVendor": "051d", "idProduct": "0002", "serial": SERIAL, "product": f"{CANDIDATE} iPhone",
        "manufacturer": COOKIE, "bDeviceClass": "00", "authorized": "1",
    }.items():  # fmt: skip
        (device / name).write_text(f"{text}\n", encoding="utf-8")
    (made / "etc/nut").mkdir(parents=True)
    (made / "etc/nut/upsd.users").write_text(f"[venue]\n    password = {NUT_PASSWORD}\n", encoding="utf-8")
    return made


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


def planted(place: Place) -> None:
    """Secrets and names in every file of the venue that may hold them."""
    place.write(
        f'seats = "seats.csv"\n[[ups]]\nname = "u"\ndriver = "nut"\nhost = "127.0.0.1"\nport = 1\nups = "exam"\n'
        f'username = "venue"\npassword = "{NUT_PASSWORD}"\n'
        f'[usb]\nallow = [{{ id = "051d:0002", port = "1-1", serial = "{SERIAL}", why = "{CANDIDATE}" }}]\n'
        f'[contacts]\nouyang = "{CHIEF} 138-0000-1234"\n',
        backup=True,
    )
    text = place.config.read_text(encoding="utf-8").replace('name = "考点"', f'name = "{CANDIDATE}考点"')
    place.config.write_text(text, encoding="utf-8")
    (place.directory / "seats.csv").write_text(
        f"room,seat,mac,ip,port,spare\n7,31,{SEAT_MAC},10.50.0.131,,no\n", encoding="utf-8"
    )
    (place.answers / "1" / FILE).write_text(CANDIDATE, encoding="utf-8")
    (place.answers / "1" / f"{NUMBER}-{CANDIDATE}.ans").write_text("x", encoding="utf-8")
    (place.state / "keys").mkdir(parents=True, exist_ok=True)
    (place.state / "keys" / "id_test").write_text(
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SSH}\n{AGE}\n", encoding="utf-8"
    )


def taken(place: Place, root: Path) -> Diag:
    return gathered(
        config=place.config, state_dir=place.state, run_dir=place.directory / "run", root=root, now=NOW
    )


def members(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            member.name.removeprefix("venue-diag/"): (archive.extractfile(member) or io.BytesIO()).read()
            for member in archive.getmembers()
        }


def found_in(parts: dict[str, bytes]) -> list[tuple[str, str]]:
    """(part, planted word) of each that is there, also where JSON wrote it with its escapes."""
    return [
        (name, word)
        for name, content in parts.items()
        for word in PLANTED
        if word.encode() in content or json.dumps(word).strip('"').encode() in content
    ]


def test_nothing_that_was_planted_is_in_the_file_and_what_helps_is(place: Place, root: Path) -> None:
    planted(place)
    place.guard()
    set_pins(place)
    place.client.call("clock.confirm", by=CHIEF, offset_s=3)
    assert place.venue("backup", "run").returncode == 0
    wait_for(lambda: "ups_unknown" in place.incidents())
    hashes = (place.state / "pins.json").read_text(encoding="utf-8")
    found = taken(place, root)
    parts = members(found.content)
    assert found.failed == {}
    assert found_in(parts) == []
    digests = [word for word in hashes.split('"') if len(word) >= 16]
    assert digests and not [word for word in digests if any(word.encode() in part for part in parts.values())]
    verdict = json.loads(parts["verdict.json"])
    assert verdict["verdict"]["level"] and verdict["phase"]["name"] == "open"
    assert [row["cause_kind"] for row in verdict["incidents"]] and len(verdict["readiness"]) > 8
    assert "guard.started" in [row["kind"] for row in json.loads(parts["record.json"])["rows"]]
    config = json.loads(parts["config.json"])["values"]
    assert config["venue"]["code"] == "520100-03" and config["ups"][0]["driver"] == "nut"
    assert config["ups"][0]["password"] == config["venue"]["name"] == "****"
    journal = parts["journal.jsonl"].decode()
    assert "appliance/backup/tar.py:41 add" in journal and "FileNotFoundError" in journal
    assert "status=1/FAILURE" in journal and "seats.read" in journal
    assert json.loads(parts["units.json"])[0]["ActiveState"] == "failed"
    assert json.loads(parts["usb.json"])[0] | {"has_serial": True} == json.loads(parts["usb.json"])[0]
    assert json.loads(parts["nut.json"])[0]["battery.charge"] == "100"


def test_a_part_that_holds_a_known_secret_is_left_out_whole(place: Place, root: Path) -> None:
    """The second net: should a part's own list ever let one through."""
    place.write()
    program(root, "usr/sbin/nft", json.dumps({"nftables": [{"table": {"name": NUT_PASSWORD}}]}))
    found = taken(place, root)
    assert "secret" in found.failed["nft.json"] and "nft.json" not in members(found.content)
    (place.directory / "enrolled").mkdir()
    (place.directory / "enrolled" / "server.key").write_text(f"-----BEGIN PRIVATE KEY-----\n{SSH}\n")
    secrets = known(root, place.state, place.config)
    assert SSH.encode() in secrets
    assert NUT_PASSWORD.encode() in secrets and betrayed(b"x " + NUT_PASSWORD.encode(), secrets)
    assert betrayed(AGE.encode(), frozenset()) and not betrayed(b"nothing", secrets)


def test_a_dead_guard_a_broken_file_and_missing_programs_keep_no_other_part_away(
    place: Place, tmp_path: Path
) -> None:
    place.config.write_text(f'[venue\nname = "{CANDIDATE}"\npassword = "{NUT_PASSWORD}"', encoding="utf-8")
    found = taken(place, tmp_path / "empty")
    parts = members(found.content)
    assert found_in(parts) == []
    assert {"versions.json", "config.json", "host.json"} <= set(parts)
    assert json.loads(parts["config.json"])["broken"] == ["line 1, column 7"]
    assert {"verdict.json", "record.json", "units.json", "journal.jsonl", "nft.json"} <= set(found.failed)
    assert json.loads(parts["parts.json"])["failed"] == found.failed


def test_a_fault_of_the_configuration_is_told_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "appliance.toml"
    path.write_text(
        f'[venue]\ncode = "{CANDIDATE}"\nname = "x"\n[page]\nlanguage = "{COOKIE}"\n[[ups]]\nname="a"\ndriver = 3\n',
        encoding="utf-8",
    )
    told = json.loads(configured(path).content)
    assert set(told["faults"]) == {"venue.code", "page.language", "ups[0].driver"}
    assert CANDIDATE not in json.dumps(told, ensure_ascii=False) and COOKIE not in json.dumps(told)


def test_people_in_a_section_of_a_wrong_name_and_numbers_of_many_digits_stay_out(tmp_path: Path) -> None:
    path = tmp_path / "appliance.toml"
    path.write_text(
        f'[venue]\ncode = "520100-03"\nname = "x"\n[contact]\nouyang = 13800001234\n'
        f"[page]\npin = 123456\nseats = {NUMBER}\n[rules]\nhalls = 40\n",
        encoding="utf-8",
    )
    content = configured(path).content
    told = json.loads(content)
    assert told["unknown_sections"] == 1 and told["values"]["rules"] == {"halls": 40}
    assert [
        word for word in (b"ouyang", b"contact", b"138", b"123456", NUMBER.encode()) if word in content
    ] == []


@pytest.mark.parametrize("seed", range(30))
def test_no_line_of_a_journal_whatever_it_holds_ends_it_or_lets_words_through(seed: int) -> None:
    rolled = random.Random(seed)
    noise = "".join(rolled.choices(string.printable, k=rolled.randint(0, 300)))
    for line in (
        noise,
        json.dumps({"MESSAGE": f"{CANDIDATE} {noise}"}),
        "[" * 5000,
        json.dumps({"MESSAGE": None}),
    ):
        assert CANDIDATE not in json.dumps(entry(line), ensure_ascii=False)
    assert said(noise + CANDIDATE).endswith("characters left out)")


def test_a_long_journal_is_cut_at_its_limit(place: Place, root: Path) -> None:
    place.write()
    line = json.dumps({"VENUE_KIND": "power.read", "SYSLOG_IDENTIFIER": "x" * 80, "_SYSTEMD_UNIT": "y" * 80})
    padded = (
        line[:-1]
        + "".join(f', "{name}": "{"z" * 80}"' for name in ("MESSAGE_ID", "UNIT", "PRIORITY", "VENUE_SEQ"))
        + "}"
    )
    program(root, "usr/bin/journalctl", "\n".join([padded] * 5000))
    journal = members(taken(place, root).content)["journal.jsonl"]
    assert len(journal) <= PART_BYTES + 20 and journal.endswith(b"(cut)\n")


def test_the_file_is_its_owners_alone_and_stands_in_nobodys_place(tmp_path: Path) -> None:
    path = tmp_path / "diag.tar.gz"
    put(path, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        put(path, b"y")
    assert path.read_bytes() == b"x"


def test_the_command_says_in_the_shells_language_what_it_wrote_and_what_it_could_not_take(
    place: Place, tmp_path: Path
) -> None:
    place.config.write_text("nonsense", encoding="utf-8")
    into = tmp_path / "d.tar.gz"
    done = place.venue("diag", str(into), LANG="zh_CN.UTF-8")
    assert (
        done.returncode == 0
        and "可以发给帮助您的人" in done.stdout
        and "没有取到 verdict.json" in done.stderr
    )
    again = place.venue("diag", str(into), LANG="en_US.UTF-8")
    assert again.returncode == 69 and one_line(again.stderr)
    told = json.loads(place.venue("diag", "--json", str(tmp_path / "e.tar.gz")).stdout)
    assert told["schema"] == 1 and "config.json" in told["parts"] and "verdict.json" in told["failed"]
