"""`venue status`: the verdict and everything below it."""

import argparse
import time
from typing import Any

from appliance.cli.debts import debt_lines
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
    local,
    print_json,
)
from appliance.words import (
    figures_of,
    hint_sentence,
    incident_words,
    label,
    name_of,
    reason_sentence,
    verdict_sentence,
    with_figures,
)

EXITS = {"ok": EXIT_OK, "attention": EXIT_WARNING, "critical": EXIT_FAILED, "unknown": EXIT_UNKNOWN}
SILENT_S = 5.0
WATCH_EVERY_S = 1.0


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("status", help="the verdict and everything below it")
    add_config(parser)
    add_json(parser)
    parser.add_argument("--watch", action="store_true", help="again each second, until interrupted")
    parser.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Prints the snapshot; the exit code is the verdict's: 0, 1, 2 or 3."""
    client = client_of(args)
    while True:
        snapshot = client.call("status")
        if args.json:
            print_json(snapshot)
        else:
            if args.watch:
                print("\x1b[2J\x1b[H", end="")
            _print(snapshot)
        if not args.watch:
            stale = snapshot["turned_age_s"] > SILENT_S
            return EXIT_UNKNOWN if stale else EXITS.get(snapshot["verdict"]["level"], EXIT_UNKNOWN)
        time.sleep(WATCH_EVERY_S)


def _print(snapshot: dict[str, Any]) -> None:
    tongue, zone = language(), snapshot["venue"]["timezone"]
    verdict = snapshot["verdict"]
    marks = {"ok": "●", "attention": "▲", "critical": "■", "unknown": "?"}
    headline = f"{marks.get(verdict['level'], '?')} {verdict_sentence(tongue, verdict)}"
    print(coloured(headline, verdict["level"]))
    told = with_figures(snapshot, lambda iso: local(iso, zone, "%H:%M"))
    reason = reason_sentence(tongue, told) or hint_sentence(tongue, verdict)
    print(f"  {reason}")
    for line in _lines(snapshot, tongue, zone):
        print(f"  {line}")


def _lines(snapshot: dict[str, Any], tongue: str, zone: str) -> list[str]:
    phase, sitting = snapshot["phase"], snapshot["sitting"]
    lines = [name_of(tongue, "phase", phase["name"])]
    if sitting:
        times = f"{local(sitting['start'], zone, '%m-%d %H:%M')}–{local(sitting['end'], zone, '%H:%M')}"
        lines[0] += f" · {sitting['id']} {sitting['subject']} {times}"
    for ups in snapshot["power"]:
        charge = "–" if ups["charge_percent"] is None else f"{ups['charge_percent']:.0f} %"
        runtime = "–" if ups["runtime_s"] is None else f"{ups['runtime_s'] / 60:.0f} min"
        state = name_of(tongue, "power", ups["state"])
        why = f" ({name_of(tongue, 'ups_reason', ups['reason'])})" if ups["reason"] else ""
        lines.append(f"{ups['name']}: {state}{why} · {charge} · {runtime}")
    seats, backup = snapshot["presence"], snapshot["backup"]
    if seats["state"] == "watched":
        lines.append(f"{label(tongue, 'seats')}: {seats['present']}/{seats['expected']}")
    last = backup["last"]
    if last:
        lines.append(f"{label(tongue, 'backup')}: {local(last['at'], zone)} {last['name']}")
    lines += debt_lines(snapshot, tongue)
    for incident in snapshot["incidents"]:
        if incident["state"] != "closed":
            kind, place, detail = incident["cause_kind"], incident["place"], incident["detail"]
            figures = figures_of(snapshot, kind, place, lambda iso: local(iso, zone, "%H:%M"), detail)
            words = incident_words(tongue, incident, figures=figures)
            lines.append(f"#{incident['number']} {words.place}: {words.title} {words.todo}")
    return lines
