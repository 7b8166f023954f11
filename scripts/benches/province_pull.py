"""The pull from many venues beside parallel curl: speed, memory, and a line that is cut at random."""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from appliance.backup.bundle import Request, SourceSpec
from appliance.backup.job import run
from appliance.backup.keys import allowed_signers, signing_key
from appliance.backup.manifest import Manifest, decode, encode
from appliance.backup.outbox import bundles, bundles_in
from appliance.backup.sources.directory import Options
from appliance.backup.sshsig import sign
from appliance.province import ca, venues
from appliance.province.keys import RECIPIENTS_NAME, init
from scripts.benches.backup_used import Used, together_mb, used
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.province_cut import CUT_PERCENT, Cutter, Watcher

NEEDED = ("nginx", "curl", "xargs")
AT_ONCE = 32
_MB = 1_000_000


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of the province's side of the pull."""
    path = "/usr/sbin:/usr/bin:" + os.environ.get("PATH", "")
    missing = [name for name in NEEDED if shutil.which(name, path=path) is None]
    if missing:
        raise CannotMeasure(f"apt install {' '.join(missing)} (nginx-light)")
    site = _Site(bench, venues_count=bench.times(200, 4), size_mb=bench.times(20, 1))
    try:
        yield from _speed(bench, site)
        yield from _cut(bench, site)
    finally:
        site.close()


