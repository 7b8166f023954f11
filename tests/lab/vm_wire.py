"""The two wires into the lab's virtual machine: QMP, which rules qemu, and the shell on the guest's virtio port."""

import json
import select
import socket
import time
from typing import Any


class VmError(Exception):
    """The virtual machine did not do what it was asked to."""


class VmGone(VmError):
    """qemu has ended: the guest switched itself off, panicked, or qemu refused its arguments."""


class VmTimeout(VmError):
    """No answer within the time given."""


class QmpRefused(VmError):
    """qemu answered a QMP command with an error."""


class Wire:
    """Lines and counted bytes over a connected socket, each read with a deadline on the monotonic clock."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()

    def send(self, data: bytes, deadline_s: float) -> None:
        """Send all of it. Raises VmTimeout, VmGone."""
        self._socket.settimeout(max(0.01, deadline_s - time.monotonic()))
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise VmTimeout(f"{len(data)} bytes were not taken") from error
        except OSError as error:
            raise VmGone(str(error)) from error

    def line(self, deadline_s: float) -> bytes:
        """The next line, without its end. Raises VmTimeout, VmGone."""
        while b"\n" not in self._buffer:
            self._receive(deadline_s)
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        return line

    def exactly(self, size: int, deadline_s: float) -> bytes:
        """The next `size` bytes. Raises VmTimeout, VmGone."""
        while len(self._buffer) < size:
            self._receive(deadline_s)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def _receive(self, deadline_s: float) -> None:
        remaining_s = max(0.0, deadline_s - time.monotonic())
        if not select.select([self._socket], [], [], remaining_s)[0]:
            raise VmTimeout("no answer in time")
        try:
            received = self._socket.recv(1 << 20)
        except OSError as error:
            raise VmGone(str(error)) from error
        if not received:
            raise VmGone("qemu has ended")
        self._buffer += received


class Qmp:
    """qemu's monitor (docs/interop/qmp-spec in qemu's tree)."""

    ANSWER_S = 30.0

    def __init__(self, connection: socket.socket) -> None:
        self._wire = Wire(connection)
        self._events: list[dict[str, Any]] = []
        self._wire.line(time.monotonic() + self.ANSWER_S)  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: object) -> Any:
        """What qemu returns for a command. Raises QmpRefused, VmTimeout, VmGone."""
        deadline_s = time.monotonic() + self.ANSWER_S
        self._wire.send(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n", deadline_s)
        while True:
            told = json.loads(self._wire.line(deadline_s))
            if "return" in told:
                return told["return"]
            if "error" in told:
                raise QmpRefused(f"{command} {arguments}: {told['error']['desc']}")
            self._events.append(told)

    def await_event(self, event: str, *, timeout_s: float = ANSWER_S, **data: object) -> None:
        """Come back when qemu tells an event with these data; one told before counts, once."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            for told in self._events:
                if told["event"] == event and data.items() <= told.get("data", {}).items():
                    self._events.remove(told)
                    return
            self._events.append(json.loads(self._wire.line(deadline_s)))

    def close(self) -> None:
        """Let go of the monitor; qemu runs on."""
        self._wire.close()


class Shell:
    """The guest's agent (tests/lab/guest/agent.py): one command after another, as root."""

    GRACE_S = 60.0  # for a guest on a busy machine to tell that a command's time was over

    def __init__(self, connection: socket.socket) -> None:
        self._wire = Wire(connection)
        self._asked = 0
        self.boot_id = ""

    def await_guest(self, timeout_s: float) -> None:
        """Come back when the agent has said hello. Raises VmTimeout, VmGone."""
        if not self.boot_id:
            self.boot_id = json.loads(self._wire.line(time.monotonic() + timeout_s))["hello"]

    def do(self, argv: list[str], *, stdin: bytes, timeout_s: float) -> tuple[int, bytes, bytes]:
        """Exit code, stdout and stderr. Raises VmTimeout (the command was killed), VmGone."""
        self._asked += 1
        deadline_s = time.monotonic() + timeout_s + self.GRACE_S
        head = {"id": self._asked, "argv": argv, "timeout_s": timeout_s, "stdin": len(stdin)}
        self._wire.send(json.dumps(head).encode() + b"\n" + stdin, deadline_s)
        told = json.loads(self._wire.line(deadline_s))
        while told.get("id") != self._asked:
            if "hello" in told:
                raise VmError(f"the guest's agent was started anew while it did {argv}")
            self._wire.exactly(told["stdout"] + told["stderr"], deadline_s)  # of one given up before
            told = json.loads(self._wire.line(deadline_s))
        out = self._wire.exactly(told["stdout"], deadline_s)
        err = self._wire.exactly(told["stderr"], deadline_s)
        if told["code"] is None:
            raise VmTimeout(f"{argv} took longer than {timeout_s:g} s: {out[-500:]!r} {err[-500:]!r}")
        return told["code"], out, err

    def close(self) -> None:
        """Let go of the port."""
        self._wire.close()
