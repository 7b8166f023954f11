"""The control socket's client: one JSON line out, one JSON line back."""

import json
import socket
import time
from pathlib import Path
from typing import Any

MAX_REPLY_BYTES = 16 * 1024 * 1024
VERSION = 1


class ClientError(Exception):
    """The guard did not do what was asked."""


class GuardSilent(ClientError):
    """No guard answered on the socket; the message says what was seen. An OSError that it was is its cause."""


class Refused(ClientError):
    """The guard answered with an error: `code` and `args` for the words, `exit_code` for a shell."""

    def __init__(self, code: str, exit_code: int, args: dict[str, Any]) -> None:
        super().__init__(code, args)
        self.code = code
        self.exit_code = exit_code
        self.details = args


class Client:
    """Asks the guard listening on `path`; one connection a question, `timeout_s` for all of it."""

    def __init__(self, path: Path, *, timeout_s: float = 5.0) -> None:
        self.path = path
        self.timeout_s = timeout_s

    def call(
        self,
        verb: str,
        *,
        pins: dict[str, str] | None = None,
        page: dict[str, str] | None = None,
        **args: object,
    ) -> Any:  # noqa: ANN401 - plain JSON
        """The value the guard answers to `verb`; `page` is what the page hands on of who sits before it.

        Raises GuardSilent, Refused.
        """
        question: dict[str, object] = {"v": VERSION, "verb": verb, "args": args}
        if pins:
            question["pins"] = pins
        if page is not None:
            question["page"] = page
        line = json.dumps(question, ensure_ascii=False).encode() + b"\n"
        try:
            answer = self._exchange(line)
        except OSError as error:
            raise GuardSilent(f"{self.path}: {error.strerror or error}") from error
        return _value(answer)

    def _exchange(self, line: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            deadline_s = time.monotonic() + self.timeout_s
            connection.settimeout(self.timeout_s)
            connection.connect(str(self.path))
            connection.sendall(line)
            parts: list[bytes] = []
            size = 0
            while part := connection.recv(65536):
                connection.settimeout(max(0.001, deadline_s - time.monotonic()))
                parts.append(part)
                size += len(part)
                if part.endswith(b"\n"):
                    break
                if size > MAX_REPLY_BYTES:
                    raise GuardSilent(f"{self.path}: an answer of more than {MAX_REPLY_BYTES} bytes")
            return b"".join(parts)


def _value(answer: bytes) -> Any:  # noqa: ANN401 - plain JSON
    try:
        reply = json.loads(answer)
    except ValueError as error:
        raise GuardSilent(f"an answer that is no JSON ({len(answer)} bytes)") from error
    if not isinstance(reply, dict):
        raise GuardSilent("an answer that is no object")
    if reply.get("ok") is True:
        return reply.get("value")
    details = reply.get("args")
    raise Refused(
        str(reply.get("error", "unknown")),
        int(reply.get("exit", 2)),
        details if isinstance(details, dict) else {},
    )
