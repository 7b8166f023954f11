"""Real TCP between two machines of the lab: their own stacks, their own ARP."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass

from tests.lab.net import Lab, within

_PIECE_BYTES = 1 << 16
_WAIT_S = 10.0
# struct tcp_info of linux/tcp.h: tcpi_total_retrans, and tcpi_dsack_dups, those of them that the other side had.
_TCP_INFO = struct.Struct("=100xI112xI4x")


class NoWay(Exception):
    """The connection did not come to be, or broke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """`received` bytes came back of what was sent; `repeated` segments were lost, on either way, and sent again."""

    received: int
    repeated: int


def ask_anew(lab: Lab) -> None:
    """Every machine forgets the addresses that the lab gave it, and has to ask by ARP."""
    for name in ("seat1", "seat2", "server", "management", "box", "isp"):
        lab.run(name, "ip", "neigh", "flush", "nud", "permanent")
        lab.run(name, "ip", "neigh", "flush", "all")


def stream(
    lab: Lab, source: str, target: tuple[str, str, int], *, size: int, wait_s: float = _WAIT_S
) -> Streamed:
    """Send `size` bytes from `source` to `target` (machine, address, port), which sends them back. Raises NoWay."""
    machine, address, port = target
    with within(lab.namespace(machine)):
        listener = socket.create_server(("0.0.0.0", port))
    with within(lab.namespace(source)):
        caller = socket.socket()
    caller.settimeout(wait_s)
    listener.settimeout(wait_s)
    repeated = [0]
    thread = threading.Thread(target=_echo, args=(listener, repeated))
    thread.start()
    try:
        caller.connect((address, port))
        received = _send_and_hear(caller, size)
        mine = _repeated(caller)
    except OSError as error:
        raise NoWay(f"{source} → {address}:{port}: {error}") from error
    finally:
        caller.close()
        thread.join()
        listener.close()
    return Streamed(received=received, repeated=mine + repeated[0])


def _send_and_hear(caller: socket.socket, size: int) -> int:
    received, left = 0, size
    while received < size:
        if left:
            left -= caller.send(bytes(min(left, _PIECE_BYTES)))
        else:
            caller.shutdown(socket.SHUT_WR)
        while received < size - left and (got := len(caller.recv(_PIECE_BYTES))):
            received += got
    return received


def _echo(listener: socket.socket, repeated: list[int]) -> None:
    try:
        talker, _ = listener.accept()
    except TimeoutError:
        return
    with talker, contextlib.suppress(ConnectionError):  # the caller says what broke
        while piece := talker.recv(_PIECE_BYTES):
            talker.sendall(piece)
        repeated[0] = _repeated(talker)


def _repeated(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    repeated, had = _TCP_INFO.unpack(info)
    return int(repeated - had)
