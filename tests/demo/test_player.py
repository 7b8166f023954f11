"""The player asks as people do: again, and for the same, while the guard is away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.client import Client, GuardSilent
from appliance.demo.player import Player
from appliance.demo.script import Script, Step
from appliance.demo.world import World

START = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)


class AwayClient(Client):
    """Silent for the first questions, then answers; keeps what reached it."""

    def __init__(self, silent: int) -> None:
        super().__init__(Path("/nowhere"))
        self.silent = silent
        self.asked: list[tuple[str, dict[str, object]]] = []

    def call(self, verb: str, *, pins: dict[str, str] | None = None, **args: object) -> Any:
        if self.silent:
            self.silent -= 1
            raise GuardSilent("killed")
        self.asked.append((verb, args))
        return {"incidents": [{"number": 7, "cause_kind": "usb", "state": "open"}], "backup": {"last": None}}


def player(tmp_path: Path, client: Client, steps: tuple[Step, ...], killed: list[bool]) -> Player:
    script = Script(
        title="", start=START, zone="UTC", speed=1, rooms=1, seats_per_room=2, timetable="", steps=steps
    )
    world = World(tmp_path / "world", rooms=1, seats_per_room=2)
    world.build()
    return Player(
        script=script, world=world, client=client, simulated_s=lambda: 1e6, wait=lambda seconds: True,
        kill_guard=lambda: killed.append(True), say=lambda text: None, pins={},
    )  # fmt: skip


def test_an_act_asked_while_the_guard_is_away_is_asked_again_whole(tmp_path: Path) -> None:
    client = AwayClient(silent=3)
    act = {"verb": "incident.close", "incident": "usb", "outcome": "recorded", "by": "a"}
    step = Step(at=START + timedelta(seconds=1), does={"act": act})
    assert player(tmp_path, client, (step,), []).play()
    assert client.asked[-1] == ("incident.close", {"outcome": "recorded", "by": "a", "number": 7})
    assert act["verb"] == "incident.close", "the script itself is not used up"


def test_a_restart_in_the_script_cuts_the_guard_off(tmp_path: Path) -> None:
    killed: list[bool] = []
    step = Step(at=START + timedelta(seconds=1), does={"restart": True})
    assert player(tmp_path, AwayClient(silent=0), (step,), killed).play()
    assert killed == [True]
