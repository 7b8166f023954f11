"""`venue net prove`: the ghost machine fires at the line, and what comes out is counted."""

import argparse
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance import daemon
from appliance.cli.shell import (
    EXIT_BUSY,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_UNKNOWN,
    add_config,
    language,
    say,
    worded,
)
from appliance.client import Client, ClientError
from appliance.prove.ghost import ProofError
from appliance.prove.run import Proof, prove
from appliance.words import event_sentence, label

LOCK = "prove.lock"


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    parser = acts.add_parser(
        "prove", help="fire at the line and count what comes out: 0 none, 2 some, 3 unknown"
    )
    add_config(parser)
    parser.add_argument(
        "--full",
        action="store_true",
        help="also kinds that could disturb an exam were the rules not there: for the readiness check",
    )
    parser.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Makes a run, tells the guard where one answers. As a job, 0 once the guard knows, whatever came out."""
    settings = daemon.read(args.config)
    if os.geteuid() != 0:
        say(label(language(), "shell_prove_root"))
        return EXIT_NOT_PERMITTED
    client = Client(settings.control_socket)
    full = args.full or (args.job and _full_owed(client))
    kind, body, code = "network.unproven", {}, EXIT_UNKNOWN
    try:
        with _alone(settings.config.venue.run_dir):
            kind, body = "network.proven", _plain(_proof(settings, full=full))
            body["full"] = full
            code = EXIT_FAILED if body["leaked"] else EXIT_OK
    except BlockingIOError:
        say(label(language(), "shell_prove_other"))
        return EXIT_BUSY
    except ProofError as error:
        kind, body = "network.unproven", {"reason": str(error)[:300]}
    print(event_sentence(language(), kind, body))
    told = _report(client, kind, body)
    if args.job:
        return EXIT_OK if told else EXIT_UNKNOWN
    return code


def _proof(settings: daemon.Settings, *, full: bool) -> Proof:
    if settings.plan.simulated:
        raise ProofError("the world is simulated: no packet can prove anything there")
    return prove(settings.plan.net, full=full)


def _plain(proof: Proof) -> dict[str, Any]:
    return {
        "sent": proof.sent,
        "seen_inside": proof.seen_inside,
        "kinds": proof.kinds,
        "leaked": list(proof.leaked),
        "took_s": proof.took_s,
    }


def _full_owed(client: Client) -> bool:
    """Whether the guard waits for a run of every kind; one that does not answer waits for none."""
    try:
        proof = client.call("status")["network"]["proof"]
    except (ClientError, KeyError, TypeError):
        return False
    return isinstance(proof, dict) and proof.get("full_owed") is True


def _report(client: Client, kind: str, body: dict[str, Any]) -> bool:
    try:
        client.call("report", kind=kind, body=body)
    except ClientError as error:
        say(label(language(), "shell_untold", reason=worded(error)))
        return False
    return True


@contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    """Two ghosts would have one name. Raises BlockingIOError where another run is under way, ProofError."""
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ProofError(f"{run_dir / LOCK}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
