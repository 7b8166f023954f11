"""The socket: accepts, checks who is there, limits size and time, and never keeps a connection."""

import contextlib
import grp
import json
import os
import pwd
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from appliance.control.question import ControlError, Question, question_of

MAX_QUESTION_BYTES = 64 * 1024
TIMEOUT_S = 5.0
MAX_AT_ONCE = 32
SLOT_S = 1.0
PROOF_S = 2.0  # as often as the watchdog is fed; a proof makes a snapshot, and each second that was for nobody
HUNG_S = 5.0  # without an answer to itself
FULL_S = 30.0  # without a slot for anybody: 32 answers that none of them ends
TECHNICIAN, READER, PAGE, BACKUP, RECEIPTS = "technician", "reader", "page", "backup", "receipts"
GROUP, OF_USER = "venue", {"venue-page": PAGE, "venue-backup": BACKUP, "venue-receipts": RECEIPTS}


class Answerer(Protocol):
    """What gives the answers. Raises ControlError."""

    def answer(self, role: str, question: Question) -> Any:  # noqa: ANN401 - plain JSON
        """The plain JSON value for a question by a peer of `role`."""


class ControlServer:
    """Listens on `path` (mode 0660) and answers each connection's one question in a thread of its own.

    Root, the guard's own user and members of the group `venue` are technicians. The page's user never is,
    whatever its groups: it hands on what people do who signed in. Everybody else only reads. Source of the
    peer's identity: SO_PEERCRED, unix(7). Where all slots are taken, the connection that waits longest for
    its own peer has to go: half-open ones hold up nobody.

    The thread that accepts asks itself each second what everybody may ask: an answer that never comes holds it up as
    it would hold up everybody. No connection is made for that, so that no flood of them keeps the proof away.
    """

    def __init__(self, path: Path, answerer: Answerer) -> None:
        self._path = path
        self._answerer = answerer
        self._slots = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._lock = threading.Lock()
        self._waiting: dict[socket.socket, None] = {}  # for their peers to send or read, oldest first
        self._proven_s = self._room_s = time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._listener.bind(str(path))
        path.chmod(0o660)
        self._listener.listen(64)
        self._listener.settimeout(PROOF_S)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._proven_s = self._room_s = time.monotonic()
        self._thread.start()

    def alive(self) -> bool:
        """Whether it still answers; the watchdog hangs on it."""
        now_s = time.monotonic()
        answers = now_s - self._proven_s < HUNG_S and now_s - self._room_s < FULL_S
        return answers and self._thread.is_alive()

    def close(self) -> None:
        """Stops listening and takes the socket away."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(TIMEOUT_S)
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            self._prove()
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:  # nobody asked
                continue
            except OSError:
                return
            if not self._slots.acquire(blocking=False):
                self._dismiss_oldest()
                if not self._slots.acquire(timeout=SLOT_S):
                    connection.close()
                    continue
            self._room_s = time.monotonic()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _prove(self) -> None:
        if time.monotonic() - self._proven_s < PROOF_S:
            return
        with contextlib.suppress(ControlError):  # a refusal is an answer
            self._answerer.answer(READER, Question(verb="status"))
        self._proven_s = time.monotonic()
        if self._slots.acquire(blocking=False):
            self._slots.release()
            self._room_s = self._proven_s

    def _dismiss_oldest(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            for connection in self._waiting:
                del self._waiting[connection]
                connection.shutdown(socket.SHUT_RDWR)
                return

    @contextlib.contextmanager
    def _waits(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            self._waiting[connection] = None
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(connection, None)

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection:
                reply = json.dumps(self._reply(connection), ensure_ascii=False).encode() + b"\n"
                with self._waits(connection):
                    connection.settimeout(TIMEOUT_S)
                    connection.sendall(reply)
        except OSError:
            return
        finally:
            self._slots.release()

    def _reply(self, connection: socket.socket) -> dict[str, Any]:
        try:
            with self._waits(connection):
                line = _line(connection)
            value = self._answerer.answer(self._role(connection), question_of(line))
        except ControlError as error:
            return {"error": error.code, "exit": error.exit_code, "args": error.details}
        return {"ok": True, "value": value}

    def _role(self, connection: socket.socket) -> str:
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        _, uid, gid = struct.unpack("3i", raw)
        return role_of(uid, gid)


def role_of(uid: int, gid: int) -> str:
    """What a peer of that user and group is."""
    if uid in (0, os.getuid()):
        return TECHNICIAN
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        return READER
    if name in OF_USER:
        return OF_USER[name]
    return TECHNICIAN if _in_group(name, gid) else READER


def _in_group(name: str, gid: int) -> bool:
    try:
        return grp.getgrnam(GROUP).gr_gid in os.getgrouplist(name, gid)
    except KeyError:
        return False


def _line(connection: socket.socket) -> bytes:
    """The question, within `TIMEOUT_S` for all of it: a byte a second must not hold a slot."""
    deadline_s = time.monotonic() + TIMEOUT_S
    parts = b""
    while not parts.endswith(b"\n"):
        connection.settimeout(max(0.001, deadline_s - time.monotonic()))
        part = connection.recv(4096)
        if not part:
            break
        parts += part
        if len(parts) > MAX_QUESTION_BYTES:
            raise ControlError("too-long", limit=MAX_QUESTION_BYTES)
    return parts
