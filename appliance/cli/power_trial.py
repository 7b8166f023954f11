"""A test or a drill of a UPS, watched in a shell: what to do now, how far it is, how it ended."""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from appliance.cli.shell import EXIT_FAILED, EXIT_OK, EXIT_UNKNOWN, EXIT_WARNING, language, say
from appliance.client import Client
from appliance.words import label

LOOK_EVERY_S = 1.0
INTERRUPTED = 130
ON_BATTERY = ("battery", "low")
TEST_EXITS = {
    "held": EXIT_OK,
    "floor": EXIT_WARNING,
    "mains": EXIT_WARNING,
    "cancelled": EXIT_WARNING,
    "sealed": EXIT_WARNING,
    "low": EXIT_FAILED,
    "no-discharge": EXIT_FAILED,
}
Plain = dict[str, Any]


def watch_test(client: Client, ups: str, begun: object) -> int:
    """Watches the test that `begun` (the guard's answer) recorded, until it ends or Ctrl-C lets go of it."""
    try:
        outcome = _watch(client, ups, begun, "power.test_ended", _test_told)
    except KeyboardInterrupt:
        say("\n" + label(language(), "test_goes_on", ups=ups))
        return INTERRUPTED
    if _row(client.call("status"), ups).get("state") in ON_BATTERY:
        say(label(language(), "plug_back", ups=ups))
    print(label(language(), "test_done", outcome=outcome))
    return TEST_EXITS.get(outcome, EXIT_UNKNOWN)


def watch_drill(client: Client, ups: str, begun: object) -> int:
    """Watches the drill that `begun` (the guard's answer) recorded, until it ends."""
    try:
        outcome = _watch(client, ups, begun, "power.drill_ended", _drill_told)
    except KeyboardInterrupt:
        say("\n" + label(language(), "drill_goes_on"))
        return INTERRUPTED
    print(label(language(), "drill_done", outcome=outcome))
    return EXIT_OK if outcome == "passed" else EXIT_FAILED


def _watch(
    client: Client, ups: str, begun: object, kind: str, told: Callable[[Plain, str], tuple[str, str]]
) -> str:
    """The outcome of the first `kind` of this UPS that is recorded after `begun`; says what to do meanwhile."""
    seqs = begun.get("seqs") if isinstance(begun, dict) else None
    since = max((seq for seq in seqs if isinstance(seq, int)), default=0) if isinstance(seqs, list) else 0
    line = _Line()
    while True:
        outcome = next(_outcomes(client, ups, since, kind), "")
        if outcome:
            line.end()
            return outcome
        line.show(*told(client.call("status"), ups))
        time.sleep(LOOK_EVERY_S)


def _outcomes(client: Client, ups: str, since: int, kind: str) -> Iterator[str]:
    for event in client.call("events", since=since, kind=kind, limit=100)["events"]:
        if event["kind"] == kind and event["body"].get("ups") == ups:
            yield str(event["body"].get("outcome") or "unknown")


def _test_told(snapshot: Plain, ups: str) -> tuple[str, str]:
    """(what to do, how far it is)."""
    tongue, row = language(), _row(snapshot, ups)
    test = row.get("test") or {}
    out = row.get("state") in ON_BATTERY
    if test.get("commanded") is True:
        act = label(tongue, "leave_plugged", ups=ups)
    else:
        act = "" if out else label(tongue, "pull_now", ups=ups)
    now, began = _moment(snapshot.get("at")), _moment(test.get("discharging_since") or test.get("started_at"))
    if not out or now is None or began is None:
        return act, ""
    gone_s = max(0.0, (now - began).total_seconds())
    left_s = max(0.0, 60.0 * float(test.get("minutes") or 0) - gone_s)
    how_far = label(
        tongue,
        "discharging",
        ups=ups,
        gone=_clock(gone_s),
        left=_clock(left_s),
        charge=row.get("charge_percent"),
        floor=test.get("floor_percent"),
    )
    return act, how_far


def _drill_told(snapshot: Plain, ups: str) -> tuple[str, str]:
    tongue, row = language(), _row(snapshot, ups)
    drill = row.get("drill") or {}
    if drill.get("edge") is True or row.get("state") in ON_BATTERY:
        return label(tongue, "plug_back", ups=ups), label(tongue, "drill_edge")
    return label(tongue, "pull_now", ups=ups), label(tongue, "drill_wait")


def _row(snapshot: Plain, ups: str) -> Plain:
    rows = snapshot.get("power")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return next((row for row in found if row.get("name") == ups), {})


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60:02}:{whole % 60:02}"
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


class _Line:
    """What to do, said once each time it changes; below it on a terminal one line that is written over."""

    def __init__(self) -> None:
        self._said = ""
        self._live = sys.stderr.isatty()
        self._open = False

    def show(self, act: str, how_far: str) -> None:
        """Says `act` where it is new, and `how_far` on a terminal."""
        if act != self._said:
            self.end()
            self._said = act
            if act:
                say(act)
        if self._live and how_far:
            print(f"\r\x1b[K{how_far}", end="", file=sys.stderr, flush=True)
            self._open = True

    def end(self) -> None:
        """Leaves the line that was written over."""
        if self._open:
            print(file=sys.stderr)
            self._open = False
