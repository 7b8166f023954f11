"""A UPS that is played: its battery, what it tells of it, and what it does when it is told to.

The figures are those of a small line-interactive UPS with a block of 24 V lead-acid cells. What it tells is
its own opinion: it takes its battery for new, and half the load for twice the time.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.ups.simulated import commands_path, write_simulated

FULL_RUNTIME_S = 4320.0  # 72 minutes
LOAD_PERCENT = 35.0
RECHARGE_S = 4 * 3600.0
PEUKERT = 1.2  # lead-acid, at the hours-long rates of a lightly loaded UPS: 1.1 to 1.35
LOW_PERCENT = 20.0  # battery.charge.low of many; from here on it says LB
TEST_ENDS_PERCENT = 18.0  # a deep test runs into LB and then ends by itself
CUT_DELAY_S, RETURN_DELAY_S = 20.0, 30.0  # usbhid-ups(8): offdelay, ondelay
UPS = "server-ups"
FEEDS = ("exam-server", "switch", "line", "box")

# 12 cells: 1.75 V each when empty, 2.1 V when full, 2.27 V while they are kept full.
EMPTY_V, FULL_V, FLOAT_V, SAG_V = 21.0, 25.2, 27.3, 0.6  # SAG_V at full load
MAINS_V = 230.0
WORDS = ("ups.status", "ups.test.result")  # what it tells that is no figure


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsMake:
    """A UPS as a script asks for it: full and as new it holds `hold_minutes` at `load_percent`.

    `capacity_percent` is what the battery has left of that. `rated`: the guard is told what it held as new;
    `cut`: the guard may ask it to cut and return. Raises ValueError for what no UPS is like.
    """

    name: str = UPS
    feeds: tuple[str, ...] = FEEDS
    hold_minutes: float = FULL_RUNTIME_S / 60
    load_percent: float = LOAD_PERCENT
    capacity_percent: float = 100.0
    rated: bool = False
    cut: bool = False

    def __post_init__(self) -> None:
        for key in ("hold_minutes", "load_percent", "capacity_percent"):
            if not getattr(self, key) > 0:
                raise ValueError(f"upses: {self.name}: {key}: more than 0 was expected")


class Battery:
    """Drains by Peukert's law, fills evenly. `charge` is in percent, and true."""

    def __init__(self, make: UpsMake) -> None:
        self.charge = 100.0
        self._full_s = 60.0 * make.hold_minutes
        self._at_load = make.load_percent
        self._capacity = make.capacity_percent / 100

    def drain(self, span_s: float, load_percent: float) -> None:
        """Runs the load for `span_s`, or until it is empty."""
        if load_percent > 0:
            full_s = self._capacity * self._full_s * (self._at_load / load_percent) ** PEUKERT
            self.charge = max(0.0, self.charge - 100.0 * span_s / full_s)

    def fill(self, span_s: float) -> None:
        """Charges for `span_s`, or until it is full."""
        self.charge = min(100.0, self.charge + 100.0 * span_s / RECHARGE_S)

    def told_s(self, load_percent: float) -> float:
        """The runtime that the UPS tells."""
        return self._full_s * self.charge / 100 * self._at_load / max(1.0, load_percent)

    def volts(self, load_percent: float, *, charging: bool) -> float:
        """The block's voltage; it steps down when the load comes on it, and up when it is charged."""
        rest_v = EMPTY_V + (FULL_V - EMPTY_V) * self.charge / 100
        return min(FLOAT_V, rest_v + 2.1) if charging else rest_v - SAG_V * load_percent / 100


