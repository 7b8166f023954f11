"""The state's disk is full: the guard lives and answers, backups fail aloud, nothing that exists is lost."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.place import Place
from tests.fakes.wait import wait_for

pytestmark = pytest.mark.root
MIB = 1024 * 1024
START = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def small(place: Place) -> Iterator[Place]:
    """A place whose state lies on a file system of 3 MiB."""
    place.state.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place.state)]
    if subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("a file system of one's own needs root")
    yield place
    place.end()
    subprocess.run(["umount", "--lazy", str(place.state)], check=True)


def outbox(place: Place) -> dict[str, str]:
    """The published files and the hash of their bytes."""
    found = (path for path in (place.state / "outbox").iterdir() if not path.name.startswith("."))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def test_a_bundle_that_finds_no_room_is_an_incident_that_ends_with_the_next_good_one(small: Place) -> None:
    small.write(small.simulation(rate=60, start=START), backup=True)
    small.guard()
    first = small.venue("backup", "run")
    assert first.returncode == 0, first.stderr
    kept = outbox(small)
    big = small.answers / "video"
    big.write_bytes(os.urandom(4 * MIB))  # does not compress
    second = small.venue("backup", "run")
    assert second.returncode == 2 and second.stdout == "" and "Traceback" not in second.stderr
    assert "backup_failed" in small.incidents() and small.status()["backup"]["state"] == "failed"
    assert outbox(small) == kept, "no half bundle, no old one gone"
    assert not [path for path in (small.state / "outbox").iterdir() if path.name.endswith(".part")]
    assert small.venue("backup", "verify").returncode == 0
    big.unlink()
    assert small.venue("backup", "run").returncode == 0
    wait_for(lambda: small.incidents(open_only=False)["backup_failed"]["ceased_at"])
    assert set(kept.items()) < set(outbox(small).items())


def test_a_disk_that_is_full_to_the_brim_stops_neither_the_guard_nor_its_answers(small: Place) -> None:
    small.write(backup=True)
    guard = small.guard()
    assert small.venue("backup", "run").returncode == 0
    kept = outbox(small)
    fill(small.state / "ballast")
    for number in range(200):  # the log's own pages have room for some
        done = small.venue("drill", "end" if number % 2 else "drill", "--by", "张" * 60)
        if done.returncode:
            break
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    wait_for(lambda: "log_unwritable" in small.incidents())
    status = small.status()
    assert status["log"]["writable"] is False and status["turned_age_s"] < 5
    assert small.venue("backup", "run").returncode == 2
    assert guard.poll() is None and outbox(small) == kept
    (small.state / "ballast").unlink()
    wait_for(lambda: small.status()["log"]["writable"])
    assert "log.gap" in small.kinds()
    assert small.verified()["problem"] == ""
    assert small.venue("backup", "run").returncode == 0


def test_a_guard_that_was_killed_on_a_full_disk_starts_on_it_again(small: Place) -> None:
    small.write()
    guard = small.guard()
    drill = small.client.call("drill", mode="drill", by="张工")
    fill(small.state / "ballast")
    small.kill(guard)
    small.guard()
    assert drill["seqs"] and small.status()["drill"] == "drill"
    wait_for(lambda: not small.status()["log"]["writable"])
    wait_for(lambda: "log_unwritable" in small.incidents())  # judged in the turn after
