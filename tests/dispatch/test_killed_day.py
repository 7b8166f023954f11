"""The golden exam day with a guard that is killed again and again ends as the day nobody disturbed."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.demo.script import Step
from tests.demo.golden import DAYS, Day, check
from tests.fakes.clock import FakeClock

KILLS = 25
SEED = 20260905


class RestartedClock(FakeClock):
    """A clock whose machine can be switched off and on: another boot, counted from zero."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock.wall(), clock.boot_id)
        self._mono_s = clock.mono_s()

    def reboot(self) -> None:
        self.boot_id = f"boot-{int(self.boot_id.removeprefix('boot-')) + 1}"
        self._mono_s = 20.0


class KilledDay(Day):
    """Kills the guard after some of its steps; notes what the venue knows before each step of the script."""

    def __init__(
        self, path: Path, directory: Path, kills: set[int], kill: Callable[["KilledDay"], None]
    ) -> None:
        super().__init__(path, directory)
        self.clock = RestartedClock(self.clock)
        self.guard.clock = self.clock
        self.guard.die()
        self.guard.begin()
        self.world_s = 0.0
        self.steps = self.killed = 0
        self.notes: list[dict[str, Any]] = []
        self._kills, self._kill = kills, kill

    def step(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.world_s += seconds
        self.world.tick(self.world_s)
        self.guard.step()
        self.steps += 1
        if self.steps in self._kills:
            self.killed += 1
            self._kill(self)
            self.guard.step()

    def run_until(self, step: Step) -> None:
        super().run_until(step)
        self.notes.append(known(self))
        expect = {key: value for key, value in step.expect.items() if key != "bundles"}
        check(self, len(self.notes) - 1, replace(step, expect=expect))


def known(day: Day) -> dict[str, Any]:
    """What must not depend on the guard having lived: to the second where it is a time."""
    venue, snapshot = day.guard.dispatch.venue, day.guard.snapshot
    return {
        "phase": (venue.phase.name, venue.phase.sitting),
        "seal": venue.seal and (venue.seal.batch, venue.seal.chief, venue.seal.technician, venue.seal.at),
        "acts": {name: replace(acts, finished_seq=0) for name, acts in venue.acts.items()},
        "debts": snapshot["debts"],
        "finals": sorted(venue.backup.finals),
        "swapped": dict(venue.seats.swapped),
        "incidents": [
            (i.number, i.cause_kind, i.cause, i.members, i.count, i.state, i.proposed, i.confirmed, i.lost_minutes)
            + (i.outcome, i.opened.wall, [told.answer for told in i.told], [note.text for note in i.notes])
            for i in venue.incidents
        ],
        "verdict": (snapshot["verdict"]["level"], snapshot["verdict"]["code"]),
    }  # fmt: skip


def killed(day: KilledDay) -> None:
    day.guard.die()
    day.guard.begin()


def rebooted(day: KilledDay) -> None:
    day.guard.die()
    day.clock.reboot()
    day.guard.begin()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> KilledDay:
    day = KilledDay(exam_day(), tmp_path_factory.mktemp("undisturbed"), set(), killed)
    day.play()
    return day


def exam_day() -> Path:
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    return path


@pytest.mark.parametrize("kill", [killed, rebooted])
def test_an_exam_day_with_25_kills_knows_at_every_step_what_the_undisturbed_one_knows(
    kill: Callable[[KilledDay], None], tmp_path: Path, undisturbed: KilledDay
) -> None:
    moments = set(random.Random(SEED).sample(range(10, undisturbed.steps), KILLS))
    day = KilledDay(exam_day(), tmp_path, moments, kill)
    day.play()
    assert day.killed == KILLS
    for number, (here, there) in enumerate(zip(day.notes, undisturbed.notes, strict=True)):
        assert here == there, f"step {number} of the script"


def test_the_undisturbed_day_has_something_to_lose(undisturbed: KilledDay) -> None:
    last = undisturbed.notes[-1]
    assert {row[1] for row in last["incidents"]} >= {"mains", "usb", "seat", "ups_unknown", "receipt_late"}
    assert len(last["acts"]) == 2 and last["finals"] and last["swapped"]
    assert any(note["seal"] for note in undisturbed.notes)
    assert undisturbed.clock.wall() > datetime(2026, 9, 5, 8, 0, tzinfo=UTC)
