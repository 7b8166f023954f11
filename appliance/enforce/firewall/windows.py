"""Windows as the kernel holds them: elements of sets, each with a timeout of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PULL = "pull"
LONGEST_S = 48 * 3600  # no window is meant for longer; a clock that is years off opens nothing for years


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Through:
    """What passes: from the server's address `server` to `address`, `protocol` (tcp, udp) and `port`, and back."""

    server: str
    address: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window that closes by itself `left_s` seconds after it is loaded; `through` is empty for the box's own pull."""

    name: str
    left_s: float
    through: tuple[Through, ...] = ()


def elements(windows: Sequence[Window], *, province: Sequence[str], dial: str) -> dict[str, dict[str, float]]:
    """Set name → element → seconds left, the longest where two windows name one.

    `province`: the addresses that may pull. `dial`: ADDRESS . PORT that the box calls, '' if none.
    """
    found: dict[str, dict[str, float]] = {"window": {}, "open": {}, "pull": {}, "dial": {}}
    for window in windows:
        for name, element in _of(window, province, dial):
            kept = found[name]
            left_s = min(window.left_s, LONGEST_S)
            if left_s > 0:
                kept[element] = max(kept.get(element, 0.0), left_s)
    return found


def _of(window: Window, province: Sequence[str], dial: str) -> Iterator[tuple[str, str]]:
    for each in window.through:
        yield "window", f"{each.server} . {each.address} . {each.protocol} . {each.port}"
        yield "open", each.server
    if window.name == PULL:
        for address in province:
            yield "pull", address
        if dial:
            yield "dial", dial


def lines(family: str, found: dict[str, dict[str, float]]) -> Iterator[str]:
    """Makes the sets hold exactly `found`: one flush and one add in one transaction leave no gap between."""
    for name, held in found.items():
        yield f"flush set {family} venue {name}"
        if held:
            told = ", ".join(
                f"{key} timeout {max(1, int(left_s * 1000))}ms" for key, left_s in sorted(held.items())
            )
            yield f"add element {family} venue {name} {{ {told} }}"
