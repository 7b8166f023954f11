"""`venue page`: the status page, on a unix socket or on loopback."""

import argparse
import logging
import os
import resource
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import waitress

from appliance import __version__
from appliance.cli.handed import NotHanded, handed_socket
from appliance.cli.shell import EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, add_config, say, unusable
from appliance.client import Client
from appliance.config.glance import Glance, glance
from web import Line, create_app

# A thousand connections that say nothing must not keep the next one out: they wait in poll, not in a thread, and are
# looked through every five seconds. More files than the usual 1,024 are asked for, as far as the system gives them.
THREADS, CONNECTIONS, CHANNEL_TIMEOUT_S, CLEANUP_S = 8, 2000, 15, 5
FILES = 2 * CONNECTIONS
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Only nginx connects to the unix socket, whom waitress calls "localhost": who asks and that it was TLS is what it says.
BEHIND_NGINX: Mapping[str, Any] = {
    "trusted_proxy": "localhost",
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    "clear_untrusted_proxy_headers": True,
}
# Beyond it nothing is read; a little above what the page itself takes, so that its own words are seen.
MAX_BODY_BYTES = 256 * 1024


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("page", help="the status page")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    config = glance(args.config)
    try:
        place = _place(config.listen)
    except NotHanded as error:
        say(str(error))
        return EXIT_UNAVAILABLE
    except ValueError as error:
        say(f"{args.config.name}: page.listen: {error}")
        return EXIT_USAGE
    _ask_for_files()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(
        client=Client(config.run_dir / "control.sock", timeout_s=2.0),
        language=config.language,
        line=_line(config, place),
        version=__version__,
    )
    try:
        waitress.serve(
            app,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=CHANNEL_TIMEOUT_S,
            cleanup_interval=CLEANUP_S,
            asyncore_use_poll=True,
            max_request_body_size=MAX_BODY_BYTES,
            ident=None,
            **place,
        )
    except OSError as error:
        say(unusable(error, config.listen))
        return EXIT_UNAVAILABLE
    return EXIT_OK


def _line(config: Glance, place: Mapping[str, Any]) -> Line | None:
    """What the province may ask: behind nginx, which knows it by its certificate; without one in a made-up world."""
    behind = "trusted_proxy" in place
    if not behind and not (config.simulated and place.get("host") in LOOPBACK):
        return None
    state = config.state_dir
    receipts = state / "receipts"
    answers = receipts / "answers" / "answers.json"
    return Line(outbox=state / "outbox", incoming=receipts / "incoming", answers=answers, behind_nginx=behind)


def _ask_for_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _place(text: str) -> dict[str, Any]:
    """waitress's arguments for the socket systemd handed on, else for `unix:PATH` or `HOST:PORT`.

    Raises NotHanded, ValueError.
    """
    if (handed := handed_socket(os.environ)) is not None:
        return {"sockets": [handed], **(BEHIND_NGINX if handed.family == socket.AF_UNIX else {})}
    if text.startswith("unix:"):
        path = Path(text.removeprefix("unix:"))
        path.unlink(missing_ok=True)
        return {"unix_socket": str(path), "unix_socket_perms": "660", **BEHIND_NGINX}
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r}: unix:PATH or ADDRESS:PORT was expected")
    return {"host": host, "port": int(port)}
