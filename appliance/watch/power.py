"""Reads one UPS."""

from collections.abc import Callable

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
