"""`venue backup run`: a bundle now, by the guard where one runs, else by itself under the same lock."""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from appliance import daemon
from appliance.backup import gentle, job
from appliance.backup.bundle import (
    DELTA,
    FULL,
    BackupBusy,
    BackupError,
    Bundle,
    Progress,
    Request,
    SourceSpec,
)
from appliance.backup.counts import Counting
from appliance.backup.disk import DiskFault
from appliance.backup.manifest import ManifestFault, decode
from appliance.backup.outbox import bundles
from appliance.backup.room import keep_free_bytes, room_of, within
from appliance.backup.sources import SOURCES
from appliance.cli.backup_keep import GB, prune, receipted_in, told, told_room
from appliance.cli.backup_told import failure, plain, published, reasons
from appliance.cli.shell import (
    EXIT_BUSY,
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    add_config,
    asking,
    language,
    say,
)
from appliance.client import Client, GuardSilent
from appliance.config.load import driver_options
from appliance.eventlog import EventLog, LogError
from appliance.eventlog.files import newest
from appliance.words import label

WAIT_S = 3600.0
POLL_S = 0.5
LINE_AFTER_S = 1.0
NAMES_SHOWN = 20
MB = 1_000_000


def add_run(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `run` to the backup verbs."""
    parser = own.add_parser("run", help="seal a bundle now; prints its name")
    add_config(parser)
    parser.add_argument("--full", action="store_true", help="everything, not only what changed since the last one")
    parser.add_argument("--job", type=Path, default=None, help=argparse.SUPPRESS)
    parser.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Asks the guard, or works alone. Prints the bundle's name on stdout."""
    settings = daemon.read(args.config)
    if not settings.plan.backup:
        say(label(language(), "shell_no_source", file=args.config))
        return EXIT_CONFIG
    client = Client(settings.control_socket)
    if args.job is not None:
        return _work(settings, json.loads(args.job.read_text(encoding="utf-8")), client)
    try:
        client.call("status")
    except GuardSilent:
        say(label(language(), "shell_backup_alone"))
        return _work(settings, {"kind": FULL if args.full else DELTA}, None)
    return _ask(client, full=args.full)


def _ask(client: Client, *, full: bool) -> int:
    before = client.call("status")["backup"]
    failed_before = (before["failed"] or {}).get("at")
    (seq,) = client.call("backup.run", by=f"uid {os.getuid()}", full=full)["seqs"]
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        time.sleep(POLL_S)
        found = client.call("events", since=seq, kind="bundle.published", limit=100)["events"]
        for event in found:
            if event["body"]["log_seq"] >= seq:
                print(event["body"]["name"])
                for reason in event["body"].get("reasons", ()):
                    say(reason)
                return EXIT_OK
        failed = client.call("status")["backup"]["failed"]
        if failed and failed["at"] != failed_before:
            say(failed["reason"])
            return EXIT_FAILED
    say(label(language(), "shell_backup_late", seconds=f"{WAIT_S:.0f}"))
    return EXIT_BUSY


def _work(settings: daemon.Settings, asked: dict[str, Any], client: Client | None) -> int:
    clock = daemon.make_clock(settings.config)
    seq, digest, log = _log_head(settings, asked)
    if asked.get("gentle"):
        gentle.step_back()
    request = request_of(settings, asked, now=clock.wall(), log_seq=seq, log_hash=digest)
    try:
        receipted = receipted_in(log)
        with told_room(settings, client, receipted, request.sitting), unwound():
            if client is not None:
                prune(settings, client, receipted, clock.wall())
            bundle = _made(settings, request, log, clock.wall())
            if client is not None:
                told(client, "bundle.published", published(bundle, request))
    except BackupBusy as error:
        say(str(error))
        return EXIT_BUSY
    except (BackupError, LogError, DiskFault, OSError) as error:
        return _failed(failure(error), client)
    finally:
        if log is not None:
            log.close()
    print(bundle.name)
    for reason in reasons(bundle):
        say(reason)
    if sys.stderr.isatty():  # names are the technician's alone: what is no terminal may be the journal
        for missing in bundle.not_captured[:NAMES_SHOWN]:
            say(f"{missing.source}/{plain(missing.path)}: {missing.reason}")
    return EXIT_OK


def _made(settings: daemon.Settings, request: Request, log: EventLog | None, now: datetime) -> Bundle:
    """The bundle, in the room there is; a sitting's last one and a dying battery's also beyond the quota."""
    quota_bytes = settings.config.backup.quota_gb * GB
    room = room_of(request.state_dir, quota_bytes=quota_bytes)
    last = request.stage == "final" or request.reason == "ending"
    rows = _rows(log, _last_log_seq(request.state_dir), request.log_seq)
    aside = replace(request, keep_free_bytes=keep_free_bytes(room, beyond_quota=last))
    with contextlib.closing(Line()) as line:
        progress = within(request.state_dir, room, line, beyond_quota=last)
        return job.run(aside, log_rows=rows, now=now, progress=progress)


def request_of(
    settings: daemon.Settings, asked: dict[str, Any], *, now: datetime, log_seq: int = 0, log_hash: str = ""
) -> Request:
    """What the configuration asks for, and the guard: kind, stage, sitting, phase, reason."""
    return Request(
        state_dir=settings.config.venue.state_dir,
        venue=settings.plan.code,
        sources=_sources(settings),
        recipients=daemon.recipients.sealed_to(settings.config, now),
        kind=str(asked.get("kind", DELTA)),
        stage=str(asked.get("stage", "")),
        sitting=str(asked.get("sitting", "")),
        phase=str(asked.get("phase", "")),
        reason=str(asked.get("reason", "by-hand")),
        log_seq=log_seq,
        log_hash=log_hash,
        most_bytes_per_s=settings.config.backup.running_mb_per_s * MB if asked.get("gentle") else 0,
    )


def _failed(body: dict[str, str], client: Client | None) -> int:
    """Says it, to the guard too: a job that is a unit has no other way to. Raises GuardSilent, Refused."""
    say(body["reason"])
    if client is not None:
        told(client, "backup.failed", body)
    return EXIT_FAILED


@contextlib.contextmanager
def unwound() -> Iterator[None]:
    """SIGTERM leaves by the way of an error: a dump that runs is ended, what was kept aside is removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_head(settings: daemon.Settings, asked: dict[str, Any]) -> tuple[int, str, EventLog | None]:
    try:
        log = EventLog(newest(settings.log_directory), read_only=True)
    except LogError:
        return int(asked.get("log_seq", 0)), str(asked.get("log_hash", "")), None
    if "log_seq" in asked:
        return int(asked["log_seq"]), str(asked["log_hash"]), log
    return log.head_seq, log.head_hash.hex(), log


def _sources(settings: daemon.Settings) -> tuple[SourceSpec, ...]:
    return tuple(
        SourceSpec(
            name=section.name,
            options=driver_options(SOURCES[section.driver], section.options),
            counting=Counting(
                expected=section.expected, pattern=section.collected, command=section.count_command
            ),
        )
        for section in settings.config.backup.source
    )


def _last_log_seq(state_dir: Path) -> int:
    """How far the log is in bundles already; 0 where the last manifest can not tell."""
    published = bundles(state_dir)
    if not published:
        return 0
    try:
        return decode(published[-1].manifest.read_bytes()).log_seq
    except (OSError, ManifestFault):
        return 0


def _rows(log: EventLog | None, after: int, until: int) -> Iterator[bytes]:
    if log is None:
        return
    for row in log.each(after=after if after < until else 0):
        if row.seq > until:
            return
        yield row.text.encode()


class Line:
    """A line on stderr while a person waits more than a second."""

    def __init__(self) -> None:
        self._begun_s = self._told_s = time.monotonic()
        self._shown = False

    def __call__(self, progress: Progress) -> None:
        now_s = time.monotonic()
        if not sys.stderr.isatty() or now_s - self._begun_s < LINE_AFTER_S or now_s - self._told_s < 0.2:
            return
        self._told_s, self._shown = now_s, True
        mb = progress.content_bytes / 1e6
        print(
            f"\r{progress.source}: {progress.files} files, {mb:.0f} MB ", end="", file=sys.stderr, flush=True
        )

    def close(self) -> None:
        """Leave the line clean for what is said next."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
