"""The journal of our units: times, kinds, priorities; of texts only how a unit ended and where a program failed."""

import json
import re
from pathlib import Path

from appliance.diag.part import Part, code, cut, output

LINES = 3000
UNITS = ("venue-*", "nut-server.service", "nut-driver*", "dnsmasq.service", "chrony.service", "nginx.service")
FIELDS = (
    "__REALTIME_TIMESTAMP", "PRIORITY", "_SYSTEMD_UNIT", "UNIT", "SYSLOG_IDENTIFIER", "_PID", "MESSAGE", "MESSAGE_ID",
    "VENUE_KIND", "VENUE_SEQ",
)  # fmt: skip
KEPT = tuple(name for name in FIELDS if name not in ("MESSAGE", "_PID"))
# How systemd says that a unit began, ended or failed: its name, codes and nothing of what the program said.
_UNIT_LINE = re.compile(
    r"[\w@.\\-]+\.(?:service|socket): (?:Main process exited, code=\w+, status=[\w/-]+|Failed with result '[\w-]+'\.|"
    r"Scheduled restart job, restart counter is at \d+\.|Start request repeated too quickly\.|"
    r"Deactivated successfully\."
    r"|Watchdog timeout \(limit \w+\)!|Killing process \d+ \([\w-]+\) with signal SIG\w+\.|Consumed [\w. ]+ CPU time\.)"
)
_FRAME = re.compile(
    r'\s*File "[^"]*?((?:appliance|hw|web|python3\.\d+)/[\w./-]+\.py)", line (\d+), in ([\w<>]+)'
)
_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(
    r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Exit|Warning|Failed|Busy|Silent))(?::.*)?"
)


def journal(root: Path) -> Part:
    """The last entries, a line of JSON each. Raises PartFailed."""
    argv = [str(root / "usr/bin/journalctl"), "--output=json", "--no-pager", "--quiet", f"--lines={LINES}"]
    argv += [f"--output-fields={','.join(FIELDS)}", *(f"--unit={unit}" for unit in UNITS)]
    lines = (line for line in output(argv).splitlines()[-LINES:])
    return Part(name="journal.jsonl", content=cut("".join(entry(line) for line in lines).encode()))


def entry(line: str) -> str:
    """An entry as it may be sent, with its line feed; '' for what is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(row, dict):
        return ""
    told = {name: code(row[name]) for name in KEPT if row.get(name) is not None}
    if "VENUE_KIND" not in row:
        told["MESSAGE"] = said(row.get("MESSAGE"))
    return json.dumps(told) + "\n"


def said(message: object) -> str:
    """What of a message may be sent: how a unit ended, a line of a traceback, what was raised; else its length."""
    if not isinstance(message, str):
        return "(no text)"
    if message == _TRACEBACK or _UNIT_LINE.fullmatch(message):
        return message
    if frame := _FRAME.fullmatch(message):
        return f"{frame[1]}:{frame[2]} {frame[3]}"
    if raised := _RAISED.fullmatch(message):
        return raised[1]
    return f"({len(message)} characters left out)"
