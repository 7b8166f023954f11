"""systemd's notify socket: ready, status, watchdog. Silent where there is no socket."""

import os
import socket


class Notifier:
    """Sends `KEY=value` lines to the socket that `environ` names in NOTIFY_SOCKET. Source: sd_notify(3)."""

    def __init__(self, environ: dict[str, str] | os._Environ[str]) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path

    def send(self, **fields: str) -> None:
        """Sends the fields in one datagram. A socket that is gone is not an error: systemd decides."""
        if not self._address:
            return
        text = "\n".join(f"{key}={value}" for key, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
                connection.sendto(text.encode(), self._address)
        except OSError:
            return

    def ready(self, status: str) -> None:
        """The guard enforces and answers."""
        self.send(READY="1", STATUS=_one_line(status))

    def status(self, status: str) -> None:
        """The verdict, as `systemctl status` shows it."""
        self.send(STATUS=_one_line(status))

    def watchdog(self) -> None:
        """Dispatch, control and enforcement are alive."""
        self.send(WATCHDOG="1")

    def stopping(self) -> None:
        """An orderly stop began."""
        self.send(STOPPING="1")


def _one_line(text: str) -> str:
    return " ".join(text.split())
