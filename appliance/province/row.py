"""The row of a venue's manifests: each names the one before it, so that one that is missing or altered is seen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest, Spans

_NAMED = 5


@dataclass(slots=True)
class Row:
    """Manifests that are believed: sha256 in hex by counter and name, of those that are here and those on their way."""

    _by_counter: dict[int, dict[str, str]] = field(default_factory=dict)
    _pruned: tuple[int, Spans] = (0, ())

    def add(self, bundle: Published, digest: str, pruned: Spans) -> None:
        """One more that is believed, and what the venue said with it that it took away itself."""
        self._by_counter.setdefault(bundle.counter, {})[bundle.name] = digest
        self._pruned = max(self._pruned, (bundle.counter, pruned))

    def fault(self, manifest: Manifest) -> str:
        """'', or why `manifest` does not follow the one before it, where that one is known."""
        if (manifest.previous_sha256 is None) != (manifest.counter == 1):
            return f"{manifest.name}: only the first bundle has none before it"
        before = self._by_counter.get(manifest.counter - 1, {})
        if manifest.counter == 1 or not before or manifest.previous_sha256 in before.values():
            return ""
        names = ", ".join(sorted(before))
        return f"{manifest.name}: it follows another manifest than the one that is here as {names}"

    def alarms(self, *, first: int = 0) -> list[str]:
        """What is wrong with the row as a whole: numbers that are missing, numbers that are there twice.

        None is missing that the venue's newest manifest says the box took away itself, for it had its receipt: `gone`
        names those. Nor one before `first`, into which somebody looked.
        """
        missing = [(max(low, first), high) for low, high in self._missing(_without) if high >= first]
        found = [f"missing: bundle {_span(low, high)}" for low, high in missing]
        numbers = sorted(self._by_counter)
        twice = [n for n in numbers if len(self._by_counter[n]) > 1]
        found += [f"number {n} is there twice: two boxes, or one that was set back" for n in twice[:_NAMED]]
        return found

    def gone(self) -> str:
        """The numbers that are not here and that the venue accounts for, '' where there are none."""
        return ", ".join(_span(low, high) for low, high in self._missing(_within)[:_NAMED])

    def _missing(self, which: Callable[[int, int, Spans], Spans]) -> list[tuple[int, int]]:
        numbers = sorted(self._by_counter)
        gaps = [(a + 1, b - 1) for a, b in zip([0, *numbers], numbers, strict=False) if b > a + 1]
        return [span for low, high in gaps for span in which(low, high, self._pruned[1])]

    def newest(self) -> int:
        """The highest number, 0 where there is none."""
        return max(self._by_counter, default=0)


def _within(low: int, high: int, spans: Spans) -> Spans:
    """What of `low` to `high` lies in `spans`, which rise."""
    return tuple((max(low, a), min(high, b)) for a, b in spans if max(low, a) <= min(high, b))


def _without(low: int, high: int, spans: Spans) -> Spans:
    """What of `low` to `high` does not."""
    found = []
    for a, b in _within(low, high, spans):
        if a > low:
            found.append((low, a - 1))
        low = max(low, b + 1)
    return (*found, (low, high)) if low <= high else tuple(found)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def newest_sitting_first(
    wanted: Iterable[tuple[Published, Manifest]], known: Mapping[str, int]
) -> list[tuple[Published, Manifest]]:
    """`wanted` in the order of fetching: the sitting with the highest number first, in it as they were made.

    `known`: the highest number of each sitting so far.
    """
    rows = list(wanted)
    highest = dict(known)
    for bundle, manifest in rows:
        highest[manifest.sitting] = max(highest.get(manifest.sitting, 0), bundle.counter)
    return sorted(rows, key=lambda row: (-highest[row[1].sitting], row[0].counter))
