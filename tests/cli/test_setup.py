"""`venue setup`: a technician at a terminal, with real cables (veth) and a scanner that names a UPS; and by a file."""

import json
import stat
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from appliance.cli import setup_box
from appliance.enrolment.venue_file import encode, fingerprint
from appliance.events.plan import NOBODY
from appliance.install.wanted import UNNAMED, UNNAMED_CODE
from tests.cli.test_day import PEOPLE, PINS, set_pins
from tests.fakes.authority import Authority, venue_file
from tests.fakes.place import ROOT, VENUE, Place, morning, one_line
from tests.fakes.record import configured, written
from tests.fakes.wait import wait_for
from tests.lab.wires import Wires, missing
from tests.setup.terminal import Terminal
from tests.setup.test_ups_found import OUTPUT

needs_root = pytest.mark.skipif(bool(missing("unshare")), reason=missing("unshare"))
ANSWERS = """\
by = "张工"
[venue]
code = "520100-03"
name = "实验中学考点"
[ports]
mode = "off"
[ups]
kind = "none"
[backup]
driver = "none"
[plug]
pull = false
"""


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    return path


def begun(place: Place) -> None:
    """What a technician finds: a file that says where things lie, and no venue yet."""
    place.config.write_text(
        f'# 张工的盒子\n[venue]   # who we are\nstate_dir = "{place.state}"\nrun_dir = "{place.directory}/run"\n',
        encoding="utf-8",
    )


class Box:
    """A box with three sockets in a namespace of its own, whose cables are plugged in from outside."""

    def __init__(self, wires: Wires, place: Place, tmp_path: Path) -> None:
        self._wires, self._place = wires, place
        self.box, self.far = wires.space("su-box"), wires.space("su-far")
        for number in range(3):
            wires.run(
                self.box, "ip", "link", "add", f"eth{number}", "type", "veth", "peer", "name", f"p{number}"
            )
            wires.run(self.box, "ip", "link", "set", f"p{number}", "netns", wires._prefix + self.far)
        self.nut, self._scanner = tmp_path / "nut", tmp_path / "nut-scanner"
        self.nut.mkdir()
        (self.nut / "ups.conf").write_text("# Debian's own\n")
        self._scanner.write_text(f"#!/bin/sh\ncat <<'END'\n{OUTPUT}END\n")
        self._scanner.chmod(0o755)

    def plug(self, number: int) -> None:
        """A cable into the socket `eth<number>`."""
        self._wires.run(self.far, "ip", "link", "set", f"p{number}", "up")

    def setup(self, *words: str) -> Terminal:
        """`venue setup` at a terminal of the box."""
        mounts = (
            'mount --bind "$1" /usr/bin/nut-scanner && mount --bind "$2" /etc/nut && shift 2 && exec "$@"'
        )
        argv = [
            "ip", "netns", "exec", self._wires._prefix + self.box, "unshare", "--mount", "--propagation", "private",
            "sh", "-c", mounts, "sh", str(self._scanner), str(self.nut),
            *VENUE, "setup", "--config", str(self._place.config), *words,
        ]  # fmt: skip
        return Terminal(argv, environ=self._place.environ(LANG="en_US.UTF-8"), cwd=ROOT)


@pytest.fixture
def box(place: Place, tmp_path: Path) -> Iterator[Box]:
    begun(place)
    with Wires() as wires:
        yield Box(wires, place, tmp_path)


