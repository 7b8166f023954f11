"""Reads one UPS, or all of one upsd."""

import time
from collections.abc import Callable, Mapping

from appliance.events.bodies import PowerRead, PowerUnknown
from hw.ups import Ups, UpsError

PERIOD_S = 0.2  # 5 Hz: an outage of 0.3 s is seen


def reader(name: str, ups: Ups) -> Callable[[], PowerRead | PowerUnknown]:
    """A function that gives the UPS's reading now, or why there is none."""

    def read() -> PowerRead | PowerUnknown:
        try:
            reading = ups.read()
        except UpsError as error:
            return PowerUnknown(ups=name, reason=error.reason, detail=str(error))
        return PowerRead(
            ups=name,
            status=reading.status,
            charge_percent=reading.charge_percent,
            runtime_s=reading.runtime_s,
            load_percent=reading.load_percent,
            battery_v=reading.battery_v,
            input_v=reading.input_v,
            testing=reading.testing,
            absurd=reading.absurd,
        )

    return read


def round_reader(
    upses: Mapping[str, Ups], *, within_s: float, wall_s: Callable[[], float] = time.time
) -> Callable[[], dict[str, PowerRead | PowerUnknown]]:
    """A function that reads UPSes behind one upsd one after the other, by instrument.

    In one thread they cost a third of what a thread for each costs: those wake, and wait for each other, a
    hundred times a second. Once `within_s` has gone by (each UPS's own deadline), a hung upsd is not asked for
    the next UPS: all of them are unknown then. Who gave no answer is asked last and keeps nobody waiting.

    upsd judges what is stale once a second of the wall clock at most, and before it waits for a command: the
    first command of a second is answered with what held in the one before. That UPS is asked once more.

    Source: NUT 2.8 `server/upsd.c` (`mainloop`), `server/sstate.c` (`sstate_dead`).
    """
    readers = {name: reader(name, ups) for name, ups in upses.items()}
    failed: set[str] = set()
    second = 0

    def read() -> dict[str, PowerRead | PowerUnknown]:
        nonlocal second
        found: dict[str, PowerRead | PowerUnknown] = {}
        until_s = time.monotonic() + within_s
        names = sorted(readers, key=lambda name: name in failed)
        if second != (second := int(wall_s())):
            names.append(names[0])
        for name in names:
            if time.monotonic() < until_s:
                found[f"power:{name}"] = told = readers[name]()
                (failed.add if isinstance(told, PowerUnknown) else failed.discard)(name)
            else:
                found[f"power:{name}"] = PowerUnknown(
                    ups=name, reason="timeout", detail="not asked: upsd hangs"
                )
        return found

    return read
