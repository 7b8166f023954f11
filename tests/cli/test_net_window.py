"""`venue net window` as a technician meets it, against a guard that says what it is told to."""

from collections.abc import Callable, Iterator

import pytest

from appliance.cli import main
from tests.fakes.place import Place, one_line
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import all_well

Run = Callable[..., int]
WHO = ("--technician", "张工", "--reason", "补传", "--minutes", "20")


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write()
    (made.directory / "run").mkdir()
    yield made
    made.close()


@pytest.fixture
def guard(place: Place) -> Iterator[FakeGuard]:
    with FakeGuard(place.directory / "run" / "control.sock", all_well()) as started:
        acts = ("more", "maintain", "open", "close")
        started.acts = {f"net.window.{act}": {"seqs": [9]} for act in acts}
        yield started


@pytest.fixture
def run(place: Place, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a `venue` command here, with both PINs in the environment."""
    monkeypatch.setenv("VENUE_PIN_CHIEF", "1234")
    monkeypatch.setenv("VENUE_PIN_TECHNICIAN", "5678")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return lambda *words: main(["net", "window", *words, "--config", str(place.config)])


def test_two_people_open_a_window_with_both_pins(run: Run, guard: FakeGuard) -> None:
    place = ("--server", "second", "--to", "192.0.2.9:443", "--to", "192.0.2.9:53/udp")
    assert run("open", "other", *WHO, "--chief", "王主考", *place) == 0
    question = guard.done[-1]
    assert question["verb"] == "net.window.open"
    assert question["pins"] == {"chief": "1234", "technician": "5678"}
    assert question["args"] == {
        "name": "other", "minutes": 20, "reason": "补传", "technician": "张工", "chief": "王主考",
        "server": "second", "to": ["192.0.2.9:443", "192.0.2.9:53/udp"],
    }  # fmt: skip


def test_a_technician_alone_opens_maintenance_without_a_pin(run: Run, guard: FakeGuard) -> None:
    assert run("open", "maintenance", *WHO, "--one") == 0
    question = guard.done[-1]
    assert (question["verb"], question.get("pins") or {}) == ("net.window.maintain", {})


def test_one_person_or_two_and_nothing_between(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("maintenance",), ("upload", "--one"), ("maintenance", "--one", "--chief", "王")):
        assert run("open", words[0], *WHO, *words[1:]) == 64
        assert one_line(capsys.readouterr().err)
    assert not guard.done


def test_ten_minutes_more_and_closing_are_one_line_each(run: Run, guard: FakeGuard) -> None:
    assert run("more", "--by", "王主考") == 0
    assert run("close", "paper", "--by", "李工") == 0
    assert [(q["verb"], q["args"]) for q in guard.done[-2:]] == [
        ("net.window.more", {"name": "", "by": "王主考"}),
        ("net.window.close", {"name": "paper", "by": "李工"}),
    ]
