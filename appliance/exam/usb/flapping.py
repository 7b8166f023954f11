"""Ports where devices come and go all the time: their rows are kept few, and the last one is true."""

from dataclasses import dataclass

from appliance.events import Moment

OFTEN = 20  # changes of a port, each within FORGOTTEN_S of the one before
FORGOTTEN_S = 60.0
# Between two rows of such a port. With the heartbeat of what reads the bus it is below a second until the last is told.
APART_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How often a port changed, without a pause, and when it did last."""

    times: int
    at: Moment


def after_change(moved: dict[str, Moved], port: str, now: Moment) -> dict[str, Moved]:
    """The table with one change more; ports that have come to rest are forgotten."""
    recent = {name: each for name, each in moved.items() if not _rests(each, now)}
    before = recent.get(port)
    return recent | {port: Moved(times=before.times + 1 if before else 1, at=now)}


def tells_later(moved: dict[str, Moved], port: str, now: Moment) -> bool:
    """Whether a change of the port waits for a later reading: it changes all the time and has just been told."""
    last = moved.get(port)
    if last is None or last.times < OFTEN or _rests(last, now):
        return False
    return now.since(last.at) < APART_S


def _rests(moved: Moved, now: Moment) -> bool:
    return not now.comparable(moved.at) or now.since(moved.at) > FORGOTTEN_S
