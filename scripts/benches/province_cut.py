"""A line that is cut at random, and somebody who looks whether anything unverified ever has its name."""

import hashlib
import random
import socket
import threading
from pathlib import Path

from appliance.backup.manifest import decode

CUT_PERCENT = 10
MB = 1_000_000


class Cutter:
    """A relay before nginx that cuts one connection in ten, somewhere in its course; a with block."""

    def __init__(self, port: int) -> None:
        self._to, self._random = port, random.Random(9)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.cuts = self.sent_bytes = 0
        self._lock, self._over = threading.Lock(), False

    def __enter__(self) -> "Cutter":
        threading.Thread(target=self._accepts, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._listener.close()

    def _accepts(self) -> None:
        while not self._over:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            with self._lock:
                cut = self._random.randrange(100) < CUT_PERCENT
                after = self._random.randrange(1, 20 * MB) if cut else 1 << 62
            threading.Thread(target=self._relays, args=(near, far, 1 << 62), daemon=True).start()
            threading.Thread(target=self._relays, args=(far, near, after), daemon=True).start()

    def _relays(self, source: socket.socket, sink: socket.socket, left: int) -> None:
        try:
            while left > 0 and (data := source.recv(min(1 << 18, left))):
                sink.sendall(data)
                left -= len(data)
                if source.getpeername()[1] == self._to:
                    with self._lock:
                        self.sent_bytes += len(data)
            with self._lock:
                self.cuts += left <= 0
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Watcher:
    """Looks again and again at what has a final name, and hashes each once; a with block."""

    def __init__(self, home: Path) -> None:
        self._received, self._over = home / "received", threading.Event()
        self.seen = self.wrong = 0
        self._known: set[Path] = set()

    def __enter__(self) -> "Watcher":
        self._thread = threading.Thread(target=self._watches)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watches(self) -> None:
        while not self._over.wait(0.05):
            self._look()

    def _look(self) -> None:
        self.seen += 1
        for data in self._received.glob("*/*.tar.zst.age"):
            if data not in self._known:
                self._known.add(data)
                self.wrong += hashlib.sha256(data.read_bytes()).hexdigest() != self._told(data)

    def _told(self, data: Path) -> str:
        """What the venue's own manifest says; the one here may be on its way still."""
        code = data.parent.name
        manifest = self._received.parent.parent / code / "outbox" / data.name.replace(".tar.zst.age", ".json")
        return decode(manifest.read_bytes()).sha256
