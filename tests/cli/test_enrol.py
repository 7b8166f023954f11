"""`venue enrol`: a venue file is compared, checked, and in place as a whole; or everything is as it was."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance import daemon
from appliance.cli import main
from appliance.config.load import load
from appliance.enrolment.certificates import server_name
from appliance.enrolment.enrolled import current
from appliance.enrolment.venue_file import VenueFile, encode, fingerprint
from tests.fakes.authority import Authority, venue_file
from tests.fakes.record import LIFTED, SEALED, configured, written
from tests.web.fake_guard import FakeGuard

PROVINCE = Authority()
FILE = venue_file(PROVINCE, crl=PROVINCE.revoke(), addresses=("198.51.100.10:443",))


class Box:
    """A box with a configuration of its own, nothing enrolled."""

    def __init__(self, path: Path) -> None:
        self.etc, self.state, self.run = path / "etc", path / "state", path / "run"
        for each in (self.etc, self.state, self.run):
            each.mkdir()
        self.config = self.etc / "appliance.toml"
        self.configure()

    def configure(self, *lines: str, venue: str = "") -> None:
        self.config.write_text(
            f'[venue]\nstate_dir = "{self.state}"\nrun_dir = "{self.run}"\n{venue}\n' + "\n".join(lines) + "\n"
        )

    def enrol(self, file: VenueFile | bytes, *words: str, by_phone: bool = True) -> int:
        raw = file if isinstance(file, bytes) else encode(file)
        path = self.etc.parent / "venue-file.json"
        path.write_bytes(raw)
        known = ["--fingerprint", fingerprint(raw)] if by_phone else []
        return main(["enrol", str(path), "--config", str(self.config), *known, *words])

    def left(self) -> list[str]:
        return sorted(name for name in os.listdir(self.etc) if name.startswith(".enrolled"))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    yield Box(tmp_path)


def test_everything_of_the_file_is_in_place_and_the_configuration_has_it(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    assert box.enrol(FILE) == 0
    told = capsys.readouterr()
    assert told.out.startswith("ssh-ed25519 AAAA") and told.out.endswith(" 520100-03\n")
    assert fingerprint(encode(FILE)) in told.err
    config, here = load(box.config), box.etc / "enrolled"
    assert (config.venue.code, config.venue.name) == ("520100-03", "实验中学考点")
    assert [each.key for each in config.backup.recipients] == [FILE.recipients[0].key]
    assert config.backup.receipt_keys == FILE.receipt_keys
    assert config.network.province == ("198.51.100.10:443",)
    assert config.network.dial_out == "pull@198.51.100.11:22"
    assert config.contacts == FILE.contacts
    assert [sitting.subject for sitting in daemon.read(box.config).plan.sittings] == ["语文"]
    assert (here / "server.key").stat().st_mode & 0o777 == 0o600
    assert (box.state / "keys/dial_out_ed25519").stat().st_mode & 0o777 == 0o600
    assert (here / "known_hosts").read_text() == f"province {FILE.dial_out.host_key if FILE.dial_out else ''}\n"
    assert len(box.left()) == 1


def test_what_the_box_configured_otherwise_does_not_count_and_is_told(box: Box) -> None:
    assert box.enrol(FILE) == 0
    box.configure('[contacts]\n"technician" = "138"\n', venue='code = "520100-03"\nname = "旧名"')
    config = load(box.config)
    assert config.venue.name == "实验中学考点"
    assert config.contacts == {"technician": "138"} | FILE.contacts
    assert any(line.startswith("venue.name: stands otherwise") for line in daemon.warnings(daemon.read(box.config)))


def test_a_renewal_is_the_same_verb_and_keeps_the_key_by_which_the_venue_calls(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    assert box.enrol(FILE) == 0
    first = capsys.readouterr().out
    certificate, key = PROVINCE.issue(server_name(FILE.code))
    renewed = replace(FILE, serial=2, certificate=certificate, key=key, crl="")
    assert box.enrol(renewed) == 0
    assert capsys.readouterr().out == first
    assert (box.etc / "enrolled/server.crt").read_text() == certificate
    assert not (box.etc / "enrolled/client.crl").exists()
    assert box.enrol(renewed) == 0, "asked again it puts the same in place again"


@pytest.mark.parametrize(
    ("second", "words", "told"),
    [
        (replace(FILE, serial=1), (), "older than file 2"),
        (replace(FILE, serial=2, name="别的"), (), "another file 2"),
        (venue_file(PROVINCE, code="520100-04", serial=9), (), "--replace"),
        (encode(FILE)[:-40], (), "no JSON"),
        (replace(FILE, serial=3, key=PROVINCE.issue("x.venue")[1]), (), "key: not the key"),
    ],
)
def test_an_older_anothers_or_a_broken_file_changes_nothing(
    box: Box, capsys: pytest.CaptureFixture[str], second: VenueFile | bytes, words: tuple[str, ...], told: str
) -> None:
    assert box.enrol(replace(FILE, serial=2)) == 0
    capsys.readouterr()
    before = {path.name: path.read_bytes() for path in (box.etc / "enrolled").iterdir()}
    assert box.enrol(second, *words) == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1
    assert {path.name: path.read_bytes() for path in (box.etc / "enrolled").iterdir()} == before
    assert len(box.left()) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[1]"])
def test_an_older_file_is_refused_though_nobody_can_read_what_is_in_place(
    box: Box, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    assert box.enrol(replace(FILE, serial=2)) == 0
    (box.etc / "enrolled" / "venue.json").write_bytes(content)
    capsys.readouterr()
    assert box.enrol(replace(FILE, serial=1)) == 2
    assert "older than file 2, which is in place and can not be read" in capsys.readouterr().err
    assert box.enrol(replace(FILE, serial=2)) == 0, "the same one once more puts it right"
    assert load(box.config).venue.code == "520100-03"


def test_replace_makes_the_box_another_venues(box: Box) -> None:
    assert box.enrol(FILE) == 0
    assert box.enrol(venue_file(PROVINCE, code="520100-04"), "--replace") == 0
    assert load(box.config).venue.code == "520100-04"


def test_a_box_set_up_by_hand_for_another_venue_takes_no_file_that_got_mixed_up(box: Box) -> None:
    box.configure(venue='code = "520100-04"\nname = "x"')
    assert box.enrol(FILE) == 2
    assert current(box.etc) is None
    assert box.enrol(FILE, "--replace") == 0


def test_other_digits_or_no_yes_leave_everything_as_it_was(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert box.enrol(FILE, "--fingerprint", "1" * 30, by_phone=False) == 77
    for said, code in (("no", 77), ("", 77), ("yes", 0)):
        assert current(box.etc) is None
        monkeypatch.setattr("builtins.input", lambda _, said=said: said)
        assert box.enrol(FILE, by_phone=False) == code
    assert current(box.etc) is not None


@pytest.mark.parametrize(
    ("seal", "phase", "code"),
    [(None, "open", 0), ({"batch": "2026"}, "sealed", 75), (None, "running", 75), (None, "closing", 75)],
)
def test_a_sealed_venue_and_one_in_a_sitting_take_no_file(box: Box, seal: object, phase: str, code: int) -> None:
    written(box.state / "log/events-1.sqlite", SEALED, LIFTED, at=datetime.now(UTC))
    with FakeGuard(box.run / "control.sock", {"seal": seal, "phase": {"name": phase}}):
        assert box.enrol(FILE) == code
    assert (current(box.etc) is None) == (code != 0)


def test_a_box_that_never_sealed_anything_takes_its_file_in_the_middle_of_an_exam(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeGuard(box.run / "control.sock", {"seal": None, "phase": {"name": "running"}}):
        assert main(["changeable", "--config", str(box.config)]) == 0
        assert main(["changeable", "--package", "--config", str(box.config)]) == 75, "what runs is not taken away"
        assert "A sitting is on" in capsys.readouterr().err
        assert main(["changeable", "--package", "--json", "--config", str(box.config)]) == 75
        assert json.loads(capsys.readouterr().out) == {"schema": 1, "changeable": False, "why": "exam"}
        assert box.enrol(FILE) == 0


def test_with_the_guard_down_the_last_seal_on_record_holds(box: Box) -> None:
    log, now = box.state / "log/events-1.sqlite", datetime.now(UTC)
    written(log, SEALED, at=now)
    assert box.enrol(FILE) == 3
    written(log, LIFTED, at=now, after=1)
    assert box.enrol(FILE) == 0


def test_with_the_guard_down_a_sitting_on_record_is_on_and_it_says_what_to_do(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    written(box.state / "log/events-1.sqlite", configured(now, begins_in_minutes=-10), SEALED, LIFTED, at=now)
    assert box.enrol(FILE) == 3
    told = capsys.readouterr().err
    assert "by the timetable on record a sitting is on" in told and "systemctl restart venue-guard" in told


def test_a_record_that_can_not_be_read_is_closed(box: Box) -> None:
    (box.state / "log").mkdir()
    (box.state / "log/events-1.sqlite").write_bytes(b"no log any more")
    assert box.enrol(FILE) == 3, "nobody knows whether it is sealed"


def test_a_certificate_that_ends_soon_or_can_not_be_read_is_told_by_config_check(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    soon = datetime.now(UTC) + timedelta(days=59)
    certificate, key = PROVINCE.issue(server_name("520100-03"), ends=soon)
    for file, told in (
        (FILE, ""),
        (replace(FILE, serial=2, certificate=certificate, key=key), f"ends on {soon:%Y-%m-%d}"),
    ):
        assert box.enrol(file) == 0
        capsys.readouterr()
        assert main(["config", "check", "--json", str(box.config)]) == 0
        warned = [line for line in json.loads(capsys.readouterr().out)["warnings"] if "server.crt" in line]
        assert (told in warned[0]) if told else not warned
    (box.etc / "enrolled" / "server.crt").write_text("no certificate")
    assert main(["config", "check", str(box.config)]) == 0
    assert "enrol it again" in capsys.readouterr().err


def test_a_configuration_that_would_not_hold_with_it_is_told_and_nothing_is_taken(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    box.configure("[rules]", "ups_hold_minutes = 0")
    assert box.enrol(FILE) == 78
    assert "ups_hold_minutes" in capsys.readouterr().err
    assert current(box.etc) is None and box.left() == []


# A process for each step at which it is killed, all of them children of one that has loaded everything already.
KILLED = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from appliance.enrolment import enrolled
from appliance.enrolment.venue_file import read

STEPS = ("open", "os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree")
place = Path(sys.argv[1])
files = [read(Path(name).read_bytes(), now=datetime(2026, 6, 1, tzinfo=UTC)) for name in sys.argv[2:]]
enrolled.turn(place, enrolled.stage(place, files[1], "x"))
whole, step, ended = sorted(os.listdir(place / "enrolled")), 0, False
while not ended:
    child = os.fork()
    if not child:
        left = step
        def hook(event, args):
            global left
            left -= event in STEPS
            if left < 0 and event in STEPS:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        enrolled.turn(place, enrolled.stage(place, files[step % 2], "x"))
        os._exit(0)
    ended = os.waitpid(child, 0)[1] == 0
    there = enrolled.current(place)
    print(json.dumps([there and there.serial, sorted(os.listdir(place / "enrolled")) == whole]))
    step += 1
"""


def test_killed_at_any_step_the_old_file_or_the_new_one_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "etc"
    place.mkdir()
    files = [tmp_path / "1.json", tmp_path / "2.json"]
    for n, path in enumerate(files):
        path.write_bytes(encode(replace(FILE, serial=n + 1)))
    argv = [sys.executable, "-c", KILLED, str(place), *map(str, files)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(whole for _, whole in seen)
    assert {serial for serial, _ in seen} == {1, 2}
    assert len(seen) > 15
    assert len(os.listdir(place)) == 2, "the link and what it leads to"
