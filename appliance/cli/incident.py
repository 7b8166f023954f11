"""`venue incident`: the record, and what people say of it."""

import argparse
from typing import Any

from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    local,
    print_json,
    say,
)
from appliance.words import figures_of, incident_words, label, name_of
from appliance.words.refusals import refusal_sentence

# act: its verb, its options (name, required, help)
ACTS: dict[str, tuple[str, str, tuple[tuple[str, bool, str], ...]]] = {
    "acknowledge": ("incident.acknowledge", "somebody took it in hand", ()),
    "note": ("incident.note", "write something down", (("text", True, "what"),)),
    "reported": (
        "incident.reported",
        "somebody was told, and answered",
        (("to", True, "who was told"), ("answer", False, "what they answered")),
    ),
    "classify": ("incident.classify", "confirm a class", (("class", True, "general or major"),)),
    "resume": ("incident.resume", "the candidates work again", ()),
    "close": (
        "incident.close",
        "close it",
        (
            ("outcome", True, "swapped, recovered, recorded or false_alarm"),
            ("spare", False, "with swapped: the spare seat"),
            ("text", False, "a remark"),
        ),
    ),
}


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verbs."""
    incident = verbs.add_parser("incident", help="the record of incidents")
    acts = incident.add_subparsers(metavar="ACT", required=True)
    listing = acts.add_parser("list", help="open ones and the last closed ones")
    add_config(listing)
    add_json(listing)
    listing.add_argument("--drill", action="store_true", help="those of drills too")
    listing.set_defaults(run=asking(run_list))
    show = acts.add_parser("show", help="one incident, whole")
    add_config(show)
    add_json(show)
    show.add_argument("number", type=int)
    show.set_defaults(run=asking(run_show))
    for name, (verb, text, options) in ACTS.items():
        parser = acts.add_parser(name, help=text)
        add_config(parser)
        parser.add_argument("number", type=int)
        parser.add_argument("--by", required=True, metavar="NAME")
        for option, required, meaning in options:
            parser.add_argument(f"--{option}", required=required, default="", help=meaning)
        names = tuple(option for option, _, _ in options)
        parser.set_defaults(run=asking(run_act), verb=verb, names=names)


def run_list(args: argparse.Namespace) -> int:
    """Prints the incidents of the record, those of drills only when asked."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    zone = snapshot["venue"]["timezone"]
    rows = [row for row in snapshot["incidents"] if args.drill or not row["drill"]]
    if args.json:
        print_json({"incidents": rows})
        return EXIT_OK
    for row in rows:
        words = incident_words(language(), row, figures=_figures(snapshot, row))
        state = name_of(language(), "incident", row["state"])
        print(f"#{row['number']:<4} {local(row['opened_at'], zone)}  {state}  {words.place}: {words.title}")
    return EXIT_OK


def run_show(args: argparse.Namespace) -> int:
    """Prints one incident with what to do and whom was told."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    row = next((row for row in snapshot["incidents"] if row["number"] == args.number), None)
    if row is None:
        say(refusal_sentence(language(), "unknown-incident", {"number": args.number}))
        return EXIT_FAILED
    if args.json:
        print_json({"incident": row})
        return EXIT_OK
    zone = snapshot["venue"]["timezone"]
    words = incident_words(language(), row, figures=_figures(snapshot, row))
    print(f"#{row['number']} {words.place}: {words.title}\n{words.todo}\n{words.script}")
    if row.get("proposed_extension_minutes"):
        print(label(language(), "proposed_extension", count=row["proposed_extension_minutes"]))
    for told in row["reported"]:
        print(f"{local(told['at'], zone)} {told['by']} → {told['to']}: {told['answer']}")
    for note in row["notes"]:
        print(f"{local(note['at'], zone)} {note['by']}: {note['text']}")
    return EXIT_OK


def _figures(snapshot: dict[str, Any], row: dict[str, Any]) -> dict[str, object]:
    zone = snapshot["venue"]["timezone"]
    kind, place, detail = row["cause_kind"], row["place"], row["detail"]
    return figures_of(snapshot, kind, place, lambda iso: local(iso, zone, "%H:%M"), detail)


def run_act(args: argparse.Namespace) -> int:
    """Does one act on an incident."""
    values = {name: getattr(args, name) for name in args.names}
    client_of(args).call(args.verb, number=args.number, by=args.by, **values)
    return EXIT_OK
