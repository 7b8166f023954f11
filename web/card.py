"""What a card of the page is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field

Say = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a card; `level` gives its shape, empty for none."""

    words: str
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What opens below a card's lines; `name` is its id in the page."""

    name: str
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card; `level` (ok, attention, critical, unknown) gives shape and colour, `tag` the word."""

    title: str
    level: str
    tag: str
    big: str
    lines: list[Line] = field(default_factory=list)
    fold: Fold | None = None


def unmonitored(say: Say, title: str, lines: list[Line]) -> Card:
    """The card of what the configuration asks nobody to look at: never green."""
    return Card(
        title=say(title), level="unknown", tag=say("unmonitored"), big=say("unmonitored"), lines=lines
    )
