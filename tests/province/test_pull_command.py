"""`venue province pull` as a process of its own: killed at any moment, ended by a signal, its lines and exit codes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from appliance.backup.outbox import bundles
from appliance.backup.verify import verify_all
from tests.fakes.wait import wait_for
from tests.province.conftest import Serve
from tests.province.pulling import grow, here
from tests.province.two import Two


def started(two: Two, *words: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(two.home), *words]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def part_bytes(two: Two) -> int:
    staging = two.home / "received" / two.venue / ".pulling"
    return sum(part.stat().st_size for part in staging.glob("*.part"))


def all_that_is_here_is_whole(two: Two) -> None:
    directory: Path = two.home / "received" / two.venue
    report = verify_all(directory, allowed_signers=two.home / "allowed_signers")
    assert [finding for finding in report.findings if finding.fault.value != "gap"] == []


def test_killed_at_any_moment_it_goes_on_where_it_was_and_what_has_a_name_is_whole(
    two: Two, serve: Serve
) -> None:
    grow(two, 4_000_000)
    large = two.publish()
    served = serve(two)
    before = 0
    for _ in range(3):
        process = started(two, "--mb-per-s", "0.5", "--json")
        try:
            wait_for(lambda least=before + 300_000: part_bytes(two) > least, seconds=60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        before = part_bytes(two)
        all_that_is_here_is_whole(two)
    process = started(two, "--once", "--json")
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert [one.counter for one in here(two)] == [1, 2]
    assert here(two)[1].data.read_bytes() == large.data.read_bytes()
    ranges = served.of(large.name + ".tar.zst.age")
    firsts = [int(range_[6:-1]) if range_ else 0 for range_ in ranges]
    assert firsts[0] == 0 and firsts == sorted(set(firsts)) and len(firsts) == 4, (
        "resumed, never from the beginning"
    )
    kinds = {json.loads(line)["kind"] for line in out.splitlines()}
    assert {"answered", "taken", "opened", "accepted"} <= kinds
    assert len(served.receipts) == 2


def test_a_signal_ends_it_and_the_next_bundle_is_taken_while_it_runs(two: Two, serve: Serve) -> None:
    serve(two)
    process = started(two, "--every", "0.2")
    try:
        wait_for(lambda: len(here(two)) == 1, seconds=60)
        two.publish()
        wait_for(lambda: len(here(two)) == 2, seconds=60)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "files opened and right" in said and "Traceback" not in said


def test_what_it_is_told_wrong_is_one_line_and_a_code(two: Two, serve: Serve) -> None:
    (two.home / "venues.toml").write_text('[[venue]]\ncode = "a b"\naddress = "x"\n', encoding="utf-8")
    process = started(two, "--once")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 78 and "venue[0].code" in said and "venue[0].address" in said
    (two.home / "venues.toml").unlink()
    process = started(two, "--once")
    assert "province enrol" in process.communicate(timeout=60)[1] and process.returncode == 64
    served = serve(two)
    served.close()
    assert bundles(two.state)
