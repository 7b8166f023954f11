"""The power fails at any moment of a backup, on an ext4 as the box has it: 30 moments, 240 with VENUE_LONG=1."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import disk
from tests.crash.disk import LogDisk, Mounted
from tests.crash.logdisk import FLUSH, MARK, Entry, after_cut
from tests.crash.scene import Scene

STATES = 240 if os.environ.get("VENUE_LONG") == "1" else 30
SEED = 20260905
RUNS: tuple[tuple[str, ...], ...] = (("--full",), (), (), ("--full",), (), ())

pytestmark = pytest.mark.root


@pytest.fixture
def place(directory: Path) -> Path:
    """Where the disk is mounted."""
    disk.needed()
    return directory / "disk"


@pytest.fixture
def scene(directory: Path, place: Path) -> Iterator[Scene]:
    made = Scene(directory, state=place / "state")
    yield made
    made.close()


def recorded(scene: Scene, place: Path, *without: str) -> tuple[bytes, list[Entry]]:
    """Some bundles on a disk with a log, each announced one marked there, `without` what the product leaves out."""
    log_disk = LogDisk(scene.directory, place)
    try:
        for kind in RUNS:
            scene.change()
            assert scene.warm.run(*scene.run_words, *kind, without=without) == 0, scene.warm.said()
            (name,) = scene.warm.announced()
            log_disk.mark(name.encode())
            scene.remember(name)
        return log_disk.base, log_disk.log()
    finally:
        log_disk.close()


def cuts(log: list[Entry], lot: random.Random, many: int) -> list[int]:
    """Half of them at flushes, half anywhere between."""
    at_flushes = [at for at, entry in enumerate(log) if entry.kind == FLUSH]
    half = [lot.choice(at_flushes) + lot.randrange(2) for _ in range(many // 2)]
    return half + [lot.randrange(1, len(log) + 1) for _ in range(many - len(half))]


def faults_after(scene: Scene, place: Path, image: bytearray, announced: list[str]) -> list[str]:
    """What is wrong when the box comes back with `image`, and after its next backup."""
    file = scene.directory / "cut.img"
    file.unlink(missing_ok=True)  # the loop device of the state before may hold it for a moment longer, and write
    file.write_bytes(image)
    mounted = Mounted(file, place)
    try:
        faults = scene.faults(announced)
        scene.change()
        if faults or scene.warm.run(*scene.run_words) != 0:
            return faults or [f"the next run fails: {scene.warm.said()}"]
        names = scene.warm.announced()
        scene.remember(*names)
        return scene.faults([*announced, *names]) + scene.newest_faults() + scene.rubbish()
    finally:
        mounted.close()


def announced_by(log: list[Entry], cut: int) -> list[str]:
    return [entry.data.decode() for entry in log[:cut] if entry.kind == MARK]


def test_after_a_power_cut_all_that_was_announced_is_there_and_whole(scene: Scene, place: Path) -> None:
    base, log = recorded(scene, place)
    lot = random.Random(SEED)
    bad = {}
    for cut in cuts(log, lot, STATES):
        announced = announced_by(log, cut)
        faults = faults_after(scene, place, after_cut(base, log, cut, lot), announced)
        if faults:
            bad[cut] = faults
    print(f"{len(log)} entries, {sum(entry.kind == FLUSH for entry in log)} flushes, {STATES} states, {len(bad)} bad")
    assert bad == {}, f"{len(bad)} of {STATES}"


# On ext4 the flush of any file brings the names before it along: the counter's memory is the last one of a run.
@pytest.mark.parametrize("without", [("files",), ("directories", "head")])
def test_the_test_has_teeth_where_a_flush_is_left_out(scene: Scene, place: Path, without: tuple[str, ...]) -> None:
    base, log = recorded(scene, place, *without)
    lot = random.Random(SEED)
    marks = [at + 1 for at, entry in enumerate(log) if entry.kind == MARK]
    faults = [faults_after(scene, place, after_cut(base, log, cut, lot), announced_by(log, cut)) for cut in marks]
    print(without, faults)
    assert any(faults), f"nobody would notice a product that does not flush {without}"
