"""Holds the power at the orderly end: disks at rest, the output cut by the UPS, this box off."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from appliance import command
from appliance.exam.posture import NotHeld
from hw.ups import Commander, UpsError

RUN, REST, CUT, OFF = "run", "rest", "cut", "off"
REST_WAIT_S = 2.0  # the guard counts as silent after 5 s without a turn
POWER_OFF_S = 5.0
SYSTEMCTL = "usr/bin/systemctl"
BOOTED = "run/systemd/system"  # sd_booted(3): there only where systemd is the init


class PowerHolder:
    """Holds `run`, `rest`, `cut UPS…` or `off UPS…`, where the first UPS of `off` is this box's own.

    `rest` writes all that is buffered to the disks. `cut` asks each UPS to cut its output and to come back
    with the mains. `off` asks the others, then this box's own, and then switches this box off: a box that is
    off before its UPS is to be cut stays off when the mains come back, and nobody is there to press its
    button. A refused cut therefore switches nothing off. The UPS's own delay (20 s with most, offdelay in
    NUT) must be longer than this box needs to go down; where it is not, the box is cut with its disks at rest.

    Within one guard a cut that was taken is not asked again. After a restart of the guard it may be; that
    does no harm, for a UPS that was already asked either starts its delay anew (and is then cut once) or
    refuses, and then it is cut by the first command. In the second case the box is not switched off but cut:
    its disks were put at rest before the first, so nothing is lost but the clean unmount.
    """

    def __init__(
        self,
        *,
        commanders: Mapping[str, Callable[[], Commander]],
        power_off: Callable[[], None],
        sync: Callable[[], None],
    ) -> None:
        self._commanders = commanders
        self._power_off = power_off
        self._sync = sync
        self._syncing: threading.Thread | None = None
        self._taken: set[str] = set()

    def hold(self, want: str) -> None:
        """Makes `want` so. Raises NotHeld, in one line."""
        level, *upses = want.split(" ")
        if level not in (CUT, OFF):
            self._taken.clear()  # the next end needs cuts of its own
        if level in (CUT, OFF) and all(upses) and upses:
            if level == CUT:
                self._cut(upses)
            else:
                self._off(own=upses[0], others=upses[1:])
        elif want == REST:
            if not self._written():
                raise NotHeld("the disks are still being written")
        elif want != RUN:
            raise NotHeld(f"{want!r} is no level of the power")

    def _written(self) -> bool:
        """Whether all is on the disks. A worn SD card takes a minute: the guard has to see the mains come back.

        What was asked before is not asked again: all that the rest is for was written before the first asking.
        """
        if self._syncing is None:
            self._syncing = threading.Thread(target=self._sync, name="sync", daemon=True)
            self._syncing.start()
        self._syncing.join(REST_WAIT_S)
        if self._syncing.is_alive():
            return False
        self._syncing = None
        return True

    def _cut(self, upses: Sequence[str]) -> None:
        """Asks each that has not taken it; one that refuses does not keep the others from being asked."""
        refused = []
        for ups in upses:
            if ups in self._taken:
                continue
            if ups not in self._commanders:
                refused.append(f"{ups}: no UPS of this name takes commands")
                continue
            try:
                self._commanders[ups]().do("cut")
            except UpsError as error:
                refused.append(f"{ups}: the cut was not taken: {error}")
            else:
                self._taken.add(ups)
        if refused:
            raise NotHeld("; ".join(refused))

    def _off(self, *, own: str, others: Sequence[str]) -> None:
        """Once this box is off or cut nobody asks the others: its own UPS is asked when they have taken it."""
        self._written()  # a hung disk does not keep the box on: the battery does not wait for it
        self._cut(others)
        self._cut([own])
        try:
            self._power_off()
        except command.CommandError as error:
            raise NotHeld(f"this box can not be switched off: {error}") from error


def holder(
    *,
    commanders: Mapping[str, Callable[[], Commander]],
    power_off: Callable[[], None],
    sync: Callable[[], None],
) -> Callable[[str], None]:
    """A function that holds the posture's `power`, see PowerHolder.

    `commanders` by the UPS's name give what takes its commands; `power_off` asks for this box to be switched
    off and returns (raises CommandError); `sync` is os.sync, which returns once all is written.
    """
    return PowerHolder(commanders=commanders, power_off=power_off, sync=sync).hold


def systemd_power_off(root: Path) -> Callable[[], None]:
    """A function that asks the systemd of `root` to power off. It returns before the box is down.

    Locks are not looked at: an update of packages holds one, and since systemd 257 it stops root as well.

    Raises CommandError where systemd is not there, does not run, or refuses.
    Source: systemctl(1), `--no-block`, `--check-inhibitors=`.
    """

    def power_off() -> None:
        if not (root / BOOTED).is_dir():
            raise command.CommandError(f"{root / BOOTED}: systemd does not run here")
        argv = (str(root / SYSTEMCTL), "--no-block", "--check-inhibitors=no", "poweroff")
        command.run(argv, timeout_s=POWER_OFF_S)

    return power_off
