"""`venue net rehearse` as a technician meets it, against a guard that says what it is told to."""

from collections.abc import Callable, Iterator

import pytest

from appliance.cli import main
from tests.fakes.place import Place
from tests.web import nets
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import NOW, all_well

Run = Callable[..., int]
ROW = nets.dropped() | {"packets": 3}
LAST = {"on": False, "since": NOW, "until": NOW, "technician": "张工", "rows": [ROW], "rows_more": 2}


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write()
    (made.directory / "run").mkdir()
    yield made
    made.close()


@pytest.fixture
def guard(place: Place) -> Iterator[FakeGuard]:
    snapshot = all_well(network=nets.network(rehearsal=LAST))
    with FakeGuard(place.directory / "run" / "control.sock", snapshot) as started:
        started.acts = {f"net.rehearse.{act}": {"seqs": [9]} for act in ("start", "stop")}
        yield started


@pytest.fixture
def run(place: Place, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a `venue` command here, with the technician's PIN in the environment."""
    monkeypatch.setenv("VENUE_PIN_TECHNICIAN", "5678")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return lambda *words: main(["net", "rehearse", *words, "--config", str(place.config)])


def test_a_technician_begins_it_with_the_pin_and_anybody_ends_it(run: Run, guard: FakeGuard) -> None:
    assert run("start", "--minutes", "90", "--technician", "张工") == 0
    assert guard.done[-1]["verb"] == "net.rehearse.start" and guard.done[-1]["pins"] == {"technician": "5678"}
    assert guard.done[-1]["args"] == {"minutes": 90, "technician": "张工"}
    assert run("stop", "--by", "李工") == 0
    assert (guard.done[-1]["verb"], guard.done[-1]["args"]) == ("net.rehearse.stop", {"by": "李工"})


def test_the_list_names_machine_kind_class_and_how_often(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list") == 1
    told = capsys.readouterr().out
    assert "张工" in told and "Would be blocked" in told and "2 more" in told
    (line,) = (line for line in told.splitlines() if "VPN" in line)
    assert "192.0.2.9:51820/udp" in line and " 3 " in line
    assert run("list", "--json") == 1
    assert '"rehearsal"' in capsys.readouterr().out
