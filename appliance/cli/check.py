"""`venue check`: readiness for the seal, each point with its reason; and what people say of it."""

import argparse
import time
from collections.abc import Callable
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
from appliance.words import label, name_of, plain_text
from appliance.words.ready.sentences import point_words

EXITS = {"ok": EXIT_OK, "attention": EXIT_WARNING, "critical": EXIT_FAILED, "unknown": EXIT_UNKNOWN}
WATCH_EVERY_S = 2.0


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("check", help="readiness for the seal, each point with its reason")
    add_config(parser)
    add_json(parser)
    parser.add_argument("--watch", action="store_true", help="again every two seconds, until interrupted")
    parser.set_defaults(run=asking(run))
    acts = parser.add_subparsers(metavar="ACT", title="what a person says")
    clock = _act(acts, "clock", "the box's clock was compared with another one", run_clock)
    clock.add_argument("--offset", type=int, default=0, metavar="S", help="seconds that the box is ahead")
    for name, yes, text in (
        ("seat-usb", "blocked", "USB storage is off on the seats, or not"),
        ("isolation", "isolated", "the exam switch keeps seats apart, or not"),
    ):
        said = _act(acts, name, text, run_said)
        said.add_argument(f"--{yes}", dest="yes", choices=("yes", "no"), required=True, help="as it was found")
        said.add_argument("--text", default="", help="how it was looked at")
    _act(acts, "morning", "the morning check was read", run_morning)


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=text)
    add_config(parser)
    parser.add_argument("--by", required=True, metavar="NAME")
    parser.set_defaults(run=asking(run), said=name)
    return parser


def run(args: argparse.Namespace) -> int:
    """Prints the points; the exit code is the worst must point's: 0 ok, 1 amber, 2 red, 3 unknown."""
    client = client_of(args)
    while True:
        snapshot: dict[str, Any] = client.call("status")
        readiness = snapshot["readiness"]
        if args.json:
            print_json(told(snapshot))
        else:
            if args.watch:
                print("\x1b[2J\x1b[H", end="")
            print("\n".join(table(snapshot)))
        if not args.watch:
            return EXITS.get(readiness["level"], EXIT_UNKNOWN)
        time.sleep(WATCH_EVERY_S)


def told(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The readiness of a snapshot with the words of each point, as `--json` gives it."""
    tongue, at = language(), venue_clock(snapshot)
    readiness = snapshot["readiness"]
    points = []
    for point in readiness["points"]:
        words = point_words(tongue, point, lambda iso: at(iso, "%m-%d %H:%M"))
        points.append({**point, "name": words.name, "reason": words.reason, "todo": words.todo})
    return {**readiness, "points": points, "seal": snapshot["seal"]}


def table(snapshot: dict[str, Any], *, only_red: bool = False) -> list[str]:
    """The points for people: must on top, should below; what is not green with what to do."""
    tongue, readiness = language(), told(snapshot)
    shown = [p for p in readiness["points"] if not only_red or p["needs_reason"]]
    broad = max((width(p["name"]) for p in shown), default=0)
    words = max(width(name_of(tongue, "level", level)) for level in MARKS)
    lines = [] if only_red else [label(tongue, "check_batch", batch=readiness["batch"] or "–")]
    for must in (True, False):
        rows = [p for p in shown if p["must"] is must]
        if rows and not only_red:
            lines.append(label(tongue, "check_must" if must else "check_should"))
        for p in rows:
            level = name_of(tongue, "level", p["level"])
            head = padded([p["name"], level, ""], [broad, words, 0])
            sign = coloured(MARKS.get(p["level"], "?"), p["level"])
            lines.append(f"{sign} {head}  {plain_text(p['reason'], limit=400)}")
            if p["level"] != "ok":
                lines.append(" " * (broad + words + 6) + "→ " + plain_text(p["todo"], limit=400))
    return lines


def run_clock(args: argparse.Namespace) -> int:
    """Says that the clock was compared."""
    client_of(args).call("clock.confirm", by=args.by, offset_s=args.offset)
    return EXIT_OK


def run_said(args: argparse.Namespace) -> int:
    """Says how the seats' USB or the switch was found."""
    verb, name = {"seat-usb": ("seats.declare_usb", "blocked"), "isolation": ("switch.declare", "isolated")}[
        args.said
    ]
    client_of(args).call(verb, by=args.by, text=args.text, **{name: args.yes == "yes"})
    return EXIT_OK


def run_morning(args: argparse.Namespace) -> int:
    """Says that the morning check was read."""
    client_of(args).call("morning.confirm", by=args.by)
    return EXIT_OK
