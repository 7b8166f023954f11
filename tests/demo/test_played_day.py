"""A short day played by `venue demo` with real processes and real bundles, its guard killed again and again."""

import contextlib
import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from appliance.cli.shell import local
from appliance.client import Client, ClientError
from appliance.eventlog.files import newest
from appliance.eventlog.log import GENESIS, chain
from tests.fakes.box import stored
from tests.fakes.place import Place, free_port, get
from tests.fakes.wait import wait_for

pytestmark = pytest.mark.slow
DAY = """\
title = "a short day"
start = 2026-09-05T06:50:00
rooms = 1
seats_per_room = 6
[[sitting]]
id = "am"
batch = "1"
subject = "财务管理"
start = 2026-09-05T09:00:00
end = 2026-09-05T09:40:00
[[step]]
at = 2026-09-05T06:51:00
seats_on = ["all"]
answers = 1
[[step]]
at = 2026-09-05T07:00:00
act = { verb = "seal", chief = "王主考", technician = "张工" }
[[step]]
at = 2026-09-05T07:06:00
pace = 5
[[step]]
at = 2026-09-05T08:20:00
pace = 2.5
plug = { port = "1-2" }
[[step]]
at = 2026-09-05T09:05:00
answers = 1
ups = { "ups.status" = "OB DISCHRG" }
[[step]]
at = 2026-09-05T09:30:00
ups = { "ups.status" = "OL CHRG" }
pace = 1.5
[[step]]
at = 2026-09-05T09:38:00
answers = 1
[[step]]
at = 2026-09-05T09:48:00
act = { verb = "sitting.finish", by = "王主考" }
[[step]]
at = 2026-09-05T09:58:00
receipt = true
"""
SPEED = 120
KILL_AT = ("08:15", "08:50", "09:02", "09:15", "09:25")  # local times of the day, when a guard is killed
ORDER = ("open", "sealed", "preparing", "running", "closing")


