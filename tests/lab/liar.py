"""A TCP server that answers as a broken or hostile upsd would."""

import contextlib
import socket
import threading
from collections.abc import Callable

Answer = Callable[[socket.socket, threading.Event], None]


class Liar:
    """Listens on a loopback port and lets `answer(connection, stopped)` talk to each client; a context
    manager.

    `answer` ends when the peer is gone (OSError is swallowed: the peer hanging up is what the tests wait for)
    or when `stopped` is set.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, name="liar")

    def __enter__(self) -> "Liar":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(2)
                self._answer(connection, self._stopped)


def says(*answers: bytes) -> Answer:
    """Answer each command with the next of `answers`, then hang up."""

    def answer(connection: socket.socket, _stopped: threading.Event) -> None:
        for text in answers:
            if not connection.recv(4_096):
                return
            connection.sendall(text)

    return answer


def trickles(byte: bytes, every_s: float) -> Answer:
    """Answer with one byte every now and then, for ever, without a line's end."""

    def answer(connection: socket.socket, stopped: threading.Event) -> None:
        while not stopped.wait(every_s):
            connection.sendall(byte)

    return answer


def floods(block: bytes, *, first: bytes = b"") -> Answer:
    """Answer a first command with `first`, then with the same block without end, as fast as it is taken."""

    def answer(connection: socket.socket, stopped: threading.Event) -> None:
        connection.recv(4_096)
        if first:
            connection.sendall(first)
            connection.recv(4_096)
        while not stopped.is_set():
            connection.sendall(block)

    return answer


def keeps_silent(connection: socket.socket, stopped: threading.Event) -> None:
    """Take everything, say nothing."""
    stopped.wait(10)


def echoes(*before: bytes) -> Answer:
    """Answer the first commands with `before`, then repeat whatever comes, as a terminal server would."""

    def answer(connection: socket.socket, _stopped: threading.Event) -> None:
        for text in before:
            if not connection.recv(4_096):
                return
            connection.sendall(text)
        while received := connection.recv(4_096):
            connection.sendall(received)

    return answer


class Deaf:
    """A port whose queue is full: a connection to it is neither taken nor refused, as by a host that is gone."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._waiting: list[socket.socket] = []

    def __enter__(self) -> "Deaf":
        for _ in range(3):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))
            self._waiting.append(waiting)
        return self

    def __exit__(self, *_: object) -> None:
        for link in (*self._waiting, self._listener):
            link.close()
