"""The province's door for real: Debian's nginx with our site, the page behind it, certificates of a CA of ours."""

import os
import shutil
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from waitress.server import create_server

from appliance.cli.page import BEHIND_NGINX, MAX_BODY_BYTES
from appliance.client import Client
from appliance.enrolment.certificates import server_name
from appliance.enrolment.enrolled import stage, turn
from tests.fakes.authority import CALLING, Authority, venue_file
from tests.fakes.place import free_port
from tests.fakes.wait import wait_for
from tests.web.fake_guard import FakeGuard
from web import Line, create_app

ROOT = Path(__file__).resolve().parent.parent.parent
SITES = ROOT / "systemd" / "nginx"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
CODE = "520100-03"
SNAPSHOT = {"venue": {"code": CODE}, "phase": {"name": "sealed"}, "rev": 7}


def missing() -> str:
    """Why the door can not be opened here; '' where it can."""
    return "" if NGINX else "nginx is not installed (Debian: nginx-light)"


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where an enrolled box has its things."""

    etc: Path
    outbox: Path
    incoming: Path
    port: int = 0
    control: Path | None = None


class Door:
    """Everything below `place`; `call` gives the words that make curl the province. `hurried`: who says nothing is let
    go after 2 s, not after 10. `box`: the one that was enrolled for real, with its guard."""

    def __init__(
        self,
        place: Path,
        *,
        authority: Authority | None = None,
        revoked: tuple[str, ...] = (),
        hurried: bool = True,
        box: Box | None = None,
    ) -> None:
        self._header_s = 2 if hurried else 10
        self.place, self.province = place, authority or Authority()
        made = box or Box(etc=place / "etc", outbox=place / "outbox", incoming=place / "incoming")
        self.etc, self.outbox, self.incoming = made.etc, made.outbox, made.incoming
        os.chmod(place, 0o755)
        self.port = made.port or free_port()
        self.client = self.pair("client", *self.province.issue("province", CALLING))
        self.guard: FakeGuard | None = None
        if box is None:
            for each in (self.etc, self.outbox, self.incoming):
                each.mkdir(exist_ok=True)
            crl = self.province.revoke(*revoked) if revoked else ""
            turn(self.etc, stage(self.etc, venue_file(self.province, code=CODE, crl=crl), "x", site=SITES / "none"))
            self.guard = FakeGuard(place / "control.sock", SNAPSHOT)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place / "page.sock"))
        self._listener.listen()
        app = create_app(
            client=Client(made.control or place / "control.sock", timeout_s=2.0),
            line=Line(
                outbox=self.outbox, incoming=self.incoming,
                answers=self.incoming.parent / "answers" / "answers.json",
            ),
            version="1.2",
        )
        self._page = create_server(
            app, sockets=[self._listener], threads=2, max_request_body_size=MAX_BODY_BYTES, **BEHIND_NGINX
        )
        self._thread = threading.Thread(target=self._page.run, daemon=True)
        self._thread.start()
        self._nginx = self._started()

    def pair(self, name: str, certificate: str, key: str) -> tuple[Path, Path]:
        """Both as files."""
        paths = self.place / f"{name}.crt", self.place / f"{name}.key"
        paths[0].write_text(certificate)
        paths[1].write_text(key)
        return paths

    def publish(self, counter: int, data: bytes = b"sealed", *, kind: str = "full") -> str:
        """A bundle's three files, its signature last; the content is nobody's business here."""
        name = f"{CODE}-{counter:06d}-20260901T010000Z-{kind}"
        (self.outbox / f"{name}.tar.zst.age").write_bytes(data)
        (self.outbox / f"{name}.json").write_text("{}")
        (self.outbox / f"{name}.json.sig").write_text("sig")
        return name

    def url(self, path: str) -> str:
        """Of `path`, by the venue's name."""
        return f"https://{server_name(CODE)}:{self.port}{path}"

    def call(self, client: tuple[Path, Path] | None = None) -> list[str]:
        """curl as the province calls: CA, own certificate, the venue's name instead of its address."""
        certificate, key = client or self.client
        return [
            "curl", "-sS", "--max-time", "20", "--tlsv1.3", "--cacert", str(self.etc / "enrolled/ca.crt"),
            "--cert", str(certificate), "--key", str(key),
            "--resolve", f"{server_name(CODE)}:{self.port}:127.0.0.1",
        ]  # fmt: skip

    def curl(self, path: str, *words: str, client: tuple[Path, Path] | None = None) -> tuple[int, bytes]:
        """Status (0: none at all) and body."""
        argv = [*self.call(client), "-w", "\n%{http_code}", *words, self.url(path)]
        done = subprocess.run(argv, capture_output=True, timeout=30)
        body, _, status = done.stdout.rpartition(b"\n")
        return int(status or 0), body

    def _started(self) -> "subprocess.Popen[bytes]":
        shared = self.place / "share"
        shared.mkdir()
        paths = (
            ("/etc/venue-appliance/enrolled", str(self.etc / "enrolled")),
            ("/var/lib/venue-appliance/outbox", str(self.outbox)),
            ("/run/venue-page/page.sock", str(self.place / "page.sock")),
            ("/usr/share/venue-appliance/nginx", str(shared)),
            ("/var/log/nginx/venue-pull.log", str(self.place / "pull.log")),
            ("client_header_timeout 10s", f"client_header_timeout {self._header_s}s"),
            ("listen 8443 ", f"listen 127.0.0.1:{self.port} "),
        )
        texts = {name: (SITES / name).read_text() for name in ("nginx-pull.conf", "pull-page.conf")}
        for here, there in paths:
            assert any(here in text for text in texts.values()), here
            texts = {name: text.replace(here, there) for name, text in texts.items()}
        for name, text in texts.items():
            (shared / name).write_text(text)
        temporary = "".join(
            f"{kind}_temp_path {self.place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.place / "nginx.conf"
        main.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}\npid {self.place}/nginx.pid;\n"
            f"error_log {self.place}/error.log;\nevents {{}}\nhttp {{\n{temporary}"
            f"include {shared}/nginx-pull.conf;\n}}\n"
        )
        argv = [str(NGINX), "-c", str(main), "-p", str(self.place)]
        checked = subprocess.run([*argv, "-t"], capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stderr
        child = subprocess.Popen(
            [*argv, "-g", "daemon off;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self.listens)
        return child

    def listens(self) -> bool:
        """Whether somebody answers at the port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Everything ends that was begun here."""
        self._nginx.terminate()
        self._nginx.wait(20)
        self._page.close()
        self._thread.join(10)
        self._listener.close()
        if self.guard is not None:
            self.guard.die()
