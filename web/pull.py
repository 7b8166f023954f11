"""What the province asks of the venue over the line: which bundles there are, receipts handed in, how it stands.

The page holds no key and judges nothing: a receipt is put where the guard's job finds it and checks it. Bundles are
given by nginx; on loopback, where there is none, by the page.
"""

import contextlib
import hashlib
import os
import re
import threading
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, abort, jsonify, make_response, request, send_file

from web.answers import receipts_told
from web.fields import count, part, text
from web.guard import Guard
from web.pages import uncached

LINE_HEADER = "X-Venue-Line"  # set by nginx's site of the line, taken away by the staff's: nobody else can say it
SCHEMA = 1
MOST_NAMES = 1000
RECEIPT_LIMIT, MOST_WAITING = 128 * 1024, 200
ASKED_NAME = ".asked"  # in `incoming`, where no receipt begins with a dot
_BUNDLE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}-(?P<counter>[0-9]{6,12})-[0-9]{8}T[0-9]{6}Z-(?:full|delta)"
_SIGNATURE = re.compile(rf"{_BUNDLE}\.json\.sig")
_FILE = re.compile(rf"(?P<name>{_BUNDLE})\.(?:tar\.zst\.age|json|json\.sig)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where published bundles lie, receipts go, and what became of them is told (`answers.json`). `behind_nginx`: only
    what its site of the line passes on is heard, and bundles are its own business."""

    outbox: Path
    incoming: Path
    answers: Path | None = None
    behind_nginx: bool = True


class NotKept(Exception):
    """The receipt was not put down; the province sends it again."""


def add_pull(app: Flask, guard: Guard, line: Line, version: str) -> None:
    """Puts `/pull/v1/…` on `app`."""
    one_at_a_time = threading.Lock()

    @app.before_request
    def only_from_the_line() -> None:
        asked = request.path.startswith("/pull/")
        if asked and line.behind_nginx and request.headers.get(LINE_HEADER) != "1":
            abort(HTTPStatus.NOT_FOUND)

    @app.get("/pull/v1/manifests")
    def manifests() -> Response:
        after = request.args.get("after", "0")
        if not re.fullmatch(r"[0-9]{1,12}", after, re.ASCII):
            return _refused("after", HTTPStatus.BAD_REQUEST)
        if not int(after):  # the first page of a list
            _asked(line.incoming)
        found = names_after(line.outbox, int(after))
        names = found[:MOST_NAMES]
        told = {"schema": SCHEMA, "venue": _code(guard), "names": names, "more": len(found) > MOST_NAMES}
        return uncached(jsonify(told | receipts_told(line.answers, line.incoming, names)))

    @app.get("/pull/v1/about")
    def about() -> Response:
        snapshot = guard.look().snapshot or {}
        told = {"phase": text(part(snapshot, "phase"), "name"), "rev": count(snapshot, "rev")}
        return uncached(jsonify({"schema": SCHEMA, "venue": _code(guard), "version": version} | told))

    @app.post("/pull/v1/receipts")
    def receipts() -> Response:
        if (request.content_length or 0) > RECEIPT_LIMIT:
            return _refused("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = request.get_data()
        if not body:
            return _refused("empty", HTTPStatus.BAD_REQUEST)
        try:
            with one_at_a_time:
                keep(line.incoming, body)
        except (NotKept, OSError):
            return _refused("storage", HTTPStatus.INSUFFICIENT_STORAGE)
        return make_response(jsonify(accepted=True), HTTPStatus.ACCEPTED)

    if not line.behind_nginx:
        _add_bundles(app, line)


def _asked(incoming: Path) -> None:
    """Leaves the time for the guard, which foretells by it when a bundle will be fetched; the list goes out anyway."""
    with contextlib.suppress(OSError):
        fd = os.open(incoming / ASKED_NAME, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            os.utime(fd)
        finally:
            os.close(fd)


def _add_bundles(app: Flask, line: Line) -> None:
    @app.get("/pull/v1/bundles/<name>")
    def bundle(name: str) -> Response:
        match = _FILE.fullmatch(name)
        if match is None or not (line.outbox / f"{match['name']}.json.sig").is_file():
            abort(HTTPStatus.NOT_FOUND)
        if not (path := line.outbox / name).is_file():
            abort(HTTPStatus.NOT_FOUND)
        return send_file(path.resolve(), mimetype="application/octet-stream", conditional=True)


def names_after(outbox: Path, counter: int) -> list[str]:
    """The published bundles beyond `counter`, in its order: one exists once its signature does."""
    found = []
    with contextlib.suppress(OSError):
        for name in os.listdir(outbox):
            if (match := _SIGNATURE.fullmatch(name)) and int(match["counter"]) > counter:
                found.append((int(match["counter"]), name.removesuffix(".json.sig")))
    return [name for _, name in sorted(found)]


def keep(incoming: Path, body: bytes) -> None:
    """`body` on the medium, as a file named after what it holds: the same one again is the same file.

    Raises NotKept: too many wait, the job has to look at them first. Raises OSError.
    """
    incoming.mkdir(mode=0o770, parents=True, exist_ok=True)
    name = f"{hashlib.sha256(body).hexdigest()[:32]}.json"
    waiting = [name for name in os.listdir(incoming) if not name.startswith(".")]
    if name in waiting:
        return
    if len(waiting) >= MOST_WAITING:
        raise NotKept(f"{len(waiting)} receipts wait")
    beside = incoming / f".{name}.part"
    try:
        with beside.open("wb") as file:
            os.fchmod(file.fileno(), 0o644)  # another user looks at it; nobody else comes into the directory
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(incoming / name)
        directory = os.open(incoming, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _code(guard: Guard) -> str:
    return text(part(guard.look().snapshot or {}, "venue"), "code")


def _refused(code: str, status: HTTPStatus) -> Response:
    return make_response(jsonify(error=code), status)
