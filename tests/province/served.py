"""A venue's side of the pull as a real TLS server: a good one, and one that lies as a test tells it to."""

import http.server
import json
import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.backup.outbox import bundles
from appliance.enrolment.venue_file import VenueFile
from appliance.province import ca, venues
from appliance.province.answer import Patience
from appliance.province.ca import Authority, Issued
from tests.province.two import Two

Lie = Callable[["Handler", str], bool]
HASTY = Patience(connect_s=10, head_s=1, idle_s=5, small_s=10, slow_s=0.5)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as docs of the pull say, once `served.lie` has passed the path on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """A list, a bundle's file, or what the lie says."""
        served = self.server.served
        served.asked.append((self.path, self.headers.get("Range", "")))
        if served.lie and served.lie(self, self.path):
            return
        if self.path.startswith("/pull/v1/manifests"):
            after = int(self.path.partition("after=")[2] or 0)
            names = [one.name for one in bundles(served.two.state) if one.counter > after]
            told = {"schema": 1, "venue": served.two.venue, "names": names[:1000], "more": len(names) > 1000}
            self.tell(told | ({"receipts": served.answers} if served.answers is not None else {}))
        elif self.path == "/pull/v1/about":
            self.tell({"schema": 1, "venue": served.two.venue, "version": "1", "phase": "running", "rev": 1})
        else:
            self.file(served.two.state / "outbox" / Path(self.path).name)

    def do_POST(self) -> None:
        """A receipt."""
        served = self.server.served
        body = self.rfile.read(int(self.headers["Content-Length"]))
        served.asked.append((self.path, ""))
        if served.lie and served.lie(self, self.path):
            return
        served.receipts.append(json.loads(body))
        self.tell({"accepted": True}, status=202)

    def tell(self, value: dict[str, Any], status: int = 200) -> None:
        """JSON."""
        self.whole(json.dumps(value).encode(), status)

    def whole(self, body: bytes, status: int = 200, **headers: str) -> None:
        """A body with its length."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def file(self, path: Path, *, raw: bytes | None = None) -> None:
        """A file, or the rest of it, as nginx does."""
        if not path.exists():
            return self.whole(b"", 404)
        raw = path.read_bytes() if raw is None else raw
        etag = f'"{path.stat().st_mtime_ns:x}-{len(raw):x}"'
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            first = int(asked[1])
            if first >= len(raw):
                return self.whole(b"", 416)
            told = f"bytes {first}-{len(raw) - 1}/{len(raw)}"
            return self.whole(raw[first:], 206, Content_Range=told, ETag=etag)
        return self.whole(raw, ETag=etag)

    def cut(self, path: Path, at: int) -> None:
        """The head of all of it, `at` bytes, and the line is gone."""
        raw = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("ETag", f'"{path.stat().st_mtime_ns:x}-{len(raw):x}"')
        self.end_headers()
        self.wfile.write(raw[:at])
        self.gone()

    def gone(self) -> None:
        """The line is cut, without a word of TLS."""
        self.wfile.flush()
        self.close_connection = True
        raw = self.connection
        assert isinstance(raw, ssl.SSLSocket)
        raw.shutdown(2)


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection; the handshake is the thread's, so that nobody waits for another."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, served: "Served", context: ssl.SSLContext, host: str) -> None:
        self.served, self.context = served, context
        super().__init__((host, 0), Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS, then HTTP."""
        request.settimeout(20)
        with self.context.wrap_socket(request, server_side=True) as channel:
            Handler(channel, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of a server's errors."""


class Served:
    """The venue of `two`, served until `close`; `lie` may answer in the server's place."""

    def __init__(
        self,
        two: Two,
        *,
        issued: Issued | None = None,
        lie: Lie | None = None,
        certificate_of: VenueFile | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        if certificate_of:
            issued = Issued(certificate=certificate_of.certificate, key=certificate_of.key, serial=0)
        self.two, self.lie = two, lie
        self.asked: list[tuple[str, str]] = []
        self.receipts: list[dict[str, str]] = []
        self.answers: dict[str, Any] | None = None
        self.over = threading.Event()
        authority = Authority(two.home)
        self.issued = issued or authority.server(two.venue, now=datetime.now(UTC))
        directory = two.root / f"tls-{two.venue}"
        directory.mkdir(exist_ok=True)
        (directory / "crt").write_text(self.issued.certificate, encoding="ascii")
        (directory / "key").write_text(self.issued.key, encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(directory / "crt", directory / "key")
        context.load_verify_locations(two.home / ca.DIRECTORY / ca.CA_CERTIFICATE)
        context.verify_mode = ssl.CERT_REQUIRED
        self._server = Server(self, context, host)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        known = [venue for venue in venues.read(two.home) if venue.code != two.venue]
        venues.write(two.home, [*known, venues.Venue(code=two.venue, address=self.address)])

    @property
    def address(self) -> str:
        """HOST:PORT."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def of(self, suffix: str) -> list[str]:
        """The ranges asked of files that end so."""
        return [range_ for path, range_ in self.asked if path.endswith(suffix)]

    def close(self) -> None:
        """The port is free again."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