@needs_root
@pytest.mark.skipif(not Path("/usr/bin/nut-scanner").exists() or not Path("/etc/nut").is_dir(), reason="NUT is not installed")  # noqa: E501  # fmt: skip
def test_a_technician_sets_a_box_up_at_a_terminal_without_an_editor(box: Box, place: Place) -> None:
    place.write(backup=True)
    recipient = place.identity.with_name("recipients.txt").read_text().strip()
    begun(place)
    with box.setup() as terminal:
        terminal.answer("venue file")
        terminal.answer("venue's code", "520100-03")
        terminal.answer("venue's name", "实验中学考点")
        terminal.answer("Write it?")
        terminal.answer("How the box stands", "route")
        terminal.expect("cable of the venue's line")
        box.plug(2)
        terminal.expect("That is eth2.")
        terminal.expect("number 1")
        box.plug(0)
        terminal.expect("That is eth0.")
        terminal.answer("number 2", "eth7")
        terminal.answer("Not understood")
        terminal.answer("staff's page")
        terminal.answer("box's address")
        terminal.answer("exam server's address", "10.50.0.2")
        terminal.answer("Write it?", "y")
        terminal.answer("Which one is it", "1")
        terminal.answer("What shall it be called")
        terminal.answer("What hangs on it")
        terminal.answer("Write it?")
        terminal.answer("Look for machines now?", "n")
        terminal.answer("Where answers come from")
        terminal.answer("path:", str(place.answers))
        terminal.answer("public key", recipient)
        terminal.expect("On trial first")
        terminal.answer("Write it?")
        terminal.answer("Pull the plug now?", "n")
        assert terminal.end() == 3, "no guard answers: unknown"
        assert "Setup is done." in terminal.shown and "Not written" not in terminal.shown
    read = tomllib.loads(text := place.config.read_text(encoding="utf-8"))
    assert "# 张工的盒子" in text and "# who we are" in text
    assert read["venue"]["code"] == "520100-03" and read["venue"]["name"] == "实验中学考点"
    network = read["network"]
    assert (network["mode"], network["uplink"], network["exam_ports"]) == ("route", "eth2", ["eth0"])
    assert network["exam_server"] == [{"name": "exam-server", "ip": "10.50.0.2"}]
    (ups,) = read["ups"]
    assert (ups["driver"], ups["ups"], ups["feeds"]) == (
        "nut",
        "server-ups",
        ["exam-server", "switch", "box"],
    )
    assert ups["password"] in (box.nut / "upsd.users").read_text() and len(ups["password"]) >= 24
    assert ups["password"] not in terminal.shown
    assert stat.S_IMODE(place.config.stat().st_mode) & 0o007 == 0
    assert 'driver = "usbhid-ups"' in (box.nut / "ups.conf").read_text()
    assert (box.nut / "ups.conf.before-setup").read_text() == "# Debian's own\n"
    assert read["backup"]["recipients"] == [recipient] and read["backup"]["source"][0]["path"] == str(
        place.answers
    )
    assert place.venue("config", "check").returncode == 0


@needs_root
@pytest.mark.skipif(not Path("/usr/bin/nut-scanner").exists() or not Path("/etc/nut").is_dir(), reason="NUT is not installed")  # noqa: E501  # fmt: skip
def test_an_interrupt_says_where_it_stopped_and_what_was_written_stands(box: Box, place: Place) -> None:
    with box.setup() as terminal:
        terminal.answer("venue file")
        terminal.answer("venue's code", "520100-03")
        terminal.answer("venue's name", "考点")
        terminal.answer("Write it?")
        terminal.answer("How the box stands", "route")
        terminal.expect("cable of the venue's line")
        terminal.interrupt()
        assert terminal.end() == 130
        assert "Stopped in step 2" in terminal.shown and "venue setup --from 2" in terminal.shown
    assert place.venue("config", "check").returncode == 0
    assert "network" not in tomllib.loads(place.config.read_text(encoding="utf-8"))
    assert "UP" not in box._wires.run(box.box, "ip", "-br", "link", "show", "eth1").split()[1], (
        "down as before"
    )


@needs_root
@pytest.mark.skipif(not Path("/usr/bin/nut-scanner").exists() or not Path("/etc/nut").is_dir(), reason="NUT is not installed")  # noqa: E501  # fmt: skip
def test_a_step_that_is_done_again_shows_what_stands_there_and_enter_keeps_it(box: Box, place: Place) -> None:
    with place.config.open("a", encoding="utf-8") as file:
        file.write('code = "520100-03"\nname = "x"\n[network]\nmode = "bridge"\nuplink = "eth2"\n')
        file.write('exam_ports = ["eth1"]\naddress = "10.60.0.1/24"\n')
    with box.setup("--step", "2") as terminal:
        terminal.answer("How the box stands")
        terminal.answer("It is eth2 now")
        terminal.answer("It is eth1 now")
        terminal.answer("number 2")
        terminal.answer("staff's page")
        terminal.answer("[10.60.0.1/24]")
        terminal.answer("exam server's address", "10.60.0.2")
        terminal.answer("Write it?")
        assert terminal.end() == 0, terminal.shown
    network = tomllib.loads(place.config.read_text(encoding="utf-8"))["network"]
    assert (network["mode"], network["uplink"], network["exam_ports"]) == ("bridge", "eth2", ["eth1"])


