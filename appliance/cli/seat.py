"""`venue seat`: every seat and its state, a candidate moved to a spare, a seat list proposed of what is on."""

import argparse
from typing import Any

from appliance.cli import seat_learn
from appliance.cli.columns import padded, width
from appliance.cli.shell import (
    EXIT_OK,
    EXIT_UNKNOWN,
    EXIT_WARNING,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    print_json,
)
from appliance.words import label, name_of, seat_place


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    seat = verbs.add_parser("seat", help="seats: list, move a candidate to a spare, learn who is on")
    acts = seat.add_subparsers(metavar="ACT", required=True)
    listing = acts.add_parser("list", help="every seat: there, off, moved, unknown")
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=asking(run_list))
    swap = acts.add_parser("swap", help="move a candidate to a spare (换机)")
    add_config(swap)
    swap.add_argument("seat", metavar="ROOM-SEAT")
    swap.add_argument("spare", metavar="ROOM-SEAT")
    swap.add_argument("--by", required=True, metavar="NAME")
    swap.set_defaults(run=asking(run_swap))
    retire = acts.add_parser("retire", help="take a machine out of service (停用)")
    add_config(retire)
    retire.add_argument("seat", metavar="ROOM-SEAT")
    retire.add_argument("--by", required=True, metavar="NAME")
    retire.add_argument("--reason", required=True)
    retire.set_defaults(run=asking(run_retire))
    register = acts.add_parser("register", help="put a machine into the list (新机登记)")
    add_config(register)
    for name in ("room", "seat", "mac", "ip"):
        register.add_argument(name)
    register.add_argument("--spare", action="store_true", help="it is a spare")
    register.add_argument("--by", required=True, metavar="NAME")
    register.set_defaults(run=asking(run_register))
    seat_learn.add(acts)


def run_list(args: argparse.Namespace) -> int:
    """Prints each seat; 0 where all that ought to be on are, 1 where one is not, 3 where nobody looks."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    presence, seats = snapshot["presence"], snapshot["seats"]
    if args.json:
        print_json({"presence": presence, "seats": seats})
    else:
        print("\n".join(table(language(), snapshot)))
    if presence["state"] != "watched":
        return EXIT_UNKNOWN
    return EXIT_WARNING if presence["absent"] else EXIT_OK


def run_swap(args: argparse.Namespace) -> int:
    """Moves a candidate to a spare."""
    client_of(args).call("seat.swap", seat=args.seat, spare=args.spare, by=args.by)
    return EXIT_OK


def run_retire(args: argparse.Namespace) -> int:
    """Takes a machine out of service."""
    client_of(args).call("seat.retire", seat=args.seat, by=args.by, reason=args.reason)
    return EXIT_OK


def run_register(args: argparse.Namespace) -> int:
    """Puts a machine into the list; the file stays as it is."""
    values = {name: getattr(args, name) for name in ("room", "seat", "mac", "ip", "spare", "by")}
    client_of(args).call("seat.register", **values)
    return EXIT_OK


def table(tongue: str, snapshot: dict[str, Any]) -> list[str]:
    """The lines for a terminal."""
    presence = snapshot["presence"]
    state = presence["state"]
    known = label(tongue, "seat_on", present=presence["present"], expected=presence["expected"])
    head = known if state == "watched" else name_of(tongue, "word", state)
    moved = {row["seat"]: row for row in (snapshot.get("network") or {}).get("moved") or []}
    cells = [[label(tongue, "seat_column_seat"), label(tongue, "seat_column_state"), ""]]
    for seat in snapshot["seats"]:
        elsewhere = moved.get(seat["id"])
        more = (
            label(tongue, "net_moved_row", **{k: v or "–" for k, v in elsewhere.items()}) if elsewhere else ""
        )
        spare = (
            name_of(tongue, "seat", "spare") if seat["spare"] and seat["state"] in ("present", "off") else ""
        )
        cells.append([seat_place(tongue, seat["id"]), name_of(tongue, "seat", seat["state"]), more or spare])
    widths = [max(width(line[column]) for line in cells) for column in range(3)]
    return [head, *(f"  {padded(line, widths)}" for line in cells)]
