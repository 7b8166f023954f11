"""Sees whether receipts lie there that came over the line and nobody looked at."""

import os
from collections.abc import Callable
from pathlib import Path

from appliance.events.readings import ReceiptsReading

PERIOD_S = 1.0


def reader(incoming: Path) -> Callable[[], ReceiptsReading]:
    """A function that counts them; a place that is not there, or can not be listed, holds none that could be taken."""

    def read() -> ReceiptsReading:
        try:
            return ReceiptsReading(waiting=sum(1 for name in os.listdir(incoming) if not name.startswith(".")))
        except OSError:
            return ReceiptsReading(waiting=0)

    return read