@needs_root
def test_machines_that_are_on_become_the_seat_list_of_their_room(place: Place, tmp_path: Path) -> None:
    """Twelve seconds: machines are looked for in two rounds of five, as a technician waits for them."""
    place.write("[network]", 'mode = "watch"', 'exam_bridge = "br0"', 'address = "10.50.0.1/24"')
    (path := tmp_path / "a.toml").write_text('[seats]\nroom = "3"\nspares = ["2"]\n', encoding="utf-8")
    with Wires() as wires:
        box = wires.space("su-box")
        for number in (1, 2):
            name, mac = f"su-seat{number}", f"02:50:00:00:00:1{number}"
            wires.host(name, mac=mac, ip=f"10.50.0.{10 + number}/24", at=box, port=f"s{number}")
        wires.bridge(box, "br0", "s1", "s2")
        argv = [*VENUE, "setup", "--answers", str(path), "--step", "4", "--config", str(place.config)]
        with wires.inside(box):
            done = subprocess.run(
                argv, cwd=ROOT, env=place.environ(LANG="en_US.UTF-8"), capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=90, check=False,
            )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = (place.directory / "seats.csv").read_text(encoding="utf-8").splitlines()
    assert rows[1:] == ["3,1,02:50:00:00:00:11,10.50.0.11,,no", "3,2,02:50:00:00:00:12,10.50.0.12,,yes"]
    assert tomllib.loads(place.config.read_text(encoding="utf-8"))["venue"]["seats"] == "seats.csv"
    assert "2 new machines" in done.stdout and "+3,2,02:50:00:00:00:12" in done.stdout


def test_what_was_mistyped_is_asked_once_more_and_nothing_begins_anew(place: Place, tmp_path: Path) -> None:
    begun(place)
    argv = [*VENUE, "setup", "--step", "1", "--config", str(place.config)]
    with Terminal(argv, environ=place.environ(LANG="en_US.UTF-8"), cwd=ROOT) as terminal:
        terminal.answer("venue file", str(tmp_path / "nowhere.json"))
        terminal.expect("There is no such file")
        terminal.answer("venue file")
        terminal.answer("venue's code", "not a code!")
        terminal.answer("venue's name", "考点")
        terminal.expect("That would break the configuration")
        terminal.answer("This step once more?")
        terminal.answer("venue file")
        terminal.answer("venue's code", "520100-03")
        terminal.answer("venue's name", "考点")
        terminal.answer("Write it?")
        assert terminal.end() == 0, terminal.shown
    assert tomllib.loads(place.config.read_text(encoding="utf-8"))["venue"]["code"] == "520100-03"


def test_who_does_not_want_the_step_again_is_told_where_to_go_on(place: Place, tmp_path: Path) -> None:
    begun(place)
    argv = [*VENUE, "setup", "--step", "1", "--config", str(place.config)]
    (torn := tmp_path / "torn.venue").write_text("{")
    with Terminal(argv, environ=place.environ(LANG="en_US.UTF-8"), cwd=ROOT) as terminal:
        terminal.answer("venue file", str(tmp_path / "nowhere.json"))
        terminal.answer("There is no such file", str(torn))
        terminal.answer("This step once more?", "n")
        assert terminal.end() == 2 and "venue setup --from 1" in terminal.shown


def test_a_file_answers_everything_and_a_second_run_changes_nothing(place: Place, answers: Path) -> None:
    begun(place)
    done = place.venue("setup", "--answers", str(answers), LANG="zh_CN.UTF-8")
    assert done.returncode == 3 and "设置做完了" in done.stdout and "将要写入" in done.stdout, done.stderr
    text = place.config.read_text(encoding="utf-8")
    assert tomllib.loads(text)["venue"]["code"] == "520100-03" and "# 张工的盒子" in text
    assert (
        place.config.with_name("appliance.toml.before-setup")
        .read_text(encoding="utf-8")
        .startswith("# 张工的盒子")
    )
    written(place.log / "events-1.sqlite", configured(datetime(2098, 9, 5, tzinfo=UTC), begins_in_minutes=9000),
            at=datetime(2098, 9, 5, tzinfo=UTC))  # fmt: skip
    again = place.venue("setup", "--answers", str(answers), LANG="zh_CN.UTF-8")
    assert "将要写入" not in again.stdout and place.config.read_text(encoding="utf-8") == text


