"""The province's door: nginx's site of the line, for real. Who may in, what is given, what is refused."""

import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.enrolment.certificates import server_name
from tests.fakes.authority import CALLING, SERVING, Authority
from tests.fakes.wait import wait_for
from tests.lab import pull
from tests.lab.pull import CODE, Door
from web.pull import ASKED_NAME, MOST_WAITING, RECEIPT_LIMIT

pytestmark = [
    pytest.mark.skipif(bool(pull.missing()), reason=pull.missing()),
    pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed"),
]
BUNDLE = random.Random(7).randbytes(3_000_000)
RECEIPTS = "/pull/v1/receipts"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    opened = Door(tmp_path_factory.mktemp("door"))
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def bundle(door: Door) -> str:
    return door.publish(12, BUNDLE)


def test_the_province_is_told_what_there_is_in_the_counters_order(door: Door, bundle: str) -> None:
    later = door.publish(1_000_000, kind="delta")
    (door.outbox / f"{CODE}-000013-20260901T010000Z-full.json").write_text("no signature yet")
    (door.outbox / ".lock").touch()
    status, body = door.curl("/pull/v1/manifests")
    assert status == 200
    assert json.loads(body) == {"schema": 1, "venue": CODE, "names": [bundle, later], "more": False} | {
        "receipts": {"believed": [], "refused": [], "waiting": 0}
    }
    assert json.loads(door.curl("/pull/v1/manifests?after=12")[1])["names"] == [later]
    assert door.curl("/pull/v1/manifests?after=x")[0] == 400
    assert json.loads(door.curl("/pull/v1/about")[1]) == {
        "schema": 1, "venue": CODE, "version": "1.2", "phase": "sealed", "rev": 7,
    }  # fmt: skip


def test_a_bundle_is_given_whole_or_from_where_somebody_left_off(door: Door, bundle: str) -> None:
    path = f"/pull/v1/bundles/{bundle}.tar.zst.age"
    assert door.curl(path) == (200, BUNDLE)
    assert door.curl(path, "-r", "2999990-") == (206, BUNDLE[-10:])
    told = door.curl(path, "-I")[1].decode()
    tag = re.search(r'etag: (".*?")', told, re.IGNORECASE)
    assert tag and "accept-ranges: bytes" in told.lower()
    assert door.curl(path, "-r", "5-", "-H", f"If-Range: {tag[1]}") == (206, BUNDLE[5:])
    assert door.curl(path, "-r", "5-", "-H", 'If-Range: "another"') == (200, BUNDLE)
    assert [door.curl(f"/pull/v1/bundles/{bundle}.json{end}")[0] for end in ("", ".sig")] == [200, 200]


def test_nothing_else_is_given_whatever_it_is_called(door: Door, bundle: str) -> None:
    secret = door.outbox.parent / "secret.json"
    secret.write_text("secret")
    link = door.publish(14)
    (door.outbox / f"{link}.json").unlink()
    (door.outbox / f"{link}.json").symlink_to(secret)
    half = f"{CODE}-000015-20260901T010000Z-full"
    (door.outbox / f"{half}.tar.zst.age").write_bytes(b"half")
    for path in (
        f"/pull/v1/bundles/{half}.tar.zst.age", "/pull/v1/bundles/.lock", "/pull/v1/bundles/", "/pull/v1/bundles",
        "/pull/v1/bundles/../secret.json", "/pull/v1/bundles/%2e%2e/secret.json", "/pull/v1/bundles/..%2fsecret.json",
        f"/pull/v1/bundles/{bundle}.json/../../../../secret.json", f"/pull/v1/bundles/{bundle}.json%00",
        "/", "/healthz", "/api/v1/status", "/metrics", "/pull/v1/../../metrics", "/pull/v1/receipts/../about",
    ):  # fmt: skip
        status, body = door.curl(path, "--path-as-is")
        assert (status in (400, 404) and b"secret" not in body) or (
            status == 200 and path.endswith("about") and b"schema" in body
        ), path
    assert door.curl(f"/pull/v1/bundles/{link}.json")[0] == 403, "a link leads nowhere"
    assert door.curl(f"/pull/v1/bundles/{bundle}.json", "-X", "DELETE")[0] in (403, 405)
    assert door.curl(f"/pull/v1/bundles/{bundle}.json", "--data", "x")[0] in (403, 405)


def refused(door: Door, name: str, certificate: str, key: str) -> bool:
    status, body = door.curl("/pull/v1/manifests", client=door.pair(name, certificate, key))
    return status in (0, 400) and b"names" not in body


def test_who_has_no_good_certificate_of_the_province_gets_nothing(door: Door) -> None:
    expired = datetime(2024, 1, 1, tzinfo=UTC)
    wrong = {
        "another": Authority().issue("province", CALLING),
        "expired": door.province.issue("province", CALLING, ends=expired),
        "venue": door.province.issue(server_name("520100-04"), SERVING),
    }
    for name, pair in wrong.items():
        assert refused(door, name, *pair), name
    bare = [word for word in door.call() if word not in ("--cert", "--key", *map(str, door.client))]
    done = subprocess.run([*bare, door.url("/pull/v1/manifests")], capture_output=True, timeout=30)
    assert b"names" not in done.stdout
    assert not refused(door, "good", *door.province.issue("province", CALLING)), "the control"


