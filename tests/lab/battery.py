"""A battery that a driver of the lab's plays: it runs down, fills, is tested and cut, faster than life."""

import threading
import time

from tests.lab.nut_driver import FAILED, HANDLED, NutDriver


class Battery:
    """Plays a battery on a driver: charge and runtime move with mains, tests and load, `speed` times faster.

    `mains` is the plug; the driver's commands begin and stop tests, and cut the output for `cut_s`.
    """

    def __init__(
        self, driver: NutDriver, *, full_minutes: float, speed: float, low_percent: float = 20.0
    ) -> None:
        self.mains = True
        self.charge_percent = 100.0
        self.low_percent = low_percent
        self.cut_s = 0.0
        self._driver = driver
        self._full_s = full_minutes * 60
        self._speed = speed
        self._testing = False
        self._off = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="battery", daemon=True)

    def __enter__(self) -> "Battery":
        self._driver.answer = self._do
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def _do(self, command: str) -> int:
        if command.startswith("test.battery.start") and not self.mains:
            return FAILED
        if command == "shutdown.return":
            self._off = True
        self._testing = command.startswith("test.battery.start") or (
            self._testing and command != "test.battery.stop"
        )
        return HANDLED

    def _run(self) -> None:
        before_s = time.monotonic()
        while not self._ended.wait(0.02):
            now_s = time.monotonic()
            self._pass((now_s - before_s) * self._speed)
            before_s = now_s
            self._driver.tell(self.variables())

    def _pass(self, seconds: float) -> None:
        if self._off and self.mains:
            self.cut_s += seconds
            self._off = self.cut_s < 10.0  # off at least so long, then on with the mains
        discharging = not self._off and (self._testing or not self.mains)
        share = 100 * seconds / self._full_s
        self.charge_percent += -share if discharging else share / 4 if self.mains else 0
        self.charge_percent = min(100.0, max(0.0, self.charge_percent))
        if self.charge_percent <= self.low_percent:
            self._testing = False  # a deep test ends at low battery
        if self.charge_percent == 0:
            self._off = True

    def variables(self) -> dict[str, object]:
        """Give what the UPS says now."""
        low = " LB" if self.charge_percent <= self.low_percent else ""
        full = self.charge_percent == 100
        status = "OL" if full else "OL CHRG" + low
        if self._off:
            status = "OFF"
        elif not self.mains:
            status = "OB DISCHRG" + low
        elif self._testing:
            status = "OL DISCHRG"
        return {
            "battery.charge": round(self.charge_percent),
            "battery.runtime": round(self._full_s * self.charge_percent / 100),
            "battery.voltage": round(44 + 0.104 * self.charge_percent, 1),
            "input.voltage": 230.1 if self.mains else 0,
            "ups.status": status,
            "ups.test.result": "In progress" if self._testing else "Done and passed",
        }
