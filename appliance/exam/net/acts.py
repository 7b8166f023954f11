"""Windows that people open: ten minutes more alone, maintenance before the seal, everything else by two."""

import math
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, ip_interface
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import WindowClosed, WindowOpened
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.net.state import MAINTENANCE, MORE, TWO, Opened
from appliance.exam.net.windows import (
    NAMES,
    OTHER,
    PAPER,
    PULL,
    UPDATES,
    UPLOAD,
    Window,
    address_port,
    open_by_people,
    shut,
    windows,
)
from appliance.exam.venue import Venue

MAX_MINUTES = 240
MAX_PLACES = 4
HELD = ("route", "bridge")


def _held(venue: Venue) -> None:
    if venue.plan.network not in HELD:
        raise Refused("line-not-held")


def _open_now(venue: Venue, now: Moment) -> dict[str, Window]:
    return {window.name: window for window in windows(venue, now)}


def _more(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """One press by one person, for a window that the phase opened and that is open still."""
    _held(venue)
    found = _open_now(venue, now)
    running = [name for name in (PAPER, UPLOAD) if name in found]
    name = act.text("name", required=False, limit=20) or (running[0] if running else "")
    if name not in running:
        raise Refused("no-window-running", name=name)
    if found[name].leased:
        raise Refused("window-has-no-end", name=name)
    before = next((o for o in open_by_people(venue, now) if o.name == name), None)
    if before is not None and before.how != MORE:
        raise Refused("two-people-needed")
    rules = venue.plan.rules
    if before is not None and before.presses >= rules.window_more_times:
        raise Refused("more-often-enough", times=rules.window_more_times)
    minutes = math.ceil(found[name].left_s(now) / 60) + rules.window_more_minutes
    return (WindowOpened(name=name, minutes=minutes, how=MORE, by=act.text("by", limit=MAX_NAME)),)


def _maintain(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """One technician, while nothing is sealed, to the hosts that the configuration names."""
    _held(venue)
    if shut(venue):
        raise Refused("two-people-needed", phase=venue.phase.name)
    _not_open_yet(venue, UPDATES, now)
    return (
        WindowOpened(
            name=UPDATES,
            minutes=_minutes(act),
            how=MAINTENANCE,
            technician=act.text("technician", limit=MAX_NAME),
            reason=act.text("reason"),
            server=_server(venue, act),
            to=_named(venue, UPDATES),
        ),
    )


def _open(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Two people, whatever the phase; their PINs were asked for."""
    _held(venue)
    name = act.text("name", limit=20)
    if name not in NAMES:
        raise Refused("bad-choice", name="name", choices=", ".join(NAMES))
    chief, technician = act.text("chief", limit=MAX_NAME), act.text("technician", limit=MAX_NAME)
    if chief == technician:
        raise Refused("two-people-needed")
    _not_open_yet(venue, name, now)
    return (
        WindowOpened(
            name=name,
            minutes=_minutes(act),
            how=TWO,
            chief=chief,
            technician=technician,
            reason=act.text("reason"),
            server="" if name == PULL else _server(venue, act, required=name == OTHER),
            to=_places(venue, act) if name == OTHER else _named(venue, name),
        ),
    )


def _close(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Anybody may: what is closed too early is opened again."""
    name, by = act.text("name", limit=20), act.text("by", limit=MAX_NAME)
    if not any(opened.name == name for opened in venue.net.windows):
        raise Refused("no-window-of-people", name=name)
    return (WindowClosed(name=name, why="person", by=by),)


def due_windows(venue: Venue, now: Moment) -> Iterator[Body]:
    """The windows of people that are over: their time is, the venue was sealed, or the box started anew."""
    for opened in venue.net.windows:
        if why := _over(venue, opened, now):
            yield WindowClosed(name=opened.name, why=why)


def _over(venue: Venue, opened: Opened, now: Moment) -> str:
    if now.boot_id != opened.at.boot_id:
        return "restarted"
    if opened.over(now):
        return "expired"
    return "sealed" if opened.how == MAINTENANCE and shut(venue) else ""


def _not_open_yet(venue: Venue, name: str, now: Moment) -> None:
    if name in _open_now(venue, now):
        raise Refused("window-open-already", name=name)


def _minutes(act: Act) -> int:
    value = act.args.get("minutes")
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_MINUTES:
        raise Refused("bad-minutes", limit=MAX_MINUTES)
    return value


def _server(venue: Venue, act: Act, *, required: bool = False) -> str:
    name = act.text("server", required=required, limit=64)
    known = [server.name for server in venue.plan.net.servers]
    if name and name not in known:
        raise Refused("bad-choice", name="server", choices=", ".join(known))
    if not known:
        raise Refused("no-servers")
    return name


def _named(venue: Venue, name: str) -> tuple[str, ...]:
    """Whom the configuration names for the window, as they are named now: a later change of it opens nothing."""
    places = venue.plan.net.updates if name == UPDATES else venue.plan.net.province
    if not places:
        raise Refused("no-places", name=name)
    return places


def _places(venue: Venue, act: Act) -> tuple[str, ...]:
    """ADDRESS:PORT[/PROTOCOL] outside the exam network, one or a few."""
    given = act.args.get("to")
    places = given if isinstance(given, list) else [given]
    if not 1 <= len(places) <= MAX_PLACES:
        raise Refused("bad-place", place=str(given)[:80])
    inside = ip_interface(venue.plan.net.address).network if venue.plan.net.address else None
    for place in places:
        end = address_port(place) if isinstance(place, str) else None
        ip = IPv4Address(end[0]) if end else None
        if ip is None or ip.is_multicast or ip.is_loopback or ip.is_unspecified or ip.is_reserved:
            raise Refused("bad-place", place=str(place)[:80])
        if inside is not None and ip in inside:
            raise Refused("place-inside", place=str(place)[:80])
    return tuple(places)


NET_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {
        "net.window.more": _more,
        "net.window.maintain": _maintain,
        "net.window.open": _open,
        "net.window.close": _close,
    }
)
