"""`venue net status`: whether the line is closed, what was dropped, who ought not to be there."""

import argparse
from collections.abc import Sequence
from typing import Any

from appliance.cli.columns import MARKS, padded, venue_clock, width
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNKNOWN,
    EXIT_WARNING,
    add_config,
    add_json,
    asking,
    client_of,
    coloured,
    language,
    print_json,
)
from appliance.words import label, name_of, net_lines, plain_text, seat_place

SILENT_S = 5.0
COLUMNS = ("who", "what", "class", "packets", "to")
_HEADLINES = {state: f"net_{state}" for state in ("closed", "unmonitored", "drifted", "rehearsing", "leaks")}
_LEVELS = {"closed": "ok", "drifted": "critical", "rehearsing": "attention", "leaks": "critical"}


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    status = acts.add_parser("status", help="the line, its windows, what was dropped, strangers")
    add_config(status)
    add_json(status)
    status.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Prints the network's part; 0 closed and quiet, 1 something to look at, 2 the rules drifted, 3 unknown."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    if args.json:
        print_json({"network": snapshot.get("network")})
    else:
        print("\n".join(table(language(), snapshot)))
    age_s = snapshot.get("turned_age_s")
    if not isinstance(age_s, int | float) or age_s > SILENT_S:
        return EXIT_UNKNOWN
    network = snapshot.get("network")
    state = network.get("state") if isinstance(network, dict) else None
    levels = {line.level for line in net_lines("en", snapshot, lambda _: "")}
    if state in ("drifted", "leaks"):
        return EXIT_FAILED
    if state == "rehearsing":
        return EXIT_WARNING
    if state != "closed":
        return EXIT_UNKNOWN
    return EXIT_WARNING if "attention" in levels else EXIT_OK


def table(tongue: str, snapshot: dict[str, Any]) -> list[str]:
    """The lines for a terminal."""
    network = snapshot.get("network")
    found: dict[str, Any] = network if isinstance(network, dict) else {}
    state, clock = str(found.get("state")), venue_clock(snapshot)
    level = _LEVELS.get(state, "unknown")
    lines = [coloured(f"{MARKS[level]} {label(tongue, _HEADLINES.get(state, 'net_unknown'))}", level)]
    lines += [f"  {plain_text(what, limit=200)}" for what in found.get("drift") or []]
    for line in net_lines(tongue, snapshot, lambda iso: clock(iso, "%m-%d %H:%M")):
        lines.append(coloured(f"{MARKS.get(line.level, ' ')} {line.words}", line.level))
    lines += _dropped(tongue, found)
    for key, part in (
        ("stranger", "strangers"),
        ("moved", "moved"),
        ("doubled", "doubled"),
        ("offer", "offers"),
    ):
        for row in found.get(part) or []:
            values = {name: value or "–" for name, value in row.items()}
            lines.append(f"  {label(tongue, f'net_{key}_row', **values)}")
    return lines


def _dropped(tongue: str, network: dict[str, Any]) -> list[str]:
    return ledger_table(tongue, network, COLUMNS)


def ledger_table(tongue: str, part: dict[str, Any], columns: Sequence[str]) -> list[str]:
    """The rows of `part` as columns of these titles; none where there are none."""
    rows = part.get("rows") or []
    if not rows:
        return []
    cells = [[label(tongue, f"net_column_{name}") for name in columns]]
    for row in rows:
        who = seat_place(tongue, row.get("seat")) if row.get("seat") else plain_text(row.get("mac"), limit=20)
        what, judged = (
            name_of(tongue, "net_kind", row.get("what")),
            name_of(tongue, "net_class", row.get("class")),
        )
        cells.append([who, what, judged, str(row.get("packets")), plain_text(row.get("to") or "–", limit=48)])
    widths = [max(width(line[column]) for line in cells) for column in range(len(columns))]
    lines = [f"  {padded(line, widths)}" for line in cells]
    if part.get("rows_more"):
        lines.append(f"  {label(tongue, 'net_more', count=part['rows_more'])}")
    return lines
