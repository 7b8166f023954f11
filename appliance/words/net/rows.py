"""What the network part of a snapshot says, line by line, for page and shell alike; unknown is never well."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from appliance.words.page_labels import label

Plain = Mapping[str, object]
_COUNTED = ("strangers", "moved", "doubled", "offers")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetLine:
    """A line and its level: ok, attention, unknown, or '' for none."""

    words: str
    level: str = ""


def net_lines(language: str, snapshot: Plain, clock: Callable[[object], str]) -> list[NetLine]:
    """Windows, what was dropped, who ought not to be there; none where no network is configured.

    `clock` writes an ISO time as the venue's.
    """
    network = _mapping(snapshot.get("network"))
    if str(network.get("mode") or "off") == "off":
        return []
    return [
        *_rehearsal(language, network, clock),
        *_windows(language, network, clock),
        *_dropped(language, network),
        *_who(language, network),
        NetLine(words=label(language, "net_tether"), level="unknown"),
    ]


def net_level(snapshot: Plain) -> str:
    """attention where a line of the network's part says so, else ''."""
    lines = net_lines("en", snapshot, lambda _: "")
    return "attention" if any(line.level == "attention" for line in lines) else ""


def _rehearsal(language: str, network: Plain, clock: Callable[[object], str]) -> Iterator[NetLine]:
    found = _mapping(network.get("rehearsal"))
    if found.get("on") is True:
        until, technician = clock(found.get("until")), found.get("technician")
        words = label(language, "net_rehearsal_until", until=until or "–", technician=technician)
        yield NetLine(words=words, level="attention")


def _windows(language: str, network: Plain, clock: Callable[[object], str]) -> Iterator[NetLine]:
    for window in _rows(network, "windows"):
        until = clock(window.get("until"))
        key = "net_window" if until else "net_window_lasting"
        by_people = str(window.get("how") or "phase") != "phase"
        words = label(language, key, name=window.get("name"), until=until)
        yield NetLine(words=words, level="attention" if by_people else "")


def _dropped(language: str, network: Plain) -> Iterator[NetLine]:
    state = str(network.get("ledger"))
    trying = _mapping(network.get("machines")).get("attempt")
    if state == "seen" and isinstance(trying, int):
        rehearsed = str(network.get("state")) == "rehearsing"
        key, quiet = ("net_rehearsed", "net_rehearsed_quiet") if rehearsed else ("net_attempts", "net_quiet")
        words = label(language, key, count=trying) if trying else label(language, quiet)
        yield NetLine(words=words, level="attention" if trying else "ok")
    elif state != "unmonitored":
        yield NetLine(words=label(language, "net_ledger_unknown"), level="unknown")


def _who(language: str, network: Plain) -> Iterator[NetLine]:
    if str(network.get("presence")) not in ("seen", "unmonitored"):
        yield NetLine(words=label(language, "net_presence_unknown"), level="unknown")
    for part in _COUNTED:
        if found := len(_rows(network, part)):
            yield NetLine(words=label(language, f"net_{part}", count=found), level="attention")


def _rows(network: Plain, name: str) -> list[Plain]:
    rows = network.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _mapping(value: object) -> Plain:
    return value if isinstance(value, Mapping) else {}
