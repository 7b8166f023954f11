"""What sources and the box itself do to a backup: the reason is told, what is older stays, the others are sealed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.manifest import SourceCount, decode
from tests.crash import disk
from tests.crash.disk import Mounted, made_file_system
from tests.crash.scene import NOW, Scene

ODD = b"\xe7\xad\x94\xff\xfe.json"


@pytest.fixture
def other(scene: Scene) -> Path:
    """A second source, with one file, and a first bundle of both."""
    path = scene.directory / "other"
    path.mkdir()
    (path / "a.json").write_text("{}")
    scene.add_source("other", path)
    assert scene.warm.run(*scene.run_words) == 0, scene.warm.said()
    return path


def sources(scene: Scene) -> dict[str, SourceCount]:
    """The newest manifest's."""
    return {source.name: source for source in decode(scene.published()[-1].manifest.read_bytes()).sources}


def run(scene: Scene, *words: str) -> str:
    """A run that makes a bundle; what it said. All that was there is there, and the first source as it stands."""
    before = [bundle.name for bundle in scene.published()]
    scene.change()
    assert scene.warm.run(*scene.run_words, *words) == 0, scene.warm.said()
    assert [bundle.name for bundle in scene.published()] == [*before, *scene.warm.announced()]
    assert scene.faults(scene.warm.announced()) == [] and scene.newest_faults() == []
    return scene.warm.said()


def test_a_source_that_is_gone_is_told_and_its_return_is_in_the_next_bundle(scene: Scene, other: Path) -> None:
    other.rename(other.with_name("away"))
    assert f"source other: {other}: No such file" in run(scene)
    assert sources(scene)["other"].error == "missing"
    other.with_name("away").rename(other)
    assert "source other" not in run(scene)
    assert (scene.directory / "out" / "other" / "a.json").exists()


@pytest.mark.root
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: apt-get install strace")
def test_a_disk_that_is_taken_away_in_the_middle_is_told_and_takes_no_answer_with_it(scene: Scene) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a tmpfs")
    stick = scene.directory / "stick"
    stick.mkdir()
    if subprocess.run(("mount", "-t", "tmpfs", "tmpfs", str(stick)), check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    (stick / "a.json").write_text("{}")
    scene.add_source("stick", stick, "mount_point = true")
    try:
        run(scene)
        (stick / "b.json").write_text("{}")
        # It stops where it is about to open a file of that disk.
        hold = ("-P", str(stick), "-e", "trace=openat", "-e", "inject=openat:signal=SIGSTOP:when=2")
        pid = scene.warm.start(*scene.run_words, held=True)
        with subprocess.Popen(
            ("strace", "-o", str(scene.directory / "strace"), "-p", str(pid), *hold), stderr=subprocess.PIPE
        ) as strace:
            assert strace.stderr is not None and b"attached" in strace.stderr.readline()
            os.kill(pid, signal.SIGCONT)
            scene.warm.stopped()
            subprocess.run(("umount", "-l", str(stick)), check=True)
            os.kill(pid, signal.SIGCONT)
            code = scene.warm.ended()
            strace.stderr.read()
    finally:
        subprocess.run(("umount", "-l", str(stick)), capture_output=True, check=False)
    said = scene.warm.said()
    assert code == 0 and f"source stick: {stick}: another directory took its place while it was read" in said
    assert sources(scene)["stick"].error == "missing"
    assert scene.faults(scene.warm.announced()) == [] and scene.newest_faults() == []
    assert (scene.directory / "out" / "stick" / "a.json").exists(), "what the bundle before holds of it"


def test_odd_names_fifos_and_a_sparse_giant_stop_nothing_and_are_told(scene: Scene, other: Path) -> None:
    (other / os.fsdecode(ODD)).write_text("{}")
    os.mkfifo(other / "pipe")
    with (other / "giant").open("wb") as file:
        file.truncate(100_000_000_000)
    said = run(scene)
    assert "source other: 1 files are missing from it" in said
    found = sources(scene)["other"]
    assert (found.skipped, found.not_captured, found.error) == (1, 1, "")
    restored = scene.directory / "out" / "other"
    assert sorted(os.listdir(os.fsencode(restored))) == [b"a.json", ODD]
    (other / "giant").unlink()
    assert "source other" not in run(scene)


def test_a_clock_that_is_set_back_leaves_names_unique_and_in_order(scene: Scene, other: Path) -> None:
    for days in (3, 1, -2000, 0):
        scene.set_clock(NOW - timedelta(days=days))
        run(scene)
    names = [bundle.name for bundle in scene.published()]
    assert len(set(names)) == 5 and names == sorted(names), "the counter stands before the time"


def test_beside_another_run_it_is_75_at_once_and_the_reason_is_told(scene: Scene, other: Path) -> None:
    with outbox.locked(scene.state):
        assert scene.warm.run(*scene.run_words) == 75
        assert "another backup is running" in scene.warm.said() and scene.warm.announced() == []
    run(scene)


@pytest.fixture
def small(directory: Path) -> Iterator[Path]:
    """A real ext4 of 24 MB, where blocks are given out late: it is full at the flush, not at the write."""
    disk.needed()
    made_file_system(directory / "small.img")
    mounted = Mounted(directory / "small.img", directory / "small")
    yield directory / "small"
    mounted.close()


@pytest.mark.root
def test_a_disk_that_is_full_in_the_middle_leaves_what_is_older_and_no_rubbish(directory: Path, small: Path) -> None:
    scene = Scene(directory, state=small / "state")
    try:
        run(scene)
        (scene.source / "large").write_bytes(os.urandom(30 << 20))
        assert scene.warm.run(*scene.run_words) == 2
        said = scene.warm.said().splitlines()
        assert len(said) == 2 and "No space left on device" in said[1]
        assert scene.faults([]) == [] and scene.rubbish() == []
        (scene.source / "large").unlink()
        run(scene)
        assert [bundle.counter for bundle in scene.published()] == [1, 2]
    finally:
        scene.close()
