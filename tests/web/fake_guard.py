"""A guard that is none: a real unix socket in a thread, answering with what it was given."""

import json
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any


class FakeGuard:
    """Answers `status` and `events` on `path` until `die`; what it answers may be changed at any time.

    `acts` are answers to other verbs, whose questions stand in `done` as they came; `refuses` are
    (code, exit code) of others.
    """

    def __init__(self, path: Path, snapshot: object, events: list[dict[str, object]] | None = None) -> None:
        self.path = path
        self.snapshot = snapshot
        self.events = events or []
        self.asked: list[str] = []
        self.acts: dict[str, object] = {}
        self.refuses: dict[str, tuple[str, int]] = {}
        self.done: list[dict[str, Any]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, name="fake-guard")
        self._thread.start()

    def __enter__(self) -> "FakeGuard":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()

    def die(self) -> None:
        """Stops answering, as a killed guard: the socket is there, nobody listens."""
        if self._thread.is_alive():
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                connection.sendall(json.dumps(self._answer(lines.readline())).encode() + b"\n")

    def _answer(self, line: bytes) -> Mapping[str, object]:
        question = json.loads(line)
        verb, without = question["verb"], question["args"].get("without", ())
        self.asked.append(verb)
        if verb in self.refuses:
            return {"error": self.refuses[verb][0], "exit": self.refuses[verb][1], "args": {}}
        if verb in self.acts:
            self.done.append(question)
            return {"ok": True, "value": self.acts[verb]}
        if verb == "status":
            return {"ok": True, "value": self.snapshot}
        if verb == "events":
            loud = [event for event in self.events if event["kind"] not in without]
            return {"ok": True, "value": {"events": loud, "next": len(self.events) + 1}}
        return {"error": "unknown-verb", "exit": 2}