def test_a_box_whose_next_boot_would_not_find_its_files_is_not_done(place: Place, answers: Path) -> None:
    begun(place)
    (place.directory / "lockdown.conf").mkdir()
    done = place.venue("setup", "--answers", str(answers), LANG="en_US.UTF-8")
    assert done.returncode == 2 and "left as it was" in done.stderr
    assert "did not come through" in done.stderr and "venue setup --from 6" in done.stderr
    (place.directory / "lockdown.conf").rmdir()
    assert place.venue("setup", "--answers", str(answers), LANG="en_US.UTF-8").returncode == 3


def test_what_the_installer_wrote_is_nobodys_name(place: Place, answers: Path, tmp_path: Path) -> None:
    assert setup_box.NOBODY == {"code": UNNAMED_CODE, "name": UNNAMED} and UNNAMED_CODE == NOBODY
    begun(place)
    with place.config.open("a", encoding="utf-8") as file:
        file.write(f'code = "{UNNAMED_CODE}"\nname = "{UNNAMED}"\n')
    silent = tmp_path / "silent.toml"
    silent.write_text(ANSWERS.replace('code = "520100-03"\n', ""), encoding="utf-8")
    refused = place.venue("setup", "--answers", str(silent))
    assert refused.returncode == 78 and "venue.code" in refused.stderr, refused.stderr
    done = place.venue("setup", "--answers", str(answers), "--step", "1")
    assert done.returncode == 0, done.stderr
    assert tomllib.loads(place.config.read_text(encoding="utf-8"))["venue"]["name"] == "实验中学考点"


