"""The journal's native protocol: one entry a call, with fields; lines on stderr where no journal is."""

import socket
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

SOCKET = Path("/run/systemd/journal/socket")
NAMESPACE = uuid.UUID("6b0c9a54-54b1-4f0e-9d0b-0a6f3c4d2e11")
IDENTIFIER = "venue-guard"
DEBUG = 7
LEFT_OUT = frozenset({"state"})  # a checkpoint's whole state is the log's, and no line for anybody
FIELD_CHARACTERS = 200
MAX_FIELD_BYTES = 48 * 1024  # one datagram, without the memfd path: no field of ours comes near


def message_id(kind: str) -> str:
    """The MESSAGE_ID of an event kind: 32 hex digits, the same for ever."""
    return uuid.uuid5(NAMESPACE, kind).hex


def field_name(key: str) -> str:
    """The journal's field for a field of an event's body: `charge_percent` → VENUE_CHARGE_PERCENT."""
    return f"VENUE_{key.upper()}"


def event_fields(kind: str, seq: int, plain: Mapping[str, object]) -> dict[str, str]:
    """The native fields of an event: its MESSAGE_ID, kind and row, and its body, each field in 200 characters."""
    told = {field_name(key): _value(value) for key, value in plain.items() if key not in LEFT_OUT}
    return {"MESSAGE_ID": message_id(kind), "VENUE_KIND": kind, "VENUE_SEQ": str(seq)} | told


class Journal:
    """Writes to systemd's journal at `path`, else to `stderr` as plain lines, debug left out.

    Source: systemd's Journal Native Protocol. A write that fails is dropped: the event log is the record.
    """

    def __init__(self, path: Path = SOCKET, stderr: TextIO | None = None) -> None:
        self._stderr = stderr or sys.stderr
        self._socket: socket.socket | None = None
        if path.exists():
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
            self._path = str(path)

    def write(self, message: str, *, level: int, **fields: str) -> None:
        """One entry: MESSAGE, PRIORITY (syslog's 0–7) and upper-case fields."""
        if self._socket is None:
            if level < DEBUG:
                self._stderr.write(f"{message}\n")
                self._stderr.flush()
            return
        values = {
            "MESSAGE": message,
            "PRIORITY": str(level),
            "SYSLOG_IDENTIFIER": IDENTIFIER,
            **fields,
        }
        try:
            self._socket.sendto(b"".join(_field(k, v) for k, v in values.items()), self._path)
        except OSError:
            return

    def close(self) -> None:
        """Lets the socket go."""
        if self._socket is not None:
            self._socket.close()


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))[:FIELD_CHARACTERS]
    return "" if value is None else str(value)[:FIELD_CHARACTERS]


def _field(name: str, value: str) -> bytes:
    raw = value.encode("utf-8", "replace")[:MAX_FIELD_BYTES]
    if b"\n" not in raw:
        return name.encode() + b"=" + raw + b"\n"
    return name.encode() + b"\n" + len(raw).to_bytes(8, "little") + raw + b"\n"
