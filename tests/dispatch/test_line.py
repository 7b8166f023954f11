"""The line from its level to the page: a whole guard stepped by hand over a simulated world."""

from pathlib import Path

import pytest

from appliance.clock import Segment, write_segments
from appliance.daemon.settings import read
from appliance.demo.world import World
from tests.fakes.clock import FakeClock
from tests.fakes.guard import SteppedGuard

CONFIG = """\
[venue]
code = "520100-03"
name = "考点"
state_dir = "{here}/state"
run_dir = "{here}/run"
[network]
mode = "route"
exam_ports = ["eth1"]
uplink = "eth0"
address = "10.50.0.1/24"
province = ["198.51.100.10:443"]
[simulation]
world = "{here}/world"
"""


@pytest.fixture
def guard(tmp_path: Path) -> SteppedGuard:
    """It has read all of its world once."""
    world = tmp_path / "world"
    World(world, rooms=1, seats_per_room=3).build()
    write_segments(world / "clock.toml", FakeClock().wall(), [Segment(real_s=0.0, simulated_s=0.0, rate=1.0)])
    (tmp_path / "appliance.toml").write_text(CONFIG.format(here=tmp_path), encoding="utf-8")
    (tmp_path / "state/log").mkdir(parents=True)
    return SteppedGuard(read(tmp_path / "appliance.toml"), FakeClock())


def state(guard: SteppedGuard) -> object:
    return guard.snapshot["network"]["state"]


def kinds(guard: SteppedGuard) -> list[str]:
    return [event.kind for event in guard.events if event.kind.startswith("network.")]


def test_the_line_is_unknown_until_its_rules_were_read_back_and_then_set_closed_and_never_proven(
    guard: SteppedGuard, tmp_path: Path
) -> None:
    assert state(guard) == "unknown"
    guard.step(1)
    guard.step(1)
    assert state(guard) == "closed" and kinds(guard) == ["network.held"]
    assert (tmp_path / "world/line").read_text() == "closed\n"
    assert "verified_at" not in guard.snapshot["network"]


def test_a_change_by_somebody_else_is_recorded_put_right_and_ends_by_itself(
    guard: SteppedGuard, tmp_path: Path
) -> None:
    for _ in range(3):
        guard.step(1)
    (tmp_path / "world/line").write_text("open\n")
    guard.step(1)
    assert (tmp_path / "world/line").read_text() == "closed\n", "put right in the turn that saw it"
    assert "network_drift" in guard.open_kinds and state(guard) == "drifted"
    guard.step(1)
    assert kinds(guard) == ["network.held", "network.drifted", "network.held"] and state(guard) == "closed"
    for _ in range(5):
        guard.step(60)
    assert "network_drift" not in guard.open_kinds


def test_an_audit_that_says_nothing_any_more_is_unknown(guard: SteppedGuard) -> None:
    guard.step(1)
    guard.step(1)
    del guard.readers["line"]
    for _ in range(8):
        guard.step(1)
    assert state(guard) == "unknown" and "rules_unknown" in guard.open_kinds
