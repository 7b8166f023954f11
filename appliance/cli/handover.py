"""`venue handover`, the sheet with which a room is given back (考试结束交接): what is owed, what the box holds."""

import argparse
import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.backup.outbox import bundles, outbox_of
from appliance.cli.backup_keep import receipted_in
from appliance.cli.columns import venue_clock
from appliance.cli.debts import debt_lines
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
from appliance.config import ConfigError
from appliance.config.glance import STATE_DIR, glance
from appliance.eventlog import EventLog, LogError
from appliance.eventlog.files import log_files
from appliance.words import incident_words, label, plain_text

Plain = dict[str, Any]
SHOWN = 20
RULE = 46
MIB = 1024 * 1024
SIGNERS = ("handover_chief", "handover_technician", "handover_place")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser(
        "handover", help="the sheet with which the rooms are given back, to print and sign"
    )
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Prints the sheet: 0 nothing is owed and the rooms are free, 1 something is open, 3 the box does not know."""
    snapshot: Plain = client_of(args).call("status")
    try:
        state_dir = glance(args.config).state_dir
    except ConfigError:
        state_dir = STATE_DIR
    told = sheet(snapshot, held(state_dir))
    if args.json:
        print_json(told)
    else:
        print("\n".join(lines(told, snapshot, language())))
    if told["held"]["unreceipted"] is None:
        return EXIT_UNKNOWN
    return EXIT_OK if told["free"] and not told["owed"] else EXIT_WARNING


def held(state_dir: Path) -> Plain:
    """The bundles that stand in the outbox, and those of them without a receipt; None where nobody can look."""
    if not os.access(outbox_of(state_dir), os.R_OK | os.X_OK) and outbox_of(state_dir).exists():
        return {"bundles": None, "bytes": None, "unreceipted": None}
    try:
        there = bundles(state_dir)
        size = sum(
            path.stat().st_size for each in there for path in (each.data, each.manifest, each.signature)
        )
    except OSError:
        return {"bundles": None, "bytes": None, "unreceipted": None}
    received = _received(state_dir)
    return {
        "bundles": len(there),
        "bytes": size,
        "unreceipted": [each.name for each in there if each.name not in received],
    }


def _received(state_dir: Path) -> set[str]:
    """By the record. What stands in a part of it that cannot be read counts as not received: it is asked for again."""
    found: set[str] = set()
    for path in log_files(state_dir / "log"):
        with contextlib.suppress(LogError), contextlib.closing(EventLog(path, read_only=True)) as log:
            found |= receipted_in(log)
    return found


def sheet(snapshot: Plain, stored: Plain) -> Plain:
    """What stands on the sheet: whether the rooms are free, what is owed, what the box holds."""
    now = datetime.fromisoformat(snapshot["at"])
    over = [each for each in snapshot["sittings"] if datetime.fromisoformat(each["last_end"]) <= now]
    items = [each for each in snapshot["incidents"] if each["state"] != "closed" and not each["drill"]]
    debts = snapshot["debts"]
    return {
        "venue": snapshot["venue"],
        "at": snapshot["at"],
        "phase": snapshot["phase"]["name"],
        "free": snapshot["phase"]["name"] == "open" and snapshot["seal"] is None,
        "sittings": [
            {key: each[key] for key in ("id", "batch", "subject", "start", "last_end", "finished_at")}
            for each in over
        ],
        "owed": bool(
            debts or items or stored["unreceipted"] or any(not each["finished_at"] for each in over)
        ),
        "debts": debts,
        "incidents": items,
        "held": stored,
        "record": {"rows": snapshot["log"]["head_seq"], "hash": snapshot["log"]["head_hash"]},
    }


def lines(told: Plain, snapshot: Plain, tongue: str) -> list[str]:
    """The sheet as text: to print, to sign, one for each who signs."""
    at = venue_clock(snapshot)
    venue, stored = told["venue"], told["held"]
    text = [
        label(tongue, "handover_title"),
        f"{venue['code']}  {plain_text(venue['name'])}  {at(told['at'], '%Y-%m-%d %H:%M')}",
        "",
        label(tongue, "handover_free" if told["free"] else "handover_not_free", phase=told["phase"]),
        "",
        label(tongue, "handover_sittings"),
    ]
    for each in told["sittings"][-SHOWN:]:
        done = label(tongue, "handover_finished" if each["finished_at"] else "handover_unfinished")
        span = f"{at(each['start'], '%m-%d %H:%M')}–{at(each['last_end'], '%H:%M')}"
        text.append(f"  {span}  {plain_text(each['subject'])}  {done}")
    text += ["", label(tongue, "handover_owed")]
    text += [
        f"  {line}"
        for line in (*debt_lines(snapshot, tongue), *_items(told, tongue), *_waiting(stored, tongue))
    ]
    if not told["owed"] and stored["unreceipted"] is not None:
        text.append(f"  {label(tongue, 'handover_nothing')}")
    text += ["", label(tongue, "handover_held")]
    if stored["bundles"] is None:
        text.append(f"  {label(tongue, 'handover_unread')}")
    else:
        mib = -(-stored["bytes"] // MIB)
        text.append(f"  {label(tongue, 'handover_bundles', count=stored['bundles'], mib=mib)}")
    record = told["record"]
    text.append(f"  {label(tongue, 'handover_record', rows=record['rows'], hash=str(record['hash'])[:16])}")
    text += [f"  {label(tongue, 'handover_keep')}", ""]
    return [*text, *(f"{label(tongue, key)}{'_' * RULE}" for key in SIGNERS)]


def _items(told: Plain, tongue: str) -> Iterator[str]:
    for each in told["incidents"][:SHOWN]:
        words = incident_words(tongue, each)
        yield label(tongue, "handover_item", number=each["number"], title=f"{words.place} {words.title}")


def _waiting(stored: Plain, tongue: str) -> Iterator[str]:
    names = stored["unreceipted"]
    if names is None:
        yield label(tongue, "handover_unread")
    elif names:
        yield label(tongue, "handover_unreceipted", count=len(names))
        yield from (f"  {name}" for name in names[-SHOWN:])