def test_a_revoked_certificate_gets_nothing_and_the_others_go_on(tmp_path: Path) -> None:
    province = Authority()
    stolen, good = province.issue("stolen", CALLING), province.issue("good", CALLING)
    door = Door(tmp_path, authority=province, revoked=(stolen[0],))
    try:
        assert refused(door, "stolen", *stolen)
        assert not refused(door, "good", *good)
    finally:
        door.close()


def test_nothing_older_than_tls_1_3_is_spoken(door: Door) -> None:
    context = ssl._create_unverified_context()
    context.load_cert_chain(*map(str, door.client))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", door.port), 5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain)


def waiting(door: Door) -> list[Path]:
    """The receipts that were put down; the time of the last list, beside them, is none."""
    return [path for path in door.incoming.iterdir() if path.name != ASKED_NAME]


def test_a_receipt_is_put_down_once_however_often_it_comes(door: Door) -> None:
    body = json.dumps({"schema": 1, "receipt": "x", "signature": "y"})
    for _ in range(3):
        status, told = door.curl(RECEIPTS, "--data-binary", body)
        assert (status, json.loads(told)) == (202, {"accepted": True})
    files = waiting(door)
    assert [path.read_text() for path in files] == [body]
    files[0].unlink()


def test_what_is_no_receipt_or_too_many_of_them_is_refused_and_the_disk_stays_bounded(door: Door) -> None:
    assert door.curl(RECEIPTS, "-X", "POST")[0] == 400
    large = door.outbox.parent / "large"
    large.write_bytes(b"x" * (RECEIPT_LIMIT + 1))
    assert door.curl(RECEIPTS, "--data-binary", f"@{large}")[0] == 413
    for n in range(MOST_WAITING):
        (door.incoming / f"{n}.json").write_text("{}")
    assert door.curl(RECEIPTS, "--data-binary", "one more")[0] == 507
    assert len(waiting(door)) == MOST_WAITING
    for path in waiting(door):
        path.unlink()


def test_a_flood_of_receipts_is_slowed_and_the_bundles_are_given_all_the_same(door: Door, bundle: str) -> None:
    urls = [door.url(RECEIPTS)] * 120
    argv = [*door.call(), "-Z", "--parallel-max", "20", "-w", "%{http_code}\n", "-o", "/dev/null", "--data", "flood"]
    outs = [word for _ in urls[1:] for word in ("-o", "/dev/null")]
    done = subprocess.run([*argv, *outs, *urls], capture_output=True, timeout=60, text=True)
    assert {"202", "429"} == set(done.stdout.split())
    assert door.curl(f"/pull/v1/bundles/{bundle}.tar.zst.age") == (200, BUNDLE)
    assert len(waiting(door)) == 1
    waiting(door)[0].unlink()


def test_half_open_clients_keep_nobody_out(door: Door, bundle: str) -> None:
    path = f"/pull/v1/bundles/{bundle}.tar.zst.age"
    with ExitStack() as held:
        for n in range(50):
            stalled = held.enter_context(socket.create_connection(("127.0.0.1", door.port), 5))
            stalled.sendall(b"\x16\x03\x01\x02\x00"[: n % 6])  # a ClientHello that never comes to its end
        assert door.curl(path, "-r", "0-9") == (206, BUNDLE[:10])
        wait_for(lambda: gone(stalled))  # the site's own time is five times as long


def gone(stalled: socket.socket) -> bool:
    """Whether the other end has closed."""
    stalled.settimeout(0.2)
    try:
        return stalled.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("tool", ["curl", "wget", "aria2c", "rclone"])
def test_a_download_that_broke_off_is_finished_by_others_programs(
    door: Door, bundle: str, tool: str, tmp_path: Path
) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    name = f"{bundle}.tar.zst.age"
    target, url = tmp_path / name, door.url(f"/pull/v1/bundles/{name}")
    certificate, key, ca = *map(str, door.client), str(door.etc / "enrolled/ca.crt")
    target.write_bytes(BUNDLE[:1_000_000])
    by_name = os.environ | {"HOME": str(tmp_path)}
    local = url.replace(server_name(CODE), "127.0.0.1")
    argv = {
        "curl": [*door.call(), "-C", "-", "-o", str(target), url],
        "wget": ["wget", "-q", "-c", "--no-check-certificate", f"--ca-certificate={ca}", f"--certificate={certificate}",
                 f"--private-key={key}", "-O", str(target), local],
        "aria2c": ["aria2c", "-q", "-c", "--check-certificate=false", f"--certificate={certificate}",
                   f"--private-key={key}", "--auto-file-renaming=false", "--allow-overwrite=false",
                   "--split=4", "-d", str(tmp_path), "-o", name, local],
        "rclone": ["rclone", "copyurl", "--client-cert", certificate, "--client-key", key, "--ca-cert", ca,
                   "--no-check-certificate", local, str(target)],
    }[tool]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, timeout=60, env=by_name, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    assert target.read_bytes() == BUNDLE
    if tool != "rclone":  # which knows no half of a file
        wait_for(lambda: f"{bundle}.tar.zst.age" in log_of(door))
        assert " 206 " in [line for line in log_of(door).splitlines() if name in line][-1], "it was resumed"


def log_of(door: Door) -> str:
    return (door.place / "pull.log").read_text()