def _speed(bench: Bench, site: "_Site") -> Iterator[Figure]:
    """Everything of every venue, the bundles not opened: curl opens none either."""
    ours: list[Used] = []
    theirs: list[Used] = []
    flushed_s: list[float] = []
    hashed_s: list[float] = []
    for turn in range(bench.times(3, 1)):
        calls = [(ours, site.pull), (theirs, site.curl)]
        for kept, call in calls if turn % 2 else reversed(calls):
            site.forget()
            kept.append(call())
            if kept is theirs:
                began_s = time.perf_counter()
                os.sync()
                flushed_s.append(kept[-1].wall_s + time.perf_counter() - began_s)
                hashed_s.append(flushed_s[-1] + used(site.sums()).wall_s)
            bench.say(f"province_pull: {call.__name__} {kept[-1]}")
    mb = site.count * site.size / _MB
    what = f"{site.count} venues of {site.size / _MB:.0f} MB, {AT_ONCE} at once"
    yield Figure(
        name=f"{what}: time, checked and flushed", unit="s", values=[one.wall_s for one in ours],
        reference=f"xargs -P {AT_ONCE} curl, neither", reference_values=[one.wall_s for one in theirs],
        limit=Limit(most=1.25, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="the same", unit="s", values=[one.wall_s for one in ours],
        reference="that curl, and then sync", reference_values=flushed_s, limit=Limit(most=1.25, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="the same", unit="s", values=[one.wall_s for one in ours],
        reference="that, and then sha256sum on all processors", reference_values=hashed_s,
    )  # fmt: skip
    yield Figure(
        name=f"{what}: CPU", unit="s", values=[one.cpu_s for one in ours],
        reference="the same curl", reference_values=[one.cpu_s for one in theirs],
    )  # fmt: skip
    # In a turn of its own: looked at ten times a second. What the kernel calls a program's peak may be its parent's.
    together = []
    for argv in (site.pulls(), site.curls()):
        site.forget()
        together.append(together_mb(argv))
    yield Figure(
        name=f"{what}: peak of memory (PSS of all its processes), {mb / ours[0].wall_s:.0f} MB/s", unit="MB",
        values=together[:1], reference="the same curl", reference_values=together[1:], limit=Limit(most=150),
    )  # fmt: skip


def _cut(bench: Bench, site: "_Site") -> Iterator[Figure]:
    """One connection in ten is cut at random; everything arrives, and nothing unverified ever has a name."""
    site.forget()
    with Cutter(site.port) as cutter, Watcher(site.home) as watcher:
        site.listed(cutter.port)
        took = site.pull(quiet=True)
        site.listed(site.port)
    here = sum(len(bundles_in(site.home / "received" / code)) for code in site.codes)
    whole = site.count * site.size
    sent = max(cutter.sent_bytes, 1)
    bench.say(f"province_pull: {cutter.cuts} cuts, {here} of {site.count} arrived in {took.wall_s:.1f} s")
    yield Figure(
        name=f"{CUT_PERCENT} % of connections cut ({cutter.cuts}): bundles missing in the end", unit="bundles",
        values=[site.count - here], reference="all of them", reference_values=[site.count], limit=Limit(most=0),
    )  # fmt: skip
    yield Figure(
        name="the same: bytes over the line", unit="MB", values=[sent / _MB],
        reference="the sealed files alone", reference_values=[whole / _MB], limit=Limit(most=1.05, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="the same: unverified files seen under a final name", unit="files", values=[watcher.wrong],
        reference="looks at all of them", reference_values=[max(1, watcher.seen)], limit=Limit(most=0),
    )  # fmt: skip


class _Site:
    """Venues that one nginx serves, told apart by their names in TLS; the sealed file is one, the manifests are not."""

    def __init__(self, bench: Bench, *, venues_count: int, size_mb: int) -> None:
        self.place, self.home = bench.directory, bench.directory / "home"
        self.codes = [f"52{n:04}-01" for n in range(1, venues_count + 1)]
        self.count, self.port = venues_count, _free_port()
        init(self.home)
        first = _sealed(self.place, self.home, self.codes[0], size_mb)
        self.data, self.manifest = first
        self.size = self.manifest.size
        authority, now = ca.Authority(self.home), datetime.now(UTC)
        blocks, signers = [], []
        for code in self.codes:
            blocks.append(self._served(authority.server(code, now=now), code))
            signers.append(allowed_signers(self.place / code).read_text(encoding="utf-8"))
        (self.home / "allowed_signers").write_text("".join(signers), encoding="utf-8")
        self.listed(self.port)
        self._nginx = self._started(blocks)

    def listed(self, port: int) -> None:
        """The venues are reached at `port`."""
        venues.write(self.home, [venues.Venue(code=code, address=f"127.0.0.1:{port}") for code in self.codes])

    def forget(self) -> None:
        """Nothing was received, and the disk has done what it was asked."""
        shutil.rmtree(self.home / "received", ignore_errors=True)
        shutil.rmtree(self.place / "curl", ignore_errors=True)
        (self.place / "curl").mkdir()
        os.sync()

    def pull(self, *, quiet: bool = False) -> Used:
        """The pull of all of them, once."""
        return used(self.pulls(quiet=quiet))

    def curl(self) -> Used:
        """The same files by curl, each by one of its own."""
        return used(self.curls())

    def pulls(self, *, quiet: bool = False) -> list[str]:
        """The pull's command."""
        argv = [sys.executable, "-m", "appliance", "province", "pull", "--once", "--no-open", "--json"]
        argv += ["--home", str(self.home)]
        if quiet:  # with cuts it says 2: something was wrong, and it tells what
            argv = ["/bin/sh", "-c", '"$@" || [ $? = 2 ]', "sh", *argv]
        return [*argv, "--at-once", str(AT_ONCE)]

    def curls(self) -> list[str]:
        """The same files by curl."""
        own = self.home / "ca"
        urls = self.place / "urls"
        name = self.data.name.removeprefix(self.codes[0])
        urls.write_text("".join(f"{code}\n" for code in self.codes), encoding="ascii")
        shell = (
            f"exec curl -sSf --tlsv1.3 --cacert {own}/ca.crt --cert {own}/client.crt --key {own}/client.key "
            f"--connect-to ::127.0.0.1:{self.port} -o {self.place}/curl/$0 https://$0.venue/pull/v1/bundles/$0{name}"
        )
        return ["xargs", "-a", str(urls), "-P", str(AT_ONCE), "-n", "1", "sh", "-c", shell]

    def sums(self) -> list[str]:
        """The sha256 of all that curl brought."""
        shell = f"ls {self.place}/curl/* | xargs -P {os.cpu_count()} -n 10 sha256sum"
        return ["sh", "-c", shell]

    def close(self) -> None:
        """The servers end."""
        self._nginx.terminate()
        self._nginx.wait(20)

    def _served(self, issued: ca.Issued, code: str) -> str:
        """The files of a venue's outbox, and its part of nginx's configuration."""
        outbox = self.place / code / "outbox"
        outbox.mkdir(parents=True, exist_ok=True)
        name = code + self.manifest.name.removeprefix(self.manifest.venue)
        if code != self.codes[0]:
            os.link(self.data, outbox / f"{name}.tar.zst.age")
            raw = encode(replace(self.manifest, venue=code, name=name))
            signing_key(self.place / code, code)
            key = load_ssh_private_key((self.place / code / "keys" / "venue_ed25519").read_bytes(), password=None)
            (outbox / f"{name}.json").write_bytes(raw)
            (outbox / f"{name}.json.sig").write_bytes(sign(raw, key=key, namespace="venue-backup"))  # type: ignore[arg-type]
        (outbox / "list").write_text(json.dumps({"schema": 1, "venue": code, "names": [name]}), encoding="ascii")
        (outbox / "crt").write_text(issued.certificate, encoding="ascii")
        (outbox / "key").write_text(issued.key, encoding="ascii")
        return f"""server {{ listen 127.0.0.1:{self.port} ssl backlog=512; server_name {code}.venue;
          ssl_certificate {outbox}/crt; ssl_certificate_key {outbox}/key;
          location = /pull/v1/manifests {{ alias {outbox}/list; }}
          location = /pull/v1/receipts {{ return 202 "{{}}"; }}
          location /pull/v1/bundles/ {{ alias {outbox}/; }} }}""".replace(
            " backlog=512", "" if code != self.codes[0] else " backlog=512"
        )

    def _started(self, blocks: Sequence[str]) -> "subprocess.Popen[bytes]":
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {self.place}/{kind};\n" for kind in kinds)
        text = (
            f"{'user root;' if os.geteuid() == 0 else ''} pid {self.place}/nginx.pid;\n"
            f"error_log {self.place}/error.log; worker_processes 2; events {{ worker_connections 1024; }}\n"
            f"http {{ {temporary} access_log off; sendfile on;\n"
            "server_names_hash_bucket_size 128; server_names_hash_max_size 4096; ssl_protocols TLSv1.3;\n"
            f"ssl_verify_client on; ssl_client_certificate {self.home}/ca/ca.crt; ssl_session_tickets off;\n"
            + "\n".join(blocks)
            + "\n}\n"
        )
        config = self.place / "nginx.conf"
        config.write_text(text, encoding="ascii")
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
        child = subprocess.Popen(
            [nginx, "-c", str(config), "-p", str(self.place), "-e", str(self.place / "error.log"), "-g", "daemon off;"]
        )
        deadline_s = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            if time.monotonic() > deadline_s or child.poll() is not None:
                raise CannotMeasure(f"nginx does not answer: {(self.place / 'error.log').read_text()[-300:]}")
            time.sleep(0.05)
        return child


def _sealed(place: Path, home: Path, code: str, size_mb: int) -> tuple[Path, Manifest]:
    """One real bundle of about `size_mb` MB that no compression makes smaller."""
    tree = place / "tree"
    tree.mkdir()
    (tree / "scan.bin").write_bytes(random.Random(7).randbytes(size_mb * _MB))
    time.sleep(0.2)  # what was written this moment would be taken twice
    recipient = (home / RECIPIENTS_NAME).read_text(encoding="utf-8").strip()
    source = SourceSpec(name="answers", options=Options(path=tree))
    run(
        Request(state_dir=place / code, venue=code, sources=(source,), recipients=(recipient,)),
        log_rows=[b"{}"], now=datetime.now(UTC),
    )  # fmt: skip
    (bundle,) = bundles(place / code)
    return bundle.data, decode(bundle.manifest.read_bytes())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
