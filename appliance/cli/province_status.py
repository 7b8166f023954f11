"""`venue province status`: every venue in a line, who is late and why first; as a table, JSON, or a page."""

import argparse
import enum
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.backup.disk import replace_file
from appliance.cli.columns import padded, width
from appliance.cli.province_home import add_home, guarded
from appliance.cli.province_html import HEAD, page
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_WARNING,
    add_json,
    coloured,
    language,
    print_json,
    say,
)
from appliance.province.fleet import Row, Verdict, fleet
from appliance.province.venues import VenuesFault
from appliance.words import plain_text
from appliance.words.province.fleet import fleet_word
from appliance.words.province.reasons import reason

LEVELS = {
    Verdict.ALARM: "critical", Verdict.NEVER: "critical", Verdict.SILENT: "critical", Verdict.BEHIND: "attention",
    Verdict.UNOPENED: "attention", Verdict.UNSENT: "attention", Verdict.NOTHING: "attention", Verdict.OK: "ok",
    Verdict.REVOKED: "unknown",
}  # fmt: skip
MARKS = {"ok": "●", "attention": "▲", "critical": "■", "unknown": "–"}
_WHY_CHARACTERS = 2000
_JOINT = {"zh_CN": "；", "en": "; "}
_EXITS = {"ok": EXIT_OK, "unknown": EXIT_OK, "attention": EXIT_WARNING, "critical": EXIT_FAILED}


def add_status(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `status`."""
    parser = own.add_parser("status", help="every venue: who is late and why first")
    parser.add_argument("--html", metavar="F", type=Path, help="as a page of its own")
    parser.add_argument(
        "--silent-after", metavar="MIN", type=int, default=5, choices=range(1, 10_000),
        help="a venue not heard for so many minutes is not reached (default: 5)",
    )  # fmt: skip
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_status))


def _status(args: argparse.Namespace) -> int:
    now, tongue = datetime.now(UTC), language()
    try:
        rows = fleet(args.home, now=now, silent=timedelta(minutes=args.silent_after))
    except VenuesFault as error:
        say("\n".join(f"venue: {line}" for line in str(error).splitlines()))
        return EXIT_CONFIG
    if args.html:
        replace_file(args.html, page(tongue, cells(tongue, rows), now).encode(), mode=0o644)
    if args.json:
        print_json({"at": now.isoformat(timespec="seconds"), "venues": [_plain(row) for row in rows]})
    elif not args.html:
        for line in table(tongue, rows):
            print(line)
    return max((_EXITS[LEVELS[row.verdict]] for row in rows), default=EXIT_OK)


def cells(tongue: str, rows: list[Row]) -> list[tuple[str, list[str], str]]:
    """(level, cells in the order of HEAD, why) of each venue."""
    return [(LEVELS[row.verdict], _cells(tongue, row), _why(tongue, row)) for row in rows]


def table(tongue: str, rows: list[Row]) -> list[str]:
    """The table for a terminal: a line each, and below those that need one, why."""
    if not rows:
        return [fleet_word(tongue, "none")]
    found = cells(tongue, rows)
    head = [fleet_word(tongue, key) for key in HEAD]
    widths = [max(width(line[n]) for line in [head, *(row for _, row, _ in found)]) for n in range(len(head))]
    lines = ["  " + padded(head, widths)]
    for level, row, why in found:
        lines.append(coloured(f"{MARKS[level]} {padded(row, widths)}", level))
        lines += [f"    {why}"] if why else []
    well = sum(level == "ok" for level, _, _ in found)
    return [*lines, fleet_word(tongue, "all", count=len(rows), well=well)]


def _cells(tongue: str, row: Row) -> list[str]:
    counted = row.collected is not None or row.expected is not None
    answers = f"{_number(row.collected)}/{_number(row.expected)}" if counted else "–"
    key = "behind_verdict" if row.verdict is Verdict.BEHIND else row.verdict.value
    return [
        f"{row.code} {row.name}".strip(), plain_text(row.sitting) or "–", answers, str(row.bundles),
        f"{row.accepted}/{row.bundles}", _span(tongue, row.behind_s),
        row.answered_at.astimezone().strftime("%m-%d %H:%M:%S") if row.answered_at else "–", fleet_word(tongue, key),
    ]  # fmt: skip


def _why(tongue: str, row: Row) -> str:
    gone = fleet_word(tongue, "gone", numbers=plain_text(row.gone)) if row.gone else ""
    if row.verdict in (Verdict.OK, Verdict.REVOKED):
        return gone
    waiting = ""
    if row.waiting:
        waiting = fleet_word(tongue, "waiting", count=row.waiting, size=f"{row.waiting_bytes / 1e6:.1f} MB")
    reasons = plain_text(_JOINT[tongue].join(reason(tongue, one) for one in row.reasons), limit=_WHY_CHARACTERS)
    return _JOINT[tongue].join(part for part in (reasons, waiting, gone) if part)


def _span(tongue: str, seconds: float | None) -> str:
    if seconds is None:
        return fleet_word(tongue, "nothing")
    if seconds < 1:
        return "–"
    minutes = int(seconds // 60)
    if minutes < 120:
        return fleet_word(tongue, "minutes", count=max(1, minutes))
    if minutes < 48 * 60:
        return fleet_word(tongue, "hours", count=minutes // 60)
    return fleet_word(tongue, "days", count=minutes // (24 * 60))


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


def _plain(row: Row) -> dict[str, object]:
    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.isoformat()
        return value.value if isinstance(value, enum.Enum) else value

    return {key: plain(value) for key, value in asdict(row).items()}
