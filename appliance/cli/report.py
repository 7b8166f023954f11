"""`venue report`: the facts of a sitting for the 《考场情况报告单》, as text, JSON or a page to print."""

import argparse
from pathlib import Path
from typing import Any

from appliance.cli.shell import (
    EXIT_OK,
    EXIT_UNAVAILABLE,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    local,
    print_json,
    say,
    unusable,
)
from appliance.words import event_sentence, incident_words, label
from web import report_html

EVENTS = ("acts", "power", "windows", "grants", "box")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("report", help="the report of a sitting (考场情况报告单)")
    parser.add_argument("sitting", nargs="?", default="", help="default: the one that is on, or was last")
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        "--html", type=Path, metavar="F", help="write a page to print, style and QR code inside"
    )
    parser.set_defaults(run=asking(run_report))


def run_report(args: argparse.Namespace) -> int:
    """Prints the report, or writes it; the old file stays where the new one could not be written whole."""
    report: dict[str, Any] = client_of(args).call("sitting.report", sitting=args.sitting)
    if args.html:
        beside = args.html.with_name(args.html.name + ".part")
        try:
            beside.write_text(report_html(language(), report), encoding="utf-8")
            beside.replace(args.html)
        except OSError as error:
            say(unusable(error, args.html))
            return EXIT_UNAVAILABLE
    elif args.json:
        print_json(report)
    else:
        print("\n".join(_lines(report)))
    return EXIT_OK


def _lines(report: dict[str, Any]) -> list[str]:
    zone, sitting = report["venue"]["timezone"], report["sitting"]
    held = f"{local(sitting['start'], zone, '%Y-%m-%d %H:%M')}–{local(sitting['end'], zone, '%H:%M')}"
    lines = [f"{report['venue']['name']}  {sitting['subject']}  {sitting['id']}  {held}"]
    lines += _incidents(report, zone)
    for name in EVENTS:
        if report[name]:
            lines += ["", label(language(), f"report_{name}")]
        for event in report[name]:
            said = event_sentence(language(), event["kind"], event["body"])
            lines.append(f"  {local(event['at'], zone, '%H:%M')}  {said}")
    bundles = report["bundles"]
    receipted = sum(1 for bundle in bundles if bundle["receipted_at"])
    last = local(bundles[-1]["at"], zone, "%H:%M") if bundles else None
    said = label(language(), "report_bundle_sum", count=len(bundles), receipted=receipted, last=last)
    lines += ["", f"{label(language(), 'report_bundles')}: {said}"]
    return [
        *lines,
        f"{label(language(), 'report_code')}: {report['log']['head_seq']} {report['log']['head_hash']}",
    ]


def _incidents(report: dict[str, Any], zone: str) -> list[str]:
    lines = ["", label(language(), "report_venue_title")]
    for item in report["incidents"]:
        words = incident_words(language(), item)
        outcome = {"outcome": item["outcome"], "by": item["closed_by"] or None}
        done = "report_outcome_words" if item["outcome"] else "report_outcome_open"
        times = f"{local(item['opened_at'], zone, '%H:%M')}–{local(item['closed_at'], zone, '%H:%M')}"
        said = label(language(), done, **outcome)
        lines.append(f"  #{item['number']:<4} {times:<12} {words.place}: {words.title}  {said}")
        for told in item["reported"]:
            values = {key: told[key] or None for key in ("by", "to", "answer")}
            at = local(told["at"], zone, "%H:%M")
            lines.append(f"        {label(language(), 'report_told_words', time=at, **values)}")
    return lines if report["incidents"] else [*lines, f"  {label(language(), 'report_venue_quiet')}"]
