"""The chief examiner's day in a shell: sittings, drill, PINs."""

import argparse
from typing import Any

from appliance.cli.shell import (
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    local,
    pin_of,
    print_json,
    say,
)
from appliance.words import label
from appliance.words.refusals import refusal_sentence

ROLES = ("chief", "deputy", "technician")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verbs."""
    _add_sitting(verbs)
    drill = verbs.add_parser("drill", help="start or end a drill (演练) or rehearsal (联网模拟测试)")
    add_config(drill)
    drill.add_argument("mode", choices=("drill", "rehearsal", "end"))
    drill.add_argument("--by", required=True, metavar="NAME")
    drill.set_defaults(run=asking(run_drill))
    pin = verbs.add_parser("pin", help="set a PIN, or make a code to set the own one with")
    add_config(pin)
    pin.add_argument("role", choices=(*ROLES, "code"))
    pin.add_argument(
        "owner", nargs="?", default="chief", choices=ROLES, help="of code: whose (default: chief)"
    )
    pin.set_defaults(run=asking(run_pin))


def _add_sitting(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sitting = verbs.add_parser("sitting", help="sittings as planned and as moved")
    acts = sitting.add_subparsers(metavar="ACT", required=True)
    listing = acts.add_parser("list", help="the timetable as it now stands")
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=asking(run_list))
    for name, text in (("delay", "start and end later"), ("extend", "end later, for all or one seat")):
        parser = acts.add_parser(name, help=text)
        add_config(parser)
        parser.add_argument("minutes", type=int)
        parser.add_argument("--sitting", default="", metavar="ID", help="default: the one that is on")
        parser.add_argument("--by", required=True, metavar="NAME")
        parser.add_argument("--consent", required=True, metavar="WHO", help="who of the province consented")
        parser.add_argument("--reason", required=True)
        if name == "extend":
            parser.add_argument("--seat", default="", metavar="ROOM-SEAT")
        parser.set_defaults(run=asking(run_move), verb=f"sitting.{name}")
    for name, text in (
        ("paper", "say that the paper is in (试卷已导入)"),
        ("uploaded", "a room reports the official upload"),
    ):
        declared = acts.add_parser(name, help=text)
        add_config(declared)
        declared.add_argument("--sitting", default="", metavar="ID")
        declared.add_argument("--by", required=True, metavar="NAME")
        if name == "uploaded":
            declared.add_argument("--room", default="", help="default: all rooms")
        declared.set_defaults(run=asking(run_declared), verb=f"sitting.{name}")
    finish = acts.add_parser("finish", help="answers are collected (收卷完成)")
    add_config(finish)
    finish.add_argument("--sitting", default="", metavar="ID")
    finish.add_argument("--by", required=True, metavar="NAME")
    finish.set_defaults(run=asking(run_finish))


def run_list(args: argparse.Namespace) -> int:
    """Prints the timetable as it now stands; ▶ marks the sitting whose phase it is."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    zone, phase = snapshot["venue"]["timezone"], snapshot["phase"]
    if args.json:
        print_json({"sittings": snapshot["sittings"], "phase": phase})
        return EXIT_OK
    for sitting in snapshot["sittings"]:
        mark = "▶" if sitting["id"] == phase["sitting"] else "✓" if sitting["finished_at"] else " "
        times = f"{local(sitting['start'], zone, '%Y-%m-%d %H:%M')}–{local(sitting['end'], zone, '%H:%M')}"
        moved = sitting["delay_minutes"] + sitting["extend_minutes"]
        later = f"  +{moved} min" if moved else ""
        seats = "".join(f"  {seat} +{extra} min" for seat, extra in sitting["extended_seats"].items())
        print(f"{mark} {sitting['id']}  {sitting['batch']}  {times}  {sitting['subject']}{later}{seats}")
    return EXIT_OK


def run_move(args: argparse.Namespace) -> int:
    """Moves a sitting; asks the chief's PIN."""
    values = {"minutes": args.minutes, "by": args.by, "consent": args.consent, "reason": args.reason}
    if args.verb == "sitting.extend":
        values["seat"] = args.seat
    client_of(args).call(args.verb, pins={"chief": pin_of("chief")}, sitting=args.sitting, **values)
    return EXIT_OK


def run_declared(args: argparse.Namespace) -> int:
    """Writes down what nobody measures: the paper is in, a room has uploaded."""
    values = {"room": args.room} if args.verb == "sitting.uploaded" else {}
    client_of(args).call(args.verb, sitting=args.sitting, by=args.by, **values)
    return EXIT_OK


def run_finish(args: argparse.Namespace) -> int:
    """Says that the answers are collected."""
    client_of(args).call("sitting.finish", sitting=args.sitting, by=args.by)
    return EXIT_OK


def run_drill(args: argparse.Namespace) -> int:
    """Starts or ends a drill."""
    client_of(args).call("drill", mode=args.mode, by=args.by)
    return EXIT_OK


def run_pin(args: argparse.Namespace) -> int:
    """Sets a PIN, typed twice on a terminal; or prints a one-time code, so that nobody but its owner knows the PIN."""
    client = client_of(args)
    if args.role == "code":
        code = str(client.call("pin.code", role=args.owner)["code"])
        print(label(language(), "pin_code", code=f"{code[:4]} {code[4:]}", role=args.owner))
        return EXIT_OK
    pin = pin_of(args.role)
    if pin != pin_of(args.role):
        say(refusal_sentence(language(), "pins-differ", {}))
        return EXIT_NOT_PERMITTED
    client.call("pin.set", role=args.role, pin=pin)
    return EXIT_OK
