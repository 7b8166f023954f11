"""`venue power`: how long the UPSes hold, and what people do with them."""

import argparse
import time
from typing import Any

from appliance.cli.power_table import level, table
from appliance.cli.power_trial import watch_drill, watch_test
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNKNOWN,
    EXIT_WARNING,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    pin_of,
    print_json,
)

EXITS = {"ok": EXIT_OK, "attention": EXIT_WARNING, "critical": EXIT_FAILED, "unknown": EXIT_UNKNOWN}
SILENT_S = 5.0
WATCH_EVERY_S = 1.0


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    power = verbs.add_parser("power", help="the UPSes: how long they hold, tests, drills, an orderly end")
    acts = power.add_subparsers(metavar="ACT", required=True)
    status = acts.add_parser("status", help="every UPS, its hold times each by its name, proof, forecast")
    add_config(status)
    add_json(status)
    status.add_argument("--watch", action="store_true", help="again each second, until interrupted")
    status.set_defaults(run=asking(run_status))
    _add_test(acts)
    drill = _act(acts, "drill", "pull the plug and put it back: proves wiring and polarity")
    drill.set_defaults(run=asking(run_drill))
    for name, text in (("battery", "it has a new battery"), ("swap", "another UPS stands in its place")):
        parser = _act(acts, name, text)
        parser.add_argument("--note", required=True, help="what was done, as serial or model")
        parser.set_defaults(run=asking(run_noted), verb=f"power.{name}")
    end = _act(acts, "end", "the chief agrees to stop the servers on this UPS; asks the chief's PIN")
    end.set_defaults(run=asking(run_end))


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=text)
    add_config(parser)
    parser.add_argument("ups", metavar="UPS")
    parser.add_argument("--by", required=True, metavar="NAME")
    return parser


def _add_test(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = _act(acts, "test", "a watched discharge: what proves how long it holds")
    test.add_argument("--minutes", type=int, default=None, help="default: what the rules ask, and a little")
    test.add_argument("--floor", type=int, default=None, metavar="PERCENT", help="ends at this charge")
    how = test.add_mutually_exclusive_group()
    how.add_argument(
        "--by-hand", dest="command", action="store_false", help="somebody pulls its plug (default)"
    )
    how.add_argument("--command", action="store_true", help="the UPS is told to discharge by itself")
    how.add_argument("--cancel", action="store_true", help="end the test that is on")
    test.add_argument("--no-wait", action="store_true", help="begin it and leave")
    test.set_defaults(run=asking(run_test), command=False)


def run_status(args: argparse.Namespace) -> int:
    """Prints every UPS; the exit code is that of the worst: 0, 1, 2 or 3."""
    client = client_of(args)
    while True:
        snapshot: dict[str, Any] = client.call("status")
        if args.json:
            print_json({name: snapshot.get(name) for name in ("power", "supply", "panel")})
        else:
            if args.watch:
                print("\x1b[2J\x1b[H", end="")
            print("\n".join(table(language(), snapshot)), flush=True)
        if not args.watch:
            age_s = snapshot.get("turned_age_s")
            stale = not isinstance(age_s, int | float) or age_s > SILENT_S
            return EXIT_UNKNOWN if stale else EXITS[level(snapshot)]
        time.sleep(WATCH_EVERY_S)


def run_test(args: argparse.Namespace) -> int:
    """Begins a test and watches it to its end: 0 held, 1 ended early, 2 too short, 3 not known."""
    client = client_of(args)
    if args.cancel:
        client.call("power.test_cancel", ups=args.ups, by=args.by)
        return EXIT_OK
    asked = {"minutes": args.minutes, "floor_percent": args.floor}
    values = {name: value for name, value in asked.items() if value is not None}
    begun = client.call("power.test", ups=args.ups, by=args.by, command=args.command, **values)
    return EXIT_OK if args.no_wait else watch_test(client, args.ups, begun)


def run_drill(args: argparse.Namespace) -> int:
    """Says when to pull the plug and when to put it back: 0 passed, 2 otherwise."""
    client = client_of(args)
    begun = client.call("power.drill", ups=args.ups, by=args.by)
    return watch_drill(client, args.ups, begun)


def run_noted(args: argparse.Namespace) -> int:
    """Records a new battery or another UPS: what the old one proved is void."""
    client_of(args).call(args.verb, ups=args.ups, by=args.by, note=args.note)
    return EXIT_OK


def run_end(args: argparse.Namespace) -> int:
    """Agrees to stop the servers on a UPS; asks the chief's PIN."""
    client_of(args).call("power.end", pins={"chief": pin_of("chief")}, ups=args.ups, by=args.by)
    return EXIT_OK
