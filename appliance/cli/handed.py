"""The socket that systemd opened for this process and handed on."""

import os
import socket
from collections.abc import Mapping

FIRST_FD = 3


class NotHanded(Exception):
    """Something was handed on that is no listening socket, or more than one."""


def handed_socket(environ: Mapping[str, str]) -> socket.socket | None:
    """Give the one listening stream socket, None where none is meant for this process. Raises NotHanded.

    Source: sd_listen_fds(3): LISTEN_PID tells whom the descriptors are for, they are counted from 3 on.
    """
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = environ.get("LISTEN_FDS", "")
    if count != "1":
        raise NotHanded(f"LISTEN_FDS: one socket was expected, not {count!r}")
    try:
        found = socket.socket(fileno=FIRST_FD)
        listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise NotHanded(f"descriptor {FIRST_FD}: no listening socket: {error.strerror}") from error
    if found.type != socket.SOCK_STREAM or not listens:
        raise NotHanded(f"descriptor {FIRST_FD}: no listening stream socket")
    found.set_inheritable(False)
    return found
