"""Windows as the kernel holds them: elements of sets, each with a timeout of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from appliance.enforce.firewall.place import BadPlan, Place
from appliance.events.network import Through

PULL = "pull"
REHEARSE = "rehearse"
PROTOCOLS = ("tcp", "udp")
LONGEST_S = 48 * 3600  # no window is meant for longer; a clock that is years off opens nothing for years


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window that closes by itself `left_s` seconds after it is loaded; `through` is empty for the box's own pull,
    and for a rehearsal, in which nothing is held back."""

    name: str
    left_s: float
    through: tuple[Through, ...] = ()


def rehearses(windows: Sequence[Window]) -> bool:
    """Whether one of them is a rehearsal that is not over."""
    return any(window.name == REHEARSE and window.left_s > 0 for window in windows)


def elements(windows: Sequence[Window], here: Place) -> dict[str, dict[str, float]]:
    """Set name → element → seconds left, the longest where two windows name one."""
    found: dict[str, dict[str, float]] = {"window": {}, "open": {}, "pull": {}, "dial": {}, "rehearse": {}}
    for window in windows:
        for name, element in _of(window, here):
            kept = found[name]
            left_s = min(window.left_s, LONGEST_S)
            if left_s > 0:
                kept[element] = max(kept.get(element, 0.0), left_s)
    return found


def _of(window: Window, here: Place) -> Iterator[tuple[str, str]]:
    for each in window.through:
        _check(each)
        yield "window", f"{each.server} . {each.address} . {each.protocol} . {each.port}"
        yield "open", each.server
    if window.name == PULL:
        for address in here.province:
            yield "pull", address
        if here.dial:
            yield "dial", here.dial
    if window.name == REHEARSE:
        for interface in here.interfaces:
            yield "rehearse", f'"{interface}"'


def _check(through: Through) -> None:
    """People name places too: nothing but numbers comes into a rule."""
    try:
        IPv4Address(through.server)
        IPv4Address(through.address)
    except AddressValueError as error:
        raise BadPlan(str(error)) from error
    if through.protocol not in PROTOCOLS or not 0 < through.port < 65_536:
        raise BadPlan(f"{through.port}/{through.protocol}: a port and tcp or udp were expected")


def lines(family: str, found: dict[str, dict[str, float]]) -> Iterator[str]:
    """Makes the sets hold exactly `found`: one flush and one add in one transaction leave no gap between."""
    for name, held in found.items():
        yield f"flush set {family} venue {name}"
        if held:
            told = ", ".join(
                f"{key} timeout {max(1, int(left_s * 1000))}ms" for key, left_s in sorted(held.items())
            )
            yield f"add element {family} venue {name} {{ {told} }}"