def test_the_provinces_file_says_who_the_venue_is_and_nobody_types_it(place: Place, tmp_path: Path) -> None:
    raw = encode(venue_file(Authority()))
    (file := tmp_path / "venue-file.json").write_bytes(raw)
    path = tmp_path / "a.toml"
    path.write_text(f'[venue]\nfile = "{file}"\nfingerprint = "{fingerprint(raw)}"\n', encoding="utf-8")
    place.config.write_text(
        f'[venue]\ncode = "{UNNAMED_CODE}"\nname = "{UNNAMED}"\nstate_dir = "{place.state}"\n'
        f'run_dir = "{place.directory}/run"\n',
        encoding="utf-8",
    )
    done = place.venue("setup", "--answers", str(path), "--step", "1", LANG="en_US.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "code" not in tomllib.loads(place.config.read_text(encoding="utf-8"))["venue"]
    told = place.venue("config", "check")
    assert told.returncode == 0 and venue_file(Authority()).name in told.stdout
    path.write_text(f'[venue]\nfile = "{file}"\nfingerprint = "00000"\n', encoding="utf-8")
    before = place.config.read_bytes()
    wrong = place.venue("setup", "--answers", str(path), "--step", "1", LANG="en_US.UTF-8")
    assert wrong.returncode == 2 and place.config.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        ('kind = "line"\ngpio = 17\nboard = "x728"', {"driver": "gpio_line", "gpio": 17, "mains_lost": "high"}),
        ('kind = "declared"\nmeasured_on = "2026-03-14"\nload_percent = 40\nhold_minutes = 75',
         {"driver": "declared", "measured_on": date(2026, 3, 14), "hold_minutes": 75.0, "by": "张工"}),
    ],
)  # fmt: skip
def test_a_ups_without_a_cable_is_asked_for(
    place: Place, tmp_path: Path, answer: str, row: dict[str, object]
) -> None:
    place.write()
    path = tmp_path / "a.toml"
    path.write_text(f'by = "张工"\n[ups]\nname = "u"\n{answer}\n', encoding="utf-8")
    done = place.venue("setup", "--answers", str(path), "--step", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    (written,) = tomllib.loads(place.config.read_text(encoding="utf-8"))["ups"]
    assert {key: written[key] for key in row} == row
    assert place.venue("config", "check").returncode == 0


def test_an_interrupt_in_the_middle_of_a_drill_stops_the_step_and_not_the_drill(place: Place) -> None:
    told = place.directory / "u.dev"
    told.write_text("ups.status: OL CHRG\nbattery.charge: 100\n", encoding="utf-8")
    place.write("[[ups]]", 'name = "server-ups"', 'driver = "simulated"', f'path = "{told}"')
    place.guard()
    argv = [*VENUE, "setup", "--step", "6", "--config", str(place.config)]
    with Terminal(argv, environ=place.environ(LANG="en_US.UTF-8"), cwd=ROOT) as terminal:
        terminal.answer("Pull the plug now?", "y")
        terminal.answer("Your name", "张工")
        wait_for(lambda: "power.drill_started" in place.kinds())
        terminal.expect("ull")
        terminal.interrupt()
        assert terminal.end() == 130 and "Stopped in step 6" in terminal.shown
    assert "power.drill_ended" not in place.kinds()


def test_a_dry_run_writes_nothing(place: Place, answers: Path) -> None:
    begun(place)
    before = place.config.read_bytes()
    done = place.venue("setup", "--answers", str(answers), "--dry-run", "--step", "1", LANG="en_US.UTF-8")
    assert done.returncode == 0 and "520100-03" in done.stdout and "Nothing is written" in done.stdout
    assert place.config.read_bytes() == before
    assert [path.name for path in place.directory.iterdir()] == ["appliance.toml"]


def test_what_would_break_the_configuration_is_not_written(place: Place, answers: Path) -> None:
    begun(place)
    answers.write_text(ANSWERS.replace("520100-03", "no such code!"), encoding="utf-8")
    before = place.config.read_bytes()
    done = place.venue("setup", "--answers", str(answers), "--step", "1", LANG="en_US.UTF-8")
    assert (
        done.returncode == 78
        and "appliance.toml: venue.code" in done.stderr
        and "step 1" in done.stderr.lower()
    )
    assert place.config.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("uplik = 3", "uplik"),
        ('[ports]\nmode = "rute"', "ports.mode"),
        ("[venue]\ncode = 3", "venue.code"),
        ("x", "a.toml"),
    ],
)
def test_an_answer_that_nobody_asks_for_or_that_does_not_fit_is_named(
    place: Place, tmp_path: Path, answer: str, fault: str
) -> None:
    place.write()
    before = place.config.read_bytes()
    path = tmp_path / "a.toml"
    path.write_text(answer + "\n", encoding="utf-8")
    done = place.venue("setup", "--answers", str(path), "--step", "2")
    assert done.returncode == 78 and fault in done.stderr and place.config.read_bytes() == before


def test_without_a_terminal_and_answers_it_asks_nobody(place: Place) -> None:
    begun(place)
    done = place.venue("setup")
    assert done.returncode == 64 and one_line(done.stderr)


def seal(place: Place) -> None:
    set_pins(place)
    points = [p["key"] for p in place.status()["readiness"]["points"] if p["needs_reason"]]
    reasons = [word for key in points for word in ("--override", f"{key}=试")]
    assert place.venue("seal", *PEOPLE, *reasons, **PINS).returncode == 0
    wait_for(lambda: place.status()["seal"] is not None)


def test_a_venue_that_is_sealed_between_two_steps_is_left_before_the_next_one(place: Place) -> None:
    place.write()
    place.guard()
    argv = [*VENUE, "setup", "--from", "5", "--config", str(place.config)]
    with Terminal(argv, environ=place.environ(LANG="en_US.UTF-8"), cwd=ROOT) as terminal:
        terminal.expect("Where answers come from")
        seal(place)
        terminal.type("none")
        assert terminal.end() == 75 and "sealed" in terminal.shown
        assert "Step 6" not in terminal.shown and "venue config apply" not in terminal.shown


def test_a_sealed_venue_is_not_set_up_with_the_guard_alive_or_dead(place: Place, answers: Path) -> None:
    place.write()
    guard = place.guard()
    seal(place)
    before = place.config.read_bytes()
    for code in (75, 3):
        done = place.venue("setup", "--answers", str(answers), LANG="en_US.UTF-8")
        assert done.returncode == code and one_line(done.stderr) and "sealed" in done.stderr
        place.kill(guard)
    assert place.config.read_bytes() == before