class Played:
    """What was seen of the day: statuses before and after each kill, the directory as it was at the end."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.port = free_port()
        day = place.directory / "day.toml"
        day.write_text(DAY, encoding="utf-8")
        self.demo = place.start("demo", "--day", str(day), "--speed", str(SPEED), "--port", str(self.port))
        self.directory = Path(wait_for(self._directory, seconds=60))
        self.client = Client(self.directory / "run" / "control.sock")
        self.kills: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.end = place.directory / "end"

    def play(self) -> None:
        for at in KILL_AT:
            wait_for(lambda at=at: self._clock() >= at, seconds=120)  # type: ignore[misc]  # a default binds it
            before = wait_for(self.status)
            guard = self.guard()
            guard.kill()
            guard.wait(30)
            after = wait_for(lambda pid=guard.pid: self.guard_but(pid) and self.status())  # type: ignore[misc]
            self.kills.append((before, after))
        wait_for(lambda: (self.status() or {}).get("province", {}).get("state") == "received", seconds=120)
        self.last = wait_for(self.status)
        with contextlib.suppress(OSError):  # a file may go while it is copied
            shutil.copytree(self.directory / "province", self.end / "province")
        self.demo.send_signal(signal.SIGSTOP)  # else it would start the guard again
        guard = self.guard()
        guard.send_signal(signal.SIGTERM)
        with contextlib.suppress(psutil.TimeoutExpired):
            wait_for(lambda: guard.status() == psutil.STATUS_ZOMBIE or not guard.is_running())
        shutil.copytree(self.directory / "state", self.end / "state")
        self.demo.send_signal(signal.SIGCONT)

    def status(self) -> dict[str, Any] | None:
        with contextlib.suppress(ClientError):
            status: dict[str, Any] = self.client.call("status")
            return status
        return None

    def guard(self) -> psutil.Process:
        return wait_for(lambda: self.guard_but(0))

    def guard_but(self, pid: int) -> psutil.Process | None:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.demo.pid).children():
                line = child.cmdline()
                if child.pid != pid and "run" in line and "backup" not in line:
                    return child
        return None

    def _clock(self) -> str:
        status = self.status()
        if status is None:
            return ""
        return local(status["at"], "Asia/Shanghai", "%H:%M")

    def _directory(self) -> str:
        assert self.demo.poll() is None, self.place.said(self.demo)
        said = self.place.said(self.demo)
        line = next((line for line in said.splitlines() if line.startswith("http://")), "")
        return line.rpartition("  ·  ")[2]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    place = Place()
    try:
        played = Played(place)
        played.play()
        yield played
        played.demo.terminate()
        assert played.demo.wait(60) == 0, place.said(played.demo)
        assert not played.directory.exists(), "the demo takes its directory away"
    finally:
        place.close()


def test_phase_seal_and_incidents_go_on_over_every_kill(played: Played) -> None:
    assert len(played.kills) == len(KILL_AT)
    for before, after in played.kills:
        assert after["seal"] == before["seal"] and after["seal"]
        assert ORDER.index(after["phase"]["name"]) >= ORDER.index(before["phase"]["name"])
        known = {row["number"]: row for row in after["incidents"]}
        for row in before["incidents"]:
            same = ("cause_kind", "cause", "opened_at")
            assert {key: known[row["number"]][key] for key in same} == {key: row[key] for key in same}
        assert after["log"]["head_seq"] > before["log"]["head_seq"]


def test_the_day_ends_as_if_nobody_had_been_killed(played: Played) -> None:
    kinds = sorted(row["cause_kind"] for row in played.last["incidents"])
    assert kinds.count("mains") == 1 and kinds.count("usb") == 1 and "unsealed" not in kinds, kinds
    assert "backup_failed" not in kinds, [
        row for row in played.last["incidents"] if row["cause_kind"] == "backup_failed"
    ]
    assert played.last["debts"] == []
    events = stored(played.end / "state" / "log")
    assert [event.kind for event in events].count("guard.started") == len(KILL_AT) + 1
    phases = [getattr(event.body, "phase", "") for event in events if event.kind == "phase.changed"]
    assert phases == ["open", "sealed", "preparing", "running", "closing"]


def test_the_log_verifies_after_all_those_kills(played: Played) -> None:
    log = newest(played.end / "state" / "log")
    done = played.place.venue("log", "verify", str(log), "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["files"][0]["problem"] == ""


def test_a_provisional_bundle_was_made_at_the_end_and_a_final_one_after_finish(played: Played) -> None:
    finished = next(e for e in stored(played.end / "state" / "log") if e.kind == "sitting.finished")
    manifests = read_manifests(played)
    assert {"seal", "sealed"} & {m["reason"] for m in manifests} and "interval" in {
        m["reason"] for m in manifests
    }
    provisional = [m for m in manifests if m["stage"] == "provisional"]
    final = [m for m in manifests if m["stage"] == "final"]
    assert provisional and len(final) == 1
    assert provisional[0]["counter"] < final[0]["counter"]
    assert provisional[0]["phase"] == final[0]["phase"] == "closing" and final[0]["sitting"] == "am"
    assert final[0]["log_seq"] >= finished.seq, "the final one holds the chief's word"


def test_every_bundle_verifies_and_the_counter_has_no_hole(played: Played) -> None:
    done = played.place.venue("backup", "verify", "--state", str(played.end / "state"), "--json")
    assert done.returncode == 0, done.stdout
    counters = [m["counter"] for m in read_manifests(played)]
    assert counters == list(range(1, len(counters) + 1)) and len(counters) >= 4


def test_the_final_bundle_and_those_it_builds_on_open_with_stock_tools_alone(
    played: Played, tmp_path: Path
) -> None:
    manifests = {m["name"]: m for m in read_manifests(played)}
    manifest = link = next(m for m in manifests.values() if m["stage"] == "final")
    answers = set()
    while link is not None:
        opened = stock_open(played, link["name"], tmp_path)
        answers |= {path.relative_to(opened) for path in (opened / "answers").rglob("*.ans")}
        link = manifests.get(link["parent"])
    assert len(answers) == 15, "five candidates, three answers each"
    keys, outbox = played.end / "state" / "keys" / "allowed_signers", played.end / "state" / "outbox"
    argv = ["ssh-keygen", "-Y", "verify", "-f", str(keys), "-I", "520100-03", "-n", "venue-backup"]
    argv += ["-s", str(outbox / f"{manifest['name']}.json.sig")]
    raw = (outbox / f"{manifest['name']}.json").read_bytes()
    assert subprocess.run(argv, input=raw, capture_output=True, check=False).returncode == 0
    forged = raw.replace(b'"final"', b'"found"')
    assert subprocess.run(argv, input=forged, capture_output=True, check=False).returncode != 0


def test_the_rows_in_the_bundles_hash_to_the_heads_in_the_manifests_and_those_are_rows_of_the_log(
    played: Played, tmp_path: Path
) -> None:
    log = hashes(newest(played.end / "state" / "log"))
    previous, seq = GENESIS, 0
    for manifest in read_manifests(played):
        assert log[manifest["log_seq"]] == manifest["log_hash"], manifest["name"]
        opened = stock_open(played, manifest["name"], tmp_path)
        lines = (opened / ".venue" / "log.jsonl").read_bytes().splitlines()
        for line in lines:
            row = json.loads(line)
            if row["seq"] <= seq:
                continue
            assert row["seq"] == seq + 1, "no row is missing between two bundles"
            previous, seq = chain(previous, line.decode()), row["seq"]
        assert (seq, previous.hex()) == (manifest["log_seq"], manifest["log_hash"])


def test_the_page_shows_the_day_and_its_health(played: Played) -> None:
    wait_for(lambda: get(f"http://127.0.0.1:{played.port}/healthz")[0] == 200)
    assert "实验中学考点" in get(f"http://127.0.0.1:{played.port}/")[1]


def read_manifests(played: Played) -> list[dict[str, Any]]:
    found = [json.loads(path.read_bytes()) for path in (played.end / "state" / "outbox").glob("*.json")]
    return sorted(found, key=lambda manifest: int(manifest["counter"]))


def hashes(path: Path) -> dict[int, str]:
    """seq: hash in hex, recomputed from the stored texts with nothing of ours."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = db.execute("SELECT seq, text FROM log ORDER BY seq").fetchall()
    finally:
        db.close()
    found, previous = {}, bytes(32)
    for seq, text in rows:
        previous = hashlib.sha256(previous + text.encode()).digest()
        found[seq] = previous.hex()
    return found


def stock_open(played: Played, name: str, into: Path) -> Path:
    """`age -d -i province.key NAME.tar.zst.age | zstd -d | tar x`, and nothing of ours."""
    for tool in ("age", "zstd", "tar"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing: apt-get install age zstd tar")
    directory = into / name
    directory.mkdir()
    key, sealed = (
        played.end / "province" / "province.key",
        played.end / "state" / "outbox" / f"{name}.tar.zst.age",
    )
    age = subprocess.Popen(["age", "-d", "-i", str(key), str(sealed)], stdout=subprocess.PIPE)
    zstd = subprocess.Popen(["zstd", "-d", "-q"], stdin=age.stdout, stdout=subprocess.PIPE)
    tar = subprocess.Popen(["tar", "x", "-C", str(directory)], stdin=zstd.stdout)
    for process in (age, zstd):
        assert process.stdout is not None
        process.stdout.close()
    assert [process.wait(60) for process in (tar, zstd, age)] == [0, 0, 0]
    return directory
