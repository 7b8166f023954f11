"""The page behind systemd's socket and nginx: the real three of them."""

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waitress.server import create_server

from appliance.cli.page import BEHIND_NGINX

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "systemd" / "nginx" / "nginx-page.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
ACTIVATE = shutil.which("systemd-socket-activate")
needs_nginx = pytest.mark.skipif(
    not NGINX or not shutil.which("openssl"), reason="nginx or openssl is not installed (Debian: nginx-light)"
)
needs_activate = pytest.mark.skipif(not ACTIVATE, reason="systemd-socket-activate is not installed")


class UnixHttp(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self._at = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self._at))


def asked(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    connection.request("GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()})
    answer = connection.getresponse()
    with contextlib.closing(connection), answer:
        return answer.status, answer.read().decode()


def until(so: Callable[[], bool], what: str) -> None:
    limit_s = time.monotonic() + 20
    while not so():
        assert time.monotonic() < limit_s, what
        threading.Event().wait(0.02)


@contextmanager
def running(argv: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(20)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "appliance.toml"
    path.write_text(f'[venue]\ncode = "1"\nname = "x"\nrun_dir = "{tmp_path}"\n')
    return path


@needs_activate
def test_the_page_serves_on_the_socket_that_systemd_hands_it_and_leaves_it_in_its_place(
    config: Path, tmp_path: Path
) -> None:
    door = tmp_path / "page.sock"
    page = [sys.executable, "-m", "appliance", "page", "--config", str(config)]
    with running([str(ACTIVATE), f"--listen={door}", "--setenv=PATH", *page]):
        until(door.exists, "systemd-socket-activate listens")
        status, text = asked(UnixHttp(door), "/healthz")
        assert status == 503 and "guard" in text, "the page runs, and says that no guard does"
    assert door.exists(), "the socket is systemd's: the page does not take it away"


def test_a_descriptor_that_is_no_listening_socket_is_one_clear_line(config: Path) -> None:
    script = 'exec 3</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" -m appliance page --config "$1"'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, str(config)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 69 and done.stderr.startswith("descriptor 3: no listening socket")
    assert done.stderr.count("\n") == 1


def test_two_sockets_are_refused_and_those_of_another_process_are_not_taken(config: Path, tmp_path: Path) -> None:
    environ = os.environ | {"LISTEN_PID": "1", "LISTEN_FDS": "1"}
    config.write_text(config.read_text() + '[page]\nlisten = "nonsense"\n')
    page = [sys.executable, "-m", "appliance", "page", "--config", str(config)]
    done = subprocess.run(page, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 64 and "page.listen" in done.stderr, "it went on to what the configuration says"
    script = 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$0" -m appliance page --config "$1"'
    argv = ["sh", "-c", script, sys.executable, str(config)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 69 and "one socket was expected, not '2'" in done.stderr


@contextmanager
def told(door: Path) -> Iterator[None]:
    """A page that says how it was asked: scheme and address."""

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(door))
    listener.listen()
    server = create_server(app, sockets=[listener], threads=1, **BEHIND_NGINX)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()
        thread.join(10)
        listener.close()
        door.unlink(missing_ok=True)


@contextmanager
def nginx(place: Path, door: Path, port: int) -> Iterator[None]:
    """The real nginx with our site, its paths put below `place`."""
    subject = ["-subj", "/CN=venue", "-keyout", str(place / "page.key"), "-out", str(place / "page.crt")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *subject],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    site = SITE.read_text(encoding="utf-8")
    for here, there in (
        ("/etc/venue-appliance/tls/", f"{place}/"),
        ("/run/venue-page/page.sock", str(door)),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("/usr/share/venue-appliance/nginx", str(SITE.parent)),
    ):
        assert here in site
        site = site.replace(here, there)
    (place / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = place / "nginx.conf"
    main.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\npid {place}/nginx.pid;\nerror_log {place}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}include {place}/site.conf;\n}}\n"
    )
    argv = [str(NGINX), "-c", str(main), "-p", str(place)]
    checked = subprocess.run([*argv, "-t"], capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr
    with running([*argv, "-g", "daemon off;"]):
        yield


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def https(port: int) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=20, context=ssl._create_unverified_context()
    )  # fmt: skip


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@needs_nginx
def test_nginx_speaks_tls_for_the_page_and_nobody_can_say_who_he_is(tmp_path: Path) -> None:
    door, port = tmp_path / "page.sock", free_port()
    with nginx(tmp_path, door, port):
        until(lambda: listens(port), "nginx listens")
        with told(door):
            answer = asked(https(port), "/", X_Forwarded_For="10.9.9.9", X_Forwarded_Proto="http")
        assert answer == (200, "https 127.0.0.1"), "what the browser claims of itself is not passed on"


@needs_nginx
def test_a_page_that_does_not_run_is_said_to_be_dead(tmp_path: Path) -> None:
    port = free_port()
    with nginx(tmp_path, tmp_path / "page.sock", port):
        until(lambda: listens(port), "nginx listens")
        status, text = asked(https(port), "/")
    assert status == 502 and "页面未响应" in text and "考试照常进行" in text
