"""A day's script: TOML that says at this time this happens. The demo plays it, the tests hold to it.

title = "…"
start = 2026-09-04T20:30:00        # local time of the venue
speed = 60
rooms = 4
seats_per_room = 25                # the last one of each room is a spare
network = true                     # seats have MACs and addresses, and the exam network is heard
feeds = ["exam-server", "box"]     # what hangs on the UPS `server-ups`, which is always there
[[upses]]                          # further ones, or `server-ups` once more: another battery
name = "switch-ups"                # name, feeds, hold_minutes, load_percent, capacity_percent, rated, cut
feeds = ["switch", "line"]
[[sitting]]                        # as in timetable.toml
[[step]]
at = 2026-09-05T09:12:00
say = ["市电中断", "the mains fail"]
pace = 4                           # from here on so many times as fast as `speed`
ups = { "ups.status" = "OB DISCHRG" }  # any variable of NUT; `name` for another UPS, [{…}, {…}] for several
button = 1                         # so many presses on the panel's button
seats_on = ["room:1"]              # "all", room:N, spares, or ROOM-SEAT
plug = { port = "1-1.4", product = "DataTraveler" }
strangers = ["02:99:00:00:00:01 10.50.0.250 eth1"]  # heard from now on besides; [] for nobody
dropped = { seat = "1-05", kind = "dns", packets = 40, to = "8.8.8.8:53/udp" }  # so many more; [{…}, {…}] for several
act = { verb = "seal", chief = "王主考", technician = "张工" }
expect = { phase = "running", level = "attention", code = "on_battery", open = ["mains"] }
"""

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.demo.battery import FEEDS, UPS, UpsMake
from appliance.demo.world import upses_of

STEP_KEYS = {
    "at", "say", "pace", "ups", "button", "seats_on", "seats_off", "plug", "unplug", "answers", "act", "receipt",
    "restart", "expect", "strangers", "dropped",
}  # fmt: skip


class ScriptError(Exception):
    """A day's script can not be played; the message has the place and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens at `at` (aware UTC); `does` holds the keys that change the world or ask the guard."""

    at: datetime
    say: tuple[str, str] = ("", "")
    pace: float | None = None
    does: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole day. `sittings` are the rows of a timetable as text, `steps` in order of time."""

    title: str
    start: datetime
    zone: str
    speed: float
    rooms: int
    seats_per_room: int
    timetable: str
    steps: tuple[Step, ...]
    upses: tuple[UpsMake, ...] = (UpsMake(),)
    network: bool = False


def read(path: Path) -> Script:
    """The script in a file. Raises ScriptError."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
        zone = str(document.get("timezone", "Asia/Shanghai"))
        steps = [_step(n, row, ZoneInfo(zone)) for n, row in enumerate(document.get("step", []))]
        script = Script(
            title=str(document["title"]),
            start=_aware(document["start"], ZoneInfo(zone)),
            zone=zone,
            speed=float(document.get("speed", 60)),
            rooms=int(document.get("rooms", 4)),
            seats_per_room=int(document.get("seats_per_room", 25)),
            timetable=_timetable(document["sitting"]),
            steps=tuple(steps),
            upses=_upses(document, steps),
            network=document.get("network") is True,
        )
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ScriptError(f"{path.name}: {error}") from error
    times = [step.at for step in script.steps]
    if times != sorted(times) or not times or times[0] < script.start:
        raise ScriptError(f"{path.name}: the steps must be in order of time and begin after `start`")
    return script


def _step(number: int, row: dict[str, Any], zone: ZoneInfo) -> Step:
    unknown = sorted(set(row) - STEP_KEYS)
    if unknown:
        raise ValueError(f"step[{number}].{unknown[0]}: unknown key")
    said = row.get("say", ["", ""])
    return Step(
        at=_aware(row["at"], zone),
        say=(str(said[0]), str(said[1])),
        pace=float(row["pace"]) if "pace" in row else None,
        does={key: value for key, value in row.items() if key not in ("at", "say", "pace", "expect")},
        expect=row.get("expect", {}),
    )


def _upses(document: dict[str, Any], steps: list[Step]) -> tuple[UpsMake, ...]:
    """The UPSes a script asks for, `server-ups` first. Raises ValueError, TypeError for one that can not be."""
    rows: dict[str, dict[str, Any]] = {UPS: {"name": UPS, "feeds": document.get("feeds", FEEDS)}}
    for row in document.get("upses", []):
        rows[row["name"]] = {"feeds": ()} | rows.get(row["name"], {}) | row
    makes = {name: UpsMake(**(row | {"feeds": tuple(row["feeds"])})) for name, row in rows.items()}
    for number, step in enumerate(steps):
        for name, _ in upses_of(step.does):
            if name not in makes:
                raise ValueError(f"step[{number}].ups: {name}: no such UPS, there are {', '.join(makes)}")
    return tuple(makes.values())


def _aware(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _timetable(rows: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for row in rows:
        lines.append("[[sitting]]")
        lines += [f'{key} = "{row[key]}"' for key in ("id", "batch", "subject")]
        lines += [f"{key} = {row[key].isoformat()}" for key in ("start", "end")]
    return "\n".join(lines) + "\n"
