"""What the record says of the exam network: the windows that people opened."""

from dataclasses import dataclass, replace

from appliance.events import Body, Moment
from appliance.events.bodies import WindowClosed, WindowOpened

MORE, MAINTENANCE, TWO = "more", "maintenance", "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A window that people opened, from `at` on for `minutes`; `presses` how often it was made longer.

    The other fields are those of `events.window.WindowOpened`.
    """

    name: str
    at: Moment
    minutes: int
    how: str
    reason: str = ""
    by: str = ""
    chief: str = ""
    technician: str = ""
    server: str = ""
    to: tuple[str, ...] = ()
    presses: int = 0

    @property
    def until_mono_s(self) -> float:
        """Its end by CLOCK_BOOTTIME: no jump of the wall clock moves it."""
        return self.at.mono_s + 60 * self.minutes

    def over(self, now: Moment) -> bool:
        """Whether its time is over; after a boot it is, for the kernel has forgotten it."""
        return now.boot_id != self.at.boot_id or now.mono_s >= self.until_mono_s


@dataclass(frozen=True, slots=True, kw_only=True)
class NetState:
    """`windows`: those that people opened, at most one of a name."""

    windows: tuple[Opened, ...] = ()


def after(net: NetState, body: Body, now: Moment) -> NetState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case WindowOpened(name=name):
            before = next((each for each in net.windows if each.name == name), None)
            again = before.presses + 1 if before is not None and body.how == MORE else int(body.how == MORE)
            opened = Opened(
                name=name,
                at=now,
                minutes=body.minutes,
                how=body.how,
                reason=body.reason,
                by=body.by,
                chief=body.chief,
                technician=body.technician,
                server=body.server,
                to=body.to,
                presses=again,
            )
            return replace(net, windows=(*_others(net, name), opened))
        case WindowClosed(name=name):
            return replace(net, windows=_others(net, name))
    return net


def _others(net: NetState, name: str) -> tuple[Opened, ...]:
    return tuple(each for each in net.windows if each.name != name)
