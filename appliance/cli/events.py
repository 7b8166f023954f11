"""`venue events` and `venue log verify`: the record, and whether it holds."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from appliance.cli.log_code import CODE_WORDS, compare, printed_code
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    local,
    print_json,
    say,
)
from appliance.client import Client
from appliance.config.glance import glance
from appliance.eventlog import EventLog, LogError, verify
from appliance.eventlog.files import log_files
from appliance.words import event_sentence, label, usb_places

FOLLOW_EVERY_S = 0.5
SHOWN = 50
PAGE = 500


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verbs."""
    parser = verbs.add_parser("events", help="the event log: the last 50, or all since a row")
    add_config(parser)
    add_json(parser)
    parser.add_argument("--since", type=int, default=None, metavar="SEQ", help="all rows beyond this one")
    parser.add_argument("--follow", action="store_true", help="go on as rows come")
    parser.add_argument("--kind", default="", help="only this kind, as power.read")
    parser.set_defaults(run=asking(run_events))
    log = verbs.add_parser("log", help="the event log's hash chain")
    acts = log.add_subparsers(metavar="ACT", required=True)
    check = acts.add_parser("verify", help="walk the chain; names the first bad or missing row")
    add_config(check)
    add_json(check)
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: the venue's log files")
    check.add_argument("--code", default="", help="a printed code, or what its QR code says: does it fit the record?")
    check.add_argument("--row", type=int, default=0, metavar="SEQ", help="the row that the code stands for")
    check.set_defaults(run=run_verify)


def run_events(args: argparse.Namespace) -> int:
    """Prints rows, oldest first; with --json one object a line while following, else one object."""
    client = client_of(args)
    snapshot = client.call("status")
    zone, places = str(snapshot["venue"]["timezone"]), usb_places(snapshot)
    if args.since is None:
        page = client.call("events", newest=True, limit=SHOWN, kind=args.kind)
    else:
        page = _all_since(client, args.since, args.kind)
    if args.json and not args.follow:
        print_json(page)
        return EXIT_OK
    since = page["next"]
    _show(page["events"], zone, places, args.json)
    while args.follow:
        time.sleep(FOLLOW_EVERY_S)
        page = client.call("events", since=since, limit=PAGE, kind=args.kind)
        _show(page["events"], zone, places, args.json)
        since = page["next"]
    return EXIT_OK


def _all_since(client: Client, since: int, kind: str) -> dict[str, Any]:
    events: list[Any] = []
    while True:
        page = client.call("events", since=since, limit=PAGE, kind=kind)
        if not page["events"]:
            return {"events": events, "next": since}
        events += page["events"]
        since = page["next"]


def _show(events: list[dict[str, Any]], zone: str, places: dict[str, str], as_json: bool) -> None:
    for event in events:
        if as_json:
            print(json.dumps(event, ensure_ascii=False))
            continue
        sentence = event_sentence(language(), event["kind"], event["body"], places=places)
        print(f"{event['seq']:>7}  {local(event['at'], zone)}  {event['kind']:<24} {sentence}")
    sys.stdout.flush()


def run_verify(args: argparse.Namespace) -> int:
    """Walks each log file; exit 2 where one does not hold."""
    paths = [args.file] if args.file else log_files(glance(args.config).state_dir / "log")
    if not paths:
        say(label(language(), "shell_no_log"))
        return EXIT_UNAVAILABLE
    try:
        printed = printed_code(args.code, args.row) if args.code or args.row else None
    except ValueError as error:
        say(label(language(), str(error)))
        return EXIT_USAGE
    found = [_verify(path) for path in paths]
    fits = compare(printed, paths, found) if printed else ""
    if args.json:
        print_json({"files": found} | ({"code": fits} if printed else {}))
    else:
        for row in found:
            head, key = f"{row['head_seq']} {row['head_hash']}".strip(), "broken" if row["problem"] else "holds"
            print(label(language(), f"shell_log_{key}", head=head, **row))
        if printed:
            words = label(language(), CODE_WORDS[fits])
            print(label(language(), "shell_code_row_is", number=str(printed[0]), words=words))
    return EXIT_FAILED if any(row["problem"] for row in found) or fits not in ("", "fits") else EXIT_OK


def _verify(path: Path) -> dict[str, Any]:
    try:
        log = EventLog(path, read_only=True)
    except LogError as error:
        return {
            "file": str(path), "rows": 0, "head_seq": 0, "head_hash": "", "bad_seq": 1, "problem": str(error),
        }  # fmt: skip
    try:
        checked = verify(log)
    finally:
        log.close()
    return {
        "file": str(path),
        "rows": checked.rows,
        "head_seq": checked.head_seq,
        "head_hash": checked.head_hash,
        "bad_seq": checked.bad_seq,
        "problem": checked.problem,
    }