def test_a_fresh_box_is_set_up_in_one_run_in_the_middle_of_an_exam(place: Place, tmp_path: Path) -> None:
    zone = morning()
    now = datetime.now(zone)
    begins, ends = (f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}" for minutes in (-10, 60))
    table = f'[[sitting]]\nid = "am"\nbatch = "1"\nsubject = "x"\nstart = {begins}\nend = {ends}\n'
    raw = encode(replace(venue_file(Authority()), timetable=table, timezone=zone.key))
    (file := tmp_path / "venue-file.json").write_bytes(raw)
    path = tmp_path / "a.toml"
    path.write_text(
        ANSWERS.replace(
            'code = "520100-03"\nname = "实验中学考点"', f'file = "{file}"\nfingerprint = "{fingerprint(raw)}"'
        ),
        encoding="utf-8",
    )
    begun(place)
    with place.config.open("a", encoding="utf-8") as began:
        began.write(f'code = "{UNNAMED_CODE}"\nname = "{UNNAMED}"\n')
    guard = place.guard()
    first = place.venue("setup", "--answers", str(path), "--step", "1", LANG="en_US.UTF-8")
    assert first.returncode == 0, first.stderr
    place.kill(guard)
    place.guard()
    wait_for(lambda: place.status()["phase"]["name"] == "running")
    done = place.venue("setup", "--answers", str(path), "--from", "2", LANG="en_US.UTF-8")
    assert "This box was never sealed" in done.stdout and "Setup is done." in done.stdout, done.stderr
    assert place.venue("changeable", "--package").returncode == 75


def test_a_backup_that_fails_on_trial_is_not_written(place: Place, answers: Path) -> None:
    place.write(backup=True)
    text = place.config.read_text(encoding="utf-8")
    missing_folder = place.directory / "nowhere"
    answers.write_text(
        f'[backup]\ndriver = "directory"\n[backup.options]\npath = "{missing_folder}"\n', encoding="utf-8"
    )
    done = place.venue("setup", "--answers", str(answers), "--step", "5", LANG="en_US.UTF-8")
    assert done.returncode == 2 and place.config.read_text(encoding="utf-8") == text, done.stdout
    answers.write_text(f'[backup.options]\npath = "{place.answers}"\nexclude = ["*.tmp"]\n', encoding="utf-8")
    done = place.venue("setup", "--answers", str(answers), "--step", "5", LANG="en_US.UTF-8")
    assert done.returncode == 0, done.stderr
    assert tomllib.loads(place.config.read_text(encoding="utf-8"))["backup"]["source"][0]["exclude"] == [
        "*.tmp"
    ]


def test_the_plug_is_pulled_with_the_guard_watching_and_the_check_says_what_is_left(
    place: Place, tmp_path: Path
) -> None:
    told = place.directory / "u.dev"
    told.write_text("ups.status: OL CHRG\nbattery.charge: 100\n", encoding="utf-8")
    place.write("[[ups]]", 'name = "server-ups"', 'driver = "simulated"', f'path = "{told}"')
    path = tmp_path / "a.toml"
    path.write_text('by = "张工"\n', encoding="utf-8")
    alone = place.venue("setup", "--answers", str(path), "--step", "6", LANG="en_US.UTF-8")
    assert alone.returncode == 2 and "restart the guard yourself" in alone.stdout
    place.guard()
    process = place.start("setup", "--answers", str(path), "--from", "6", LANG="en_US.UTF-8")
    wait_for(lambda: "power.drill_started" in place.kinds())
    told.write_text("ups.status: OB DISCHRG\nbattery.charge: 99\n", encoding="utf-8")
    wait_for(lambda: any(row.get("drill", {}).get("edge") for row in place.status()["power"]))
    told.write_text("ups.status: OL CHRG\nbattery.charge: 99\n", encoding="utf-8")
    code = process.wait(60)
    said = place.said(process)
    assert "Setup is done." in said and code in (2, 3), said
    assert next(row for row in json.loads(place.venue("check", "--json").stdout)["points"] if row["key"] == "polarity")["code"] == "drilled"  # noqa: E501  # fmt: skip
