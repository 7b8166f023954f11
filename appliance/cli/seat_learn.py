"""`venue seat learn`: which machines are on now, as a proposed seat list; it changes none.

It looks by itself, guard or not. Seats that the present list knows are kept as they are; for every other machine the
room is what a person gives, the seat a running number. Rooms and spares are confirmed before the file is used.
"""

import argparse
import csv
import io
from pathlib import Path

from appliance.cli.shell import EXIT_FAILED, EXIT_OK, EXIT_USAGE, add_config, language, say, unusable
from appliance.daemon.learned import Row, listed, proposed
from appliance.daemon.seat_list import COLUMNS
from appliance.daemon.seen import NotSeen, exam_interface, hosts
from appliance.daemon.settings import read
from appliance.words import label


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    learn = acts.add_parser(
        "learn", help="propose a seat list of the machines that are on (认机); changes none"
    )
    add_config(learn)
    learn.add_argument(
        "--room", default="", metavar="ROOM", help="the room of the machines that no list knows"
    )
    learn.add_argument(
        "--into", type=Path, metavar="FILE", help="write there, never over a file; else stdout"
    )
    learn.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Looks for some ten seconds, then writes the proposal."""
    tongue = language()
    plan = read(args.config).plan
    if plan.network == "off":
        say(label(tongue, "learn_off"))
        return EXIT_USAGE
    if args.into is not None and args.into.exists():
        say(label(tongue, "learn_exists", file=str(args.into)))
        return EXIT_USAGE
    say(label(tongue, "learn_looking"))
    try:
        seen = [(host.mac, host.ip, host.port) for host in hosts(plan.net, exam_interface(plan.net))]
    except NotSeen as error:
        say(label(tongue, "learn_failed", reason=str(error)))
        return EXIT_FAILED
    spares = {seat.id for seat in plan.seats if seat.spare}
    rooms = {seat.id: seat.room for seat in plan.seats}
    rows = [
        *listed(plan.net.seats, rooms, spares),
        *(found := proposed(plan.net, seen, args.room, set(rooms))),
    ]
    return _written(args.into, rows, len(found), tongue)


def _written(into: Path | None, rows: list[Row], found: int, tongue: str) -> int:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    if into is None:
        print(text.getvalue(), end="")
    else:
        try:
            with into.open("x", encoding="utf-8") as file:
                file.write(text.getvalue())
        except OSError as error:
            say(label(tongue, "learn_failed", reason=unusable(error, into)))
            return EXIT_FAILED
    say(label(tongue, "learn_found", count=found))
    return EXIT_OK
