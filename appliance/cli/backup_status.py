"""`venue backup status`: for a person, and for what watches the box from outside."""

import argparse
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
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
    language,
    local,
    print_json,
)
from appliance.words import label, name_of

SILENT_S = 5.0
_SPAN = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_STATES = {
    "ok": EXIT_OK, "incomplete": EXIT_WARNING, "failed": EXIT_FAILED, "late": EXIT_FAILED, "none": EXIT_FAILED,
}  # fmt: skip


def add_status(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `status` to the backup verbs."""
    parser = own.add_parser("status", help="newest bundle, receipts, room, copies; the exit code is for monitoring")
    add_config(parser)
    add_json(parser)
    parser.add_argument("--max-age", type=_span, metavar="10m", help="critical where the newest bundle is older")
    parser.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Prints it; 0 well, 1 look at it, 2 critical, 3 unknown or no guard."""
    snapshot = client_of(args).call("status")
    code, why = judged(snapshot, args.max_age)
    if args.json:
        told = {key: snapshot[key] for key in ("backup", "province", "debts")}
        last = snapshot["backup"]["last"]
        age_s = _age(snapshot, last).total_seconds() if last else None
        print_json({"exit": code, "why": why, "age_s": age_s, **told})
        return code
    for line in lines(snapshot, language()):
        print(line)
    return code


def judged(snapshot: dict[str, Any], max_age: timedelta | None) -> tuple[int, list[str]]:
    """The exit code, and the words for it; what is not known is unknown and never well."""
    backup = snapshot["backup"]
    if snapshot["turned_age_s"] > SILENT_S or backup["state"] == "unmonitored":
        return EXIT_UNKNOWN, ["guard-silent" if backup["state"] != "unmonitored" else "unmonitored"]
    found = {backup["state"]: _STATES.get(backup["state"], EXIT_UNKNOWN)}
    if backup["last"] and max_age is not None and _age(snapshot, backup["last"]) > max_age:
        found["too-old"] = EXIT_FAILED
    for debt in snapshot["debts"]:
        found[f"owed:{debt['sitting']}"] = EXIT_FAILED if debt["overdue"] else EXIT_WARNING
    found["room"] = {"ok": EXIT_OK, "low": EXIT_WARNING, "full": EXIT_FAILED}.get(backup["room"]["state"], EXIT_WARNING)
    for copy in backup["copies"]:
        found[f"copy:{copy['place']}"] = EXIT_OK if copy["state"] == "ok" else EXIT_WARNING
    found["recipients"] = EXIT_OK if all(r["state"] == "valid" for r in backup["recipients"]) else EXIT_WARNING
    code = max(found.values())
    return code, [name for name, value in found.items() if value]


def lines(snapshot: dict[str, Any], tongue: str) -> list[str]:
    """A line each: bundle, sources, receipts and debts, room, copies, drill."""
    backup, province, zone = snapshot["backup"], snapshot["province"], snapshot["venue"]["timezone"]
    last, room = backup["last"], backup["room"]
    found = [name_of(tongue, "backup", backup["state"])]
    if last:
        found[0] += f": {local(last['at'], zone)}  {last['name']}"
        found.append(counted(tongue, last))
        wrong = [each for each in last["sources"] if each["fault"]]
        found += [label(tongue, "backup_source", source=each["name"], fault=each["fault"]) for each in wrong]
    if backup["failed"]:
        found.append(f"{local(backup['failed']['at'], zone)} {backup['failed']['reason']}")
    key = {"received": "province_received", "behind": "province_behind"}.get(province["state"], "province_none")
    found.append(label(tongue, key, time=local(province.get("held_until"), zone)))
    found += debt_lines(snapshot, tongue)
    if room["state"] != "unknown":
        found.append(label(tongue, "backup_room", used=room["used_bytes"], limit=room["limit_bytes"]))
        found.append(label(tongue, "backup_owed", count=room["owed"], size=room["owed_bytes"]))
    for copy in backup["copies"]:
        found.append(_copy(tongue, copy))
    drill = backup["drill"]
    if drill:
        key = "backup_drill_passed" if drill["passed"] else "backup_drill_failed"
        found.append(label(tongue, key, time=local(drill["at"], zone)))
    return found


def counted(tongue: str, bundle: Mapping[str, Any]) -> str:
    """应收 93，已收 93; that it is unknown where nobody counts."""
    if bundle.get("expected") is None and bundle.get("collected") is None:
        return label(tongue, "answers_unknown")
    unknown = name_of(tongue, "word", "unknown")
    figures = {
        key: unknown if bundle.get(key) is None else bundle[key] for key in ("expected", "collected")
    }
    return label(tongue, "answers", **figures)


def _copy(tongue: str, copy: dict[str, Any]) -> str:
    if copy["state"] == "ok":
        return label(tongue, "copy_ok", place=copy["place"])
    if copy["state"] == "unknown":
        return label(tongue, "copy_unknown", place=copy["place"])
    return label(tongue, "copy_failed", place=copy["place"], fault=copy["fault"], count=copy["lacking"])


def _age(snapshot: dict[str, Any], last: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(snapshot["at"]) - datetime.fromisoformat(last["at"])


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: a span was expected, as 90s, 10m, 2h or 1d")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
