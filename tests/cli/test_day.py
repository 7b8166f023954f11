"""A chief's and a technician's day in a shell, against a guard on a simulated world."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from appliance.demo.world import UPS
from hw.ups.simulated import write_simulated
from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for

PINS = {"VENUE_PIN_CHIEF": "1234", "VENUE_PIN_TECHNICIAN": "5678", "LANG": "en_US.UTF-8"}
PEOPLE = ("--chief", "王主考", "--technician", "张工")
MOVE = ("--by", "王主考", "--consent", "省值班室 赵", "--reason", "停电")
START = datetime(2026, 9, 4, 23, 0, tzinfo=UTC)  # 07:00 at the venue
TIMETABLE = """\
[[sitting]]
id = "am"
batch = "1"
subject = "财务管理"
start = 2026-09-05T09:00:00
end = 2026-09-05T11:30:00
"""


@pytest.fixture
def place() -> Iterator[Place]:
    """07:00 of an exam day, real time, all well; PINs are not set yet."""
    made = Place()
    simulation = made.simulation(rate=1.0, start=START)
    ups = f'[[ups]]\nname = "{UPS}"\ndriver = "simulated"\npath = "{made.directory}/world/{UPS}.dev"\n'
    made.write(ups, simulation, timetable=TIMETABLE)
    made.guard()
    yield made
    made.close()


def set_ups(place: Place, status: str, **variables: object) -> None:
    path = place.directory / "world" / f"{UPS}.dev"
    write_simulated(path, **{"ups.status": status}, **variables)


def sitting(place: Place) -> dict[str, Any]:
    (value,) = json.loads(place.venue("sitting", "list", "--json").stdout)["sittings"]
    assert isinstance(value, dict)
    return value


def set_pins(place: Place) -> None:
    for role in ("chief", "technician"):
        done = place.venue("pin", role, **PINS)
        assert done.returncode == 0, done.stderr


def test_the_exit_code_of_status_is_the_verdict(place: Place) -> None:
    wait_for(lambda: place.status()["verdict"]["level"] == "ok")
    assert place.venue("status").returncode == 0
    set_ups(place, "OB DISCHRG")
    wait_for(lambda: place.status()["verdict"]["level"] == "attention")
    assert place.venue("status").returncode == 1
    set_ups(place, "OB DISCHRG LB", **{"battery.charge": 12})  # at 100 % nobody would believe it
    wait_for(lambda: place.status()["verdict"]["level"] == "critical")
    assert place.venue("status").returncode == 2


def test_a_verdict_that_is_unknown_is_3(place: Place) -> None:
    place.end()
    place.write(f'[simulation]\nworld = "{place.directory}/world"\n', timetable=TIMETABLE)
    place.guard()
    set_pins(place)
    assert place.venue("seal", *PEOPLE, **PINS).returncode == 0
    wait_for(lambda: place.status()["verdict"]["level"] == "unknown")
    assert place.venue("status").returncode == 3, "sealed, and nobody watches the power"


def test_a_code_is_printed_for_its_owner_and_stands_in_the_record_without_its_digits(place: Place) -> None:
    done = place.venue("pin", "code", LANG="en_US.UTF-8")
    code = re.search(r"[0-9]{4} [0-9]{4}", done.stdout)
    assert done.returncode == 0 and code and "chief examiner" in done.stdout
    told = place.venue("events", "--kind", "pin.code_made", "--json").stdout
    assert '"chief"' in told and code[0] not in told and code[0].replace(" ", "") not in told
    assert place.venue("pin", "code", "deputy").returncode == 0


def test_seal_and_unseal_need_both_pins(place: Place) -> None:
    done = place.venue("seal", *PEOPLE, **PINS)
    assert done.returncode == 77 and "venue pin code" in done.stderr
    set_pins(place)
    missing = place.venue("seal", *PEOPLE, LANG="en_US.UTF-8")
    assert missing.returncode == 77 and one_line(missing.stderr)
    wrong = place.venue("seal", *PEOPLE, **(PINS | {"VENUE_PIN_TECHNICIAN": "0000"}))
    assert wrong.returncode == 77 and "technical lead" in wrong.stderr
    assert place.status()["seal"] is None
    wait_for(lambda: place.venue("seal", *PEOPLE, **PINS).returncode == 0)
    assert place.status()["seal"]["technician"] == "张工" and place.status()["phase"]["name"] == "sealed"
    again = place.venue("seal", *PEOPLE, **PINS)
    assert again.returncode == 2 and one_line(again.stderr)
    assert place.venue("unseal", *PEOPLE, "--reason", "试封", **PINS).returncode == 0
    assert place.status()["seal"] is None


def test_a_sitting_is_listed_delayed_extended_and_not_finished_before_its_end(place: Place) -> None:
    set_pins(place)
    assert sitting(place)["start"] == "2026-09-05T01:00:00+00:00"
    assert place.venue("sitting", "delay", "20", *MOVE, **PINS).returncode == 2, "name one: none is on yet"
    assert place.venue("sitting", "delay", "20", "--sitting", "am", *MOVE, **PINS).returncode == 0
    assert place.venue("sitting", "extend", "15", "--sitting", "am", *MOVE, **PINS).returncode == 0
    moved = sitting(place)
    assert (moved["delay_minutes"], moved["extend_minutes"]) == (20, 15)
    assert moved["end"] == "2026-09-05T04:05:00+00:00"
    line = place.venue("sitting", "list").stdout
    assert "09:20–12:05" in line and "+35 min" in line
    early = place.venue("sitting", "finish", "--sitting", "am", "--by", "王主考", **PINS)
    assert early.returncode == 2 and "has not ended" in early.stderr
    wordless = place.venue("sitting", "extend", "0", "--sitting", "am", *MOVE, **PINS)
    assert wordless.returncode == 2 and "1 to 600" in wordless.stderr


def test_an_incident_is_listed_shown_told_and_closed_by_people(place: Place) -> None:
    set_ups(place, "OB DISCHRG")
    wait_for(lambda: "mains" in place.incidents())
    number = str(place.incidents()["mains"]["number"])
    by = ("--by", "张工")
    assert f"#{number}" in place.venue("incident", "list").stdout
    for line in (
        ["acknowledge", number, *by],
        ["note", number, "--text", "发电机已启动", *by],
        ["reported", number, "--to", "省值班室", "--answer", "同意", *by],
        ["classify", number, "--class", "general", *by],
    ):
        done = place.venue("incident", *line, **PINS)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), line
    shown = place.venue("incident", "show", number, LANG="zh_CN.UTF-8").stdout
    assert "发电机已启动" in shown and "省值班室: 同意" in shown
    row = json.loads(place.venue("incident", "show", number, "--json").stdout)["incident"]
    assert (row["state"], row["class_confirmed"], row["acknowledged_by"]) == ("in_hand", "general", "张工")
    early = place.venue("incident", "close", number, "--outcome", "recovered", *by, **PINS)
    assert early.returncode == 2 and "still there" in early.stderr
    set_ups(place, "OL")
    wait_for(lambda: place.incidents()["mains"]["ceased_at"])
    assert place.venue("incident", "close", number, "--outcome", "recovered", *by).returncode == 0
    assert "mains" not in place.incidents()
    unknown = place.venue("incident", "show", "99", LANG="en_US.UTF-8")
    assert unknown.returncode == 2 and one_line(unknown.stderr)


def test_a_drill_begins_and_ends(place: Place) -> None:
    assert place.venue("drill", "rehearsal", "--by", "张工").returncode == 0
    assert place.status()["drill"] == "rehearsal"
    assert place.venue("drill", "drill", "--by", "张工").returncode == 2
    assert place.venue("drill", "end", "--by", "张工").returncode == 0
    assert place.status()["drill"] == ""


def test_a_pin_that_is_too_short_is_64(place: Place) -> None:
    done = place.venue("pin", "chief", VENUE_PIN_CHIEF="12", LANG="en_US.UTF-8")
    assert done.returncode == 64 and "4 to 12" in done.stderr
