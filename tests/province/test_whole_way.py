"""From the province's enrolment to the venue's page: every part of both sides real, on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.authority import TIMETABLE
from tests.fakes.place import Place, free_port
from tests.fakes.wait import wait_for
from tests.lab import pull
from tests.lab.pull import Box, Door

pytestmark = pytest.mark.skipif(bool(pull.missing()), reason=pull.missing())
CODE = "520100-03"


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    try:
        yield made
    finally:
        made.close()


def enrolled(place: Place, home: Path, port: int) -> None:
    """The province makes the venue's file, and a box that knows nothing but its own answers takes it."""
    assert place.venue("province", "init", str(home)).returncode == 0
    (place.directory / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
    words = ("--name", "实验中学考点", "--address", f"127.0.0.1:{port}", "--home", str(home), "--json")
    timetable = ("--timetable", str(place.directory / "timetable.toml"))
    made = place.venue("province", "enrol", CODE, *words, *timetable, "--contact", "province=0851")
    assert made.returncode == 0, made.stderr
    (file,) = json.loads(made.stdout)["files"]
    (place.answers / "1").mkdir(parents=True)
    (place.answers / "1" / "17.ans").write_text("答案 A\n" * 100, encoding="utf-8")
    source = f'name = "answers"\ndriver = "directory"\npath = "{place.answers}"\nexpected = {{ "1" = 1 }}\n'
    source += 'collected = "{room}/*.ans"\n'
    place.config.write_text(
        f'[venue]\nstate_dir = "{place.state}"\nrun_dir = "{place.directory}/run"\n[[backup.source]]\n{source}'
    )
    taken = place.venue("enrol", file["file"], "--fingerprint", file["fingerprint"])
    assert taken.returncode == 0, taken.stderr


def test_enrolled_sealed_pulled_opened_and_the_page_says_so(place: Place, tmp_path: Path) -> None:
    home, port = place.directory / "home", free_port()
    enrolled(place, home, port)
    place.guard()
    assert place.venue("backup", "run").returncode == 0
    name = place.status()["backup"]["last"]["name"]
    assert name.startswith(f"{CODE}-")
    told = place.venue("backup", "fingerprint").stdout.split()[1]
    signers = str(place.state / "keys" / "allowed_signers")
    assert place.venue("province", "trust", signers, "--fingerprint", told, "--home", str(home)).returncode == 0
    incoming = place.state / "receipts" / "incoming"
    control = place.directory / "run" / "control.sock"
    box = Box(etc=place.directory, outbox=place.state / "outbox", incoming=incoming, port=port, control=control)
    door = Door(tmp_path, box=box)
    try:
        pulled = place.venue("province", "pull", "--once", "--home", str(home))
        assert pulled.returncode == 0, pulled.stderr
        assert "lies with the venue" in pulled.stderr and "the venue has its receipt" in pulled.stderr
        wait_for(lambda: place.status()["province"]["state"] == "received")
    finally:
        door.close()
    province = place.status()["province"]
    assert (province["collected"], province["expected"]) == (1, 1)
    assert name in [event["body"]["name"] for event in place.events("bundle.receipted")]
