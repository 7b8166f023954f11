"""The row of a venue's manifests: each names the one before it, so that one that is missing or altered is seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest

_NAMED = 5


@dataclass(slots=True)
class Row:
    """Manifests that are believed: sha256 in hex by counter and name, of those that are here and those on their way."""

    _by_counter: dict[int, dict[str, str]] = field(default_factory=dict)

    def add(self, bundle: Published, digest: str) -> None:
        """One more that is believed."""
        self._by_counter.setdefault(bundle.counter, {})[bundle.name] = digest

    def fault(self, manifest: Manifest) -> str:
        """'', or why `manifest` does not follow the one before it, where that one is known."""
        if (manifest.previous_sha256 is None) != (manifest.counter == 1):
            return f"{manifest.name}: only the first bundle has none before it"
        before = self._by_counter.get(manifest.counter - 1, {})
        if manifest.counter == 1 or not before or manifest.previous_sha256 in before.values():
            return ""
        names = ", ".join(sorted(before))
        return f"{manifest.name}: it follows another manifest than the one that is here as {names}"

    def alarms(self) -> list[str]:
        """What is wrong with the row as a whole: numbers that are missing, numbers that are there twice."""
        found = []
        numbers = sorted(self._by_counter)
        for before, after in zip([0, *numbers], numbers, strict=False):
            if after > before + 1:
                which = str(before + 1) if after == before + 2 else f"{before + 1} to {after - 1}"
                found.append(f"missing: bundle {which}")
        twice = [n for n in numbers if len(self._by_counter[n]) > 1]
        found += [f"number {n} is there twice: two boxes, or one that was set back" for n in twice[:_NAMED]]
        return found

    def newest(self) -> int:
        """The highest number, 0 where there is none."""
        return max(self._by_counter, default=0)


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
