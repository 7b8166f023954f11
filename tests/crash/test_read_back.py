"""A medium that gives back other bytes than it was given: nothing is announced, and nothing builds on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.backup import index_files, outbox
from tests.crash import disk
from tests.crash.disk import LogDisk
from tests.crash.logdisk import ROT
from tests.crash.scene import Scene

pytestmark = pytest.mark.root


@pytest.fixture
def rotting(directory: Path) -> Iterator[LogDisk]:
    """A disk that turns one bit of the next sealed file, once it is marked ROT."""
    disk.needed()
    made = LogDisk(directory, directory / "disk")
    yield made
    made.close()


@pytest.fixture
def scene(directory: Path, rotting: LogDisk) -> Iterator[Scene]:
    made = Scene(directory, state=directory / "disk" / "state")
    yield made
    made.close()


def test_one_bit_that_comes_back_turned_is_seen_before_the_bundle_is_announced(
    scene: Scene, rotting: LogDisk
) -> None:
    assert scene.warm.run(*scene.run_words) == 0
    (kept,) = scene.warm.announced()
    scene.change()
    rotting.mark(ROT)
    assert scene.warm.run(*scene.run_words) == 2
    assert scene.warm.announced() == [] and "gave back other bytes" in scene.warm.said()
    assert [bundle.name for bundle in scene.published()] == [kept] and scene.faults([kept]) == []
    assert list(index_files.directory_of(scene.state).iterdir()) == []
    assert [path.name for path in outbox.outbox_of(scene.state).glob(".*.part")] == []


def test_after_that_the_next_bundle_that_lasts_is_a_full_one(scene: Scene, rotting: LogDisk) -> None:
    assert scene.warm.run(*scene.run_words) == 0
    scene.change()
    rotting.mark(ROT)
    assert scene.warm.run(*scene.run_words) == 2
    rotting.mark(b"well")
    assert scene.warm.run(*scene.run_words) == 0, scene.warm.said()
    assert [(bundle.counter, bundle.kind) for bundle in scene.published()] == [(1, "full"), (2, "full")]
    assert scene.faults(scene.warm.announced()) == [] and scene.newest_faults() == []
