"""`venue backup drill`: seals the sources to a throw-away key, restores, compares, and leaves nothing behind."""

import argparse
import contextlib
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import ParamSpec

from appliance import daemon
from appliance.backup import drill
from appliance.backup.bundle import BackupError
from appliance.backup.disk import DiskFault
from appliance.backup.drill import Drilled
from appliance.backup.unseal import RestoreError
from appliance.cli.backup_keep import told
from appliance.cli.backup_run import Line, request_of, unwound
from appliance.cli.backup_told import plain
from appliance.cli.bar import Bar
from appliance.cli.shell import (
    EXIT_BUSY,
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    add_config,
    add_json,
    asking,
    language,
    print_json,
    say,
)
from appliance.client import Client, ClientError, GuardSilent
from appliance.words import event_sentence, label

IN_AN_EXAM = ("running", "closing")
REASON_SHOWN = 200
LOOK_EVERY_S = 2.0
P = ParamSpec("P")


def add_drill(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `drill` to the backup verbs."""
    parser = own.add_parser("drill", help="seal to a throw-away key, restore, compare with the sources; nothing stays")
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=asking(run))


def run(args: argparse.Namespace) -> int:
    """Drills, and tells the guard where one runs; 2 where anything came back otherwise, 75 while an exam goes on."""
    settings = daemon.read(args.config)
    if not settings.plan.backup:
        say(label(language(), "shell_no_source", file=args.config))
        return EXIT_CONFIG
    client = _guard(settings)
    if client is not None and client.call("status")["phase"]["name"] in IN_AN_EXAM:
        say(label(language(), "shell_drill_exam"))
        return EXIT_BUSY
    reason = ""
    try:
        done = drilled(settings, GiveWay(client))
    except ExamBegan:
        say(label(language(), "shell_drill_gave_way"))
        return EXIT_BUSY
    except BlockingIOError:
        say(label(language(), "shell_drill_other"))
        return EXIT_BUSY
    except (BackupError, RestoreError, DiskFault, OSError) as error:
        done, reason = Drilled(), plain(str(error))[:REASON_SHOWN] or type(error).__name__
    return _tell(done, reason, client, args)


def _guard(settings: daemon.Settings) -> Client | None:
    client = Client(settings.control_socket)
    with contextlib.suppress(GuardSilent):
        client.call("status")
        return client
    say(label(language(), "shell_drill_alone"))
    return None


def drilled(settings: daemon.Settings, look: "GiveWay") -> Drilled:
    """One drill of what is configured. Raises ExamBegan, and what `drill.run` does."""
    now = daemon.make_clock(settings.config).wall()
    request = request_of(settings, {"reason": "drill"}, now=now)
    with (
        contextlib.closing(Line()) as line, contextlib.closing(Bar()) as restoring,
        contextlib.closing(Bar()) as comparing, unwound(),
    ):  # fmt: skip
        return drill.run(
            request, now=now, progress=look.at(line), restoring=look.at(restoring), comparing=look.at(comparing)
        )


class ExamBegan(Exception):
    """A sitting began while the drill was reading what the exam server needs for itself."""


class GiveWay:
    """Looks after the guard's phase while a drill goes on; without a guard it goes on to its end."""

    def __init__(self, client: Client | None, *, every_s: float = LOOK_EVERY_S) -> None:
        self._client, self._every_s, self._looked_s = client, every_s, time.monotonic()

    def at(self, tell: Callable[P, None]) -> Callable[P, None]:
        """`tell`, and a look every two seconds. Raises ExamBegan."""

        def told(*args: P.args, **kwargs: P.kwargs) -> None:
            tell(*args, **kwargs)
            if self._client is None or time.monotonic() - self._looked_s < self._every_s:
                return
            self._looked_s = time.monotonic()
            with contextlib.suppress(ClientError):
                if self._client.call("status")["phase"]["name"] in IN_AN_EXAM:
                    raise ExamBegan

        return told


def _tell(done: Drilled, reason: str, client: Client | None, args: argparse.Namespace) -> int:
    passed = done.passed and not reason
    body = {
        "result": "passed" if passed else "failed", "files": done.files, "source_bytes": done.source_bytes,
        "seconds": round(done.seconds, 1), "changed": done.changed, "differing": done.differing,
        "faulty": list(done.faulty), "reason": reason,
    }  # fmt: skip
    if client is not None:
        told(client, "backup.drilled", body)
    if args.json:
        print_json(asdict(done) | {"passed": passed, "reason": reason})
    else:
        print(event_sentence(language(), "backup.drilled", body))
        if done.changed:
            say(label(language(), "shell_drill_changed", count=done.changed))
    for name in done.named:
        say(plain(name))
    if reason:
        say(reason)
    return EXIT_OK if passed else EXIT_FAILED
