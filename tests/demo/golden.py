"""The built-in days, stepped second by second where something happens; each is played once for all who ask."""

import copy
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from appliance import daemon
from appliance.backup.age_keys import new_identity
from appliance.daemon.guard import _about
from appliance.demo import script, venue
from appliance.demo.script import Script, Step
from appliance.events import Event, to_text
from appliance.events.codec import to_plain
from tests.fakes.clock import FakeClock
from tests.fakes.guard import SteppedGuard

DAYS = sorted(Path(str(resources.files("appliance.demo").joinpath("days"))).glob("*.toml"))
FINE_S, COARSE_S = 2.0, 120.0
SEEN_S = 5.0  # a longer stretch of a discharge that nobody saw counts for nothing


TOLD = 60  # events that a state carries along


@dataclass(frozen=True)
class State:
    """What the guard showed just before a step: its snapshot as the page gets it, and the newest events."""

    name: str
    snapshot: dict[str, Any]
    events: list[dict[str, Any]]


class Day:
    """Plays a script on a stepped guard: fine steps around what happens, coarse ones through quiet time."""

    def __init__(self, path: Path, directory: Path) -> None:
        self.script: Script = script.read(path)
        self.clock = FakeClock(self.script.start, boot_id="boot-1")
        recipient = new_identity()[1]
        config, self.world = venue.write(directory, self.script, recipient=recipient, listen="127.0.0.1:1")
        venue.write_clock(self.world.root, self.script, 1.0)
        self.guard = SteppedGuard(daemon.read(config), self.clock)
        self.seen: set[str] = set()
        self.rows: list[tuple[str, str]] = []
        self.states: list[State] = []

    def play(self) -> None:
        try:
            self._play()
        finally:
            self.guard.die()
        self.rows = [(event.kind, to_text(event)) for event in self.guard.events]

    def _play(self) -> None:
        for number, step in enumerate(self.script.steps):
            self.run_until(step)
            self.states.append(self.state(number))
            check(self, number, step)
            self.world.do(step.does)
            act = dict(step.does.get("act", {}))
            if act:
                self.guard.act(act.pop("verb"), **self.resolved(act))
            if step.does.get("restart"):
                self.guard.die()
                self.guard.begin()
            if step.does.get("receipt"):
                self.guard.receipt()

    def run_until(self, step: Step) -> None:
        quiet_after = self.clock.wall() + timedelta(seconds=300)
        while (left_s := (step.at - self.clock.wall()).total_seconds()) > 0:
            fine = self.clock.wall() < quiet_after or left_s <= 60
            on_battery = any(ups.discharge for ups in self.guard.dispatch.venue.ups.values())
            self.step(min(left_s, FINE_S if fine else SEEN_S if on_battery else COARSE_S))

    def step(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.world.tick(self.clock.mono_s())
        self.guard.step()
        self.seen.add(self.guard.dispatch.venue.phase.name)

    def state(self, number: int) -> State:
        events = self.guard.events[-TOLD:][::-1]
        told = {
            "rev": number + 1,
            "at": self.clock.wall().isoformat(),
            "turned_age_s": 0.2,
            "venue": _about(self.guard.settings),
            "clock": {"trusted": True, "rate": 1.0},
            "log": {"writable": True, "damaged": "", "head_seq": number + 1, "head_hash": "6f1c92ab" * 8},
        }
        return State(
            name=f"{number:02}-{self.guard.snapshot['verdict']['code']}",
            snapshot=copy.deepcopy(self.guard.snapshot) | told,
            events=[plain(event) for event in events],
        )

    def resolved(self, act: dict[str, Any]) -> dict[str, Any]:
        kind = act.pop("incident", None)
        if kind is None:
            return act
        numbers = [i.number for i in self.guard.dispatch.venue.open_incidents() if i.cause_kind == kind]
        return act | {"number": numbers[-1]}


def plain(event: Event) -> dict[str, Any]:
    """An event as the control socket gives it."""
    return {"seq": event.seq, "at": event.at.isoformat(), "kind": event.kind, "body": to_plain(event.body)}


@cache
def played(path: Path) -> Day:
    """The day once it was played to its end; what its script expects held all along."""
    with tempfile.TemporaryDirectory(prefix="golden-") as directory:
        day = Day(path, Path(directory))
        day.play()
    del day.guard  # its state would stay for as long as the tests run
    return day


def supply_of(ups: dict[str, Any]) -> dict[str, Any]:
    """What a script may expect of the first UPS."""
    hold, proof, ending = ups["hold"], ups["proof"] or {}, ups["ending"] or {}
    proven_s = hold["proven_s"]
    return {
        "state": ups["state"],
        "hold": hold["level"],
        "first": hold["first"],
        "why": hold["why_unproven"],
        "proven_minutes": None if proven_s is None else int(proven_s // 60),
        "proof": proof.get("ended", ""),
        "test": ups["test"] is not None,
        "drill": ups["drill"]["state"],
        "ending": ending.get("state", ""),
        "doubts": ups["doubts"],
        "faults": ups["faults"],
    }


def usb_of(usb: dict[str, Any]) -> dict[str, Any]:
    """What a script may expect of USB: the verdict by port, what the kernel let in, how each grant came about."""
    return {
        "state": usb["state"],
        "why": {device["port"]: device["why"] for device in usb["devices"]},
        "let_in": [device["port"] for device in usb["devices"] if device["authorized"]],
        "grants": {grant["port"]: grant["how"] for grant in usb["grants"]},
        "sealed_in": usb["sealed_in"],
    }


def network_of(network: dict[str, Any]) -> dict[str, Any]:
    """What a script may expect of the exam network: the line, its windows, who tried, what a rehearsal found."""
    rows = (network["rehearsal"] or {"rows": []})["rows"]
    return {
        "state": network["state"],
        "windows": [window["name"] for window in network["windows"]],
        "attempts": network["machines"]["attempt"],
        "strangers": [stranger["mac"] for stranger in network["strangers"]],
        "rehearsed": [[row["seat"], row["what"], row["class"], row["packets"]] for row in rows],
    }


def readiness_of(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a script may expect of the readiness check and of the morning's: the reason of each point."""
    morning = row["morning"] or {"state": "none", "level": "", "points": []}
    return {
        "ready": {"level": row["level"]} | {each["key"]: each["code"] for each in row["points"]},
        "morning": {"state": morning["state"]} | {each["key"]: each["code"] for each in morning["points"]},
    }


def check(day: Day, number: int, step: Step) -> None:
    """What the script expects to hold just before this step happens."""
    expect, venue_now, snapshot = step.expect, day.guard.dispatch.venue, day.guard.snapshot
    place = f"step[{number}] at {step.at:%d %H:%M} UTC"
    if "phase" in expect:
        assert venue_now.phase.name == expect["phase"], place
    if "level" in expect:
        assert snapshot["verdict"]["level"] == expect["level"], (place, snapshot["verdict"])
    if "code" in expect:
        assert snapshot["verdict"]["code"] == expect["code"], (place, snapshot["verdict"])
    if "open" in expect:
        assert day.guard.open_kinds == sorted(expect["open"]), place
    if "power" in expect:
        shown = supply_of(snapshot["power"][0])
        assert expect["power"] == {key: shown[key] for key in expect["power"]}, (place, shown)
    if "usb" in expect:
        told = usb_of(snapshot["usb"])
        assert expect["usb"] == {key: told[key] for key in expect["usb"]}, (place, told)
    if "network" in expect:
        line = network_of(snapshot["network"])
        assert expect["network"] == {key: line[key] for key in expect["network"]}, (place, line)
    for name, told in readiness_of(snapshot["readiness"]).items():
        wanted = expect.get(name, {})
        assert wanted == {key: told.get(key) for key in wanted}, (place, told)
    incidents = {i.cause_kind: i for i in venue_now.open_incidents()}
    for kind, proposed in expect.get("class", {}).items():
        assert incidents[kind].proposed == proposed, place
    for kind, minutes in expect.get("lost", {}).items():
        assert incidents[kind].lost_minutes == minutes, place
    for kind, mode in expect.get("drill", {}).items():
        assert incidents[kind].drill == mode, place
    for kind, count in expect.get("count", {}).items():
        assert incidents[kind].count == count, place
    if "incidents" in expect:
        assert len(venue_now.incidents) == expect["incidents"], place
    if "bundles" in expect:
        assert len(day.guard.bundles) == expect["bundles"], place
    if "debts" in expect:
        assert len(snapshot["debts"]) == expect["debts"], (place, snapshot["debts"])
