"""What a bridge has learned, forgotten by one message: `bridge fdb flush` for each of thousands of kinds takes minutes.

Source: linux/rtnetlink.h, linux/neighbour.h.
"""

import os
import socket
import struct

from hw.netlink import HEADER, attribute, message

_NETLINK_ROUTE, _DELNEIGH, _AF_BRIDGE = 0, 29, 7
_REQUEST_ACK_BULK = 0x001 | 0x004 | 0x200
_SELF, _STATE_MASK, _STATIC, _PERMANENT = 0x02, 16, 0x40, 0x80


class Learned:
    """The table of the bridge `name` in this namespace."""

    def __init__(self, name: str) -> None:
        mask = attribute(_STATE_MASK, struct.pack("=H", _PERMANENT | _STATIC))
        body = struct.pack("=BxHiHBB", _AF_BRIDGE, 0, socket.if_nametoindex(name), 0, _SELF, 0)
        self._flush = message(_DELNEIGH, _REQUEST_ACK_BULK, 1, body + mask)
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE)

    def forget(self) -> None:
        """All but what is permanent or static. Raises AssertionError with the kernel's reason."""
        self._socket.send(self._flush)
        (code,) = struct.unpack_from("=i", self._socket.recv(4096), HEADER.size)
        assert code == 0, os.strerror(-code)

    def close(self) -> None:
        """No more."""
        self._socket.close()
