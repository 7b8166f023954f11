"""A NUT driver in Python: a real upsd is told by it, and hands it the commands of its clients.

upsd connects to STATEPATH/python-ups-NAME. Source: NUT `docs/sock-protocol.txt`, `drivers/upshandler.h`.
"""

import contextlib
import select
import shlex
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

DRIVER = "python-ups"
COMMANDS = (
    "test.battery.start.deep",
    "test.battery.start",
    "test.battery.stop",
    "shutdown.return",
    "load.off",
)
# What a driver answers to a command (STAT_INSTCMD_*); SILENT: it never does.
HANDLED, UNKNOWN, INVALID, FAILED, SILENT = 0, 1, 2, 3, -1

START: dict[str, str] = {
    "battery.charge": "100",
    "battery.runtime": "4200",
    "battery.voltage": "54.4",
    "device.type": "ups",
    "input.voltage": "230.1",
    "ups.load": "35",
    "ups.mfr": "EXAMCO",
    "ups.status": "OL CHRG",
    "ups.test.result": "No test initiated",
}


class NutDriver:
    """One UPS. `tell` changes what it says, `commands` records what it was told, `answer` decides about it."""

    def __init__(self, directory: Path, ups: str, *, commands: tuple[str, ...] = COMMANDS) -> None:
        self.path = directory / f"{DRIVER}-{ups}"
        self.commands: list[str] = []
        self.answer: Callable[[str], int] = lambda _command: HANDLED
        self._offered = commands
        self._variables = dict(START)
        self._told = threading.Condition()
        self._stale = False
        self._frozen = threading.Event()
        self._listener: socket.socket | None = None
        self._peers: dict[socket.socket, bytes] = {}
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Listen for upsd."""
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._ended.clear()
        self._thread = threading.Thread(target=self._serve, name=self.path.name, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End without a goodbye; its socket stays behind as that of a driver that was killed."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        for connection in (*self._peers, *([self._listener] if self._listener else [])):
            connection.close()
        self._peers, self._listener, self._thread = {}, None, None

    def freeze(self) -> None:
        """Answer nothing any more, not even upsd's PING."""
        self._frozen.set()

    def thaw(self) -> None:
        """Go on, first with what was asked meanwhile."""
        self._frozen.clear()

    def set_stale(self, stale: bool) -> None:
        """Say that the UPS itself does not answer, or does again."""
        self._stale = stale
        self._send("DATASTALE" if stale else "DATAOK")

    def tell(self, variables: Mapping[str, object]) -> None:
        """Set variables (None: take it away), the status last, so that a new state meets its own figures."""
        for name in sorted(variables, key=lambda name: name == "ups.status"):
            value = variables[name]
            if value is None:
                self._variables.pop(name, None)
                self._send(f"DELINFO {name}")
            elif self._variables.get(name) != str(value):
                self._variables[name] = str(value)
                self._send(_set(name, str(value)))

    def set_status(self, status: str) -> None:
        """Say this status."""
        self.tell({"ups.status": status})

    def reset(self) -> None:
        """Be as at the start: nothing told, nothing refused, nothing stale."""
        self.commands.clear()
        self.answer = lambda _command: HANDLED
        self.tell({name: START.get(name) for name in {*self._variables, *START}})
        self.set_stale(False)

    def wait_for(self, command: str, *, seconds: float = 5.0) -> None:
        """Come back when upsd has handed this command on. Raises TimeoutError."""
        with self._told:
            if not self._told.wait_for(lambda: command in self.commands, seconds):
                raise TimeoutError(f"{command} does not arrive; {self.commands} did")

    def _serve(self) -> None:
        assert self._listener is not None
        while not self._ended.is_set():
            if self._frozen.is_set():
                self._ended.wait(0.01)
                continue
            ready, _, _ = select.select([self._listener, *self._peers], [], [], 0.01)
            for connection in ready:
                if connection is self._listener:
                    self._peers[connection.accept()[0]] = b""
                else:
                    self._receive(connection)

    def _receive(self, connection: socket.socket) -> None:
        received = b""
        with contextlib.suppress(OSError):
            received = connection.recv(4_096)
        if not received:
            del self._peers[connection]
            connection.close()
            return
        *lines, rest = (self._peers[connection] + received).split(b"\n")
        self._peers[connection] = rest
        for line in lines:
            self._heard(connection, shlex.split(line.decode()))

    def _heard(self, connection: socket.socket, words: list[str]) -> None:
        match words:
            case ["PING"]:
                self._send("PONG", to=connection)
            case ["DUMPALL"]:
                lines = [_set(name, value) for name, value in self._variables.items()]
                lines += [f"ADDCMD {name}" for name in self._offered]
                lines += ["DATASTALE" if self._stale else "DATAOK", "DUMPDONE"]
                self._send("\n".join(lines), to=connection)
            case ["INSTCMD", command, *rest]:
                result = self.answer(command)
                with self._told:
                    self.commands.append(command)
                    self._told.notify_all()
                if "TRACKING" in rest and result != SILENT:
                    self._send(f"TRACKING {rest[-1]} {result}", to=connection)

    def _send(self, lines: str, *, to: socket.socket | None = None) -> None:
        for connection in [to] if to else list(self._peers):
            with contextlib.suppress(OSError):
                connection.sendall(lines.encode() + b"\n")


def _set(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'SETINFO {name} "{escaped}"'