class PlayedUps:
    """Owns the file of one simulated UPS and obeys `<file>.commands`, in simulated time."""

    def __init__(self, path: Path, make: UpsMake) -> None:
        self._path = path
        self._commands = commands_path(path)
        self._battery = Battery(make)
        self._load = make.load_percent
        self._flags = ["OL"]
        self._mains = True
        self._testing = False
        self._result = "No test initiated"
        self._cut_in_s = math.inf
        self._off_s: float | None = None
        self._told: dict[str, str] = {}
        self._frozen: dict[str, str] = {}
        self._obeyed = 0
        self._written: dict[str, str] = {}

    def set(self, values: dict[str, Any]) -> None:
        """What a script says of it: any variable of NUT, told as it stands there until it is set to "".

        `ups.status` says where the mains are, and ends a test; `battery.charge` and `ups.load` set battery
        and load themselves. `frozen = true` (no variable of NUT) goes on telling the figures told last.
        """
        for name, value in values.items():
            if name == "ups.status":
                self._set_status(str(value))
            elif name == "battery.charge":
                self._battery.charge = float(value)
            elif name == "ups.load":
                self._load = float(value)
            elif name == "frozen":
                self._frozen = {k: v for k, v in self._written.items() if k not in WORDS} if value else {}
            elif value == "":
                self._told.pop(name, None)
            else:
                self._told[name] = str(value)
        self.write()

    def tick(self, span_s: float) -> None:
        """Lets `span_s` simulated seconds pass; what it was told to do meanwhile begins with them."""
        self._obey()
        while span_s > 0:
            step_s = min(span_s, self._next_s())
            self._pass(step_s)
            span_s -= step_s
        self.write()

    def write(self) -> None:
        """Writes its file where it has anything new to tell."""
        told = self._variables()
        if told != self._written:
            gone = {name: None for name in self._written if name not in told}
            write_simulated(self._path, **told, **gone)
            self._written = told

    def _set_status(self, status: str) -> None:
        self._flags = status.split()
        if self._testing:
            self._end_test("Aborted")
        if {"OL", "OB"} & set(self._flags):  # STALE says nothing of the mains
            self._mains = "OB" not in self._flags

    def _obey(self) -> None:
        """Does what stands in the file of commands and was not done yet; a half written line waits."""
        if not self._commands.exists():
            return
        lines = self._commands.read_text(encoding="utf-8").split("\n")[:-1]
        for word in lines[self._obeyed :]:
            if word == "test" and self._mains and self._off_s is None:
                self._testing, self._result = True, "In progress"
            elif word == "test-stop" and self._testing:
                self._end_test("Aborted")
            elif word == "cut" and self._off_s is None:
                self._cut_in_s = CUT_DELAY_S
        self._obeyed = len(lines)

    def _next_s(self) -> float:
        """At most so long nothing changes but the charge."""
        if self._off_s is not None:
            return max(RETURN_DELAY_S - self._off_s, 1.0) if self._mains else math.inf
        return min(self._cut_in_s, 1.0 if self._on_battery else math.inf)

    def _pass(self, span_s: float) -> None:
        if self._off_s is None and self._on_battery:
            self._battery.drain(span_s, self._load)
        elif self._mains:
            self._battery.fill(span_s)
        self._cut_in_s -= span_s
        if self._off_s is not None:
            self._off_s += span_s
            if self._mains and self._off_s >= RETURN_DELAY_S:
                self._off_s = None
        elif self._cut_in_s <= 0 or self._on_battery and self._battery.charge <= 0:
            self._off_s, self._cut_in_s = 0.0, math.inf
            self._end_test("Aborted" if self._testing else self._result)
        elif self._testing and self._battery.charge <= TEST_ENDS_PERCENT:
            self._end_test("Done and passed")

    def _end_test(self, result: str) -> None:
        self._testing, self._result = False, result

    @property
    def _on_battery(self) -> bool:
        return self._testing or not self._mains

    def _status(self) -> str:
        flags = set(self._flags)
        if not {"OL", "OB"} & flags:
            return " ".join(self._flags)
        if self._off_s is not None:
            return "OFF"
        if self._testing:
            return "OB DISCHRG LB" if self._low else "OB DISCHRG"
        if "OB" in flags:
            return " ".join([*self._flags, *(["LB"] if self._low and "LB" not in flags else [])])
        if "DISCHRG" in flags:
            return " ".join(self._flags)
        kept = [flag for flag in self._flags if flag != "CHRG"]
        return " ".join([*kept, *(["CHRG"] if round(self._battery.charge, 1) < 100 else [])])

    @property
    def _low(self) -> bool:
        return self._battery.charge <= LOW_PERCENT

    def _variables(self) -> dict[str, str]:
        load = 0.0 if self._off_s is not None else self._load
        volts = self._battery.volts(load, charging=self._mains and not self._testing)
        told = {
            "ups.status": self._status(),
            "ups.load": f"{load:.0f}",
            "ups.test.result": self._result,
            "battery.charge": f"{self._battery.charge:.1f}",
            "battery.runtime": f"{self._battery.told_s(self._load):.0f}",
            "battery.voltage": f"{volts:.1f}",
            "input.voltage": f"{MAINS_V if self._mains else 0.0:.1f}",
        }
        return told | self._frozen | self._told
