"""SIGKILL, EIO and ENOSPC at every single call by which `venue backup run` changes the disk."""

import os
import shutil
import signal

import pytest

from tests.crash import inject
from tests.crash.inject import EIO, ENOSPC, GONE, KILL, STAYS_FULL, Point
from tests.crash.scene import Scene

LONG = os.environ.get("VENUE_LONG") == "1"
FAULTS = (KILL, EIO, ENOSPC, GONE, STAYS_FULL)
DELTA, FULL = (), ("--full",)

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: apt-get install strace")


def walk(scene: Scene, *kind: str, kill_each: bool = False) -> int:
    """Every point with every fault. Without VENUE_LONG every second one with the faults in turn, or with `kill_each`
    every one with those and SIGKILL.
    """
    words = (*scene.run_words, *kind)
    found, struck = inject.points(scene, *words), 0
    for number, point in list(enumerate(found))[:: 1 if LONG or kill_each else 2]:
        turn = FAULTS[number % len(FAULTS)]
        chosen = FAULTS if LONG else {turn if point.spoils(turn) else KILL, *((KILL,) if kill_each else ())}
        for fault in filter(point.spoils, chosen):
            scene.back()
            strike(scene, point, fault, words)
            struck += 1
    print(f"{len(found)} calls, {struck} strikes, 0 bad")
    return struck


def strike(scene: Scene, point: Point, fault: str, words: tuple[str, ...]) -> None:
    told = f"{fault} at {point.shown}"
    before = {bundle.name for bundle in scene.published()}
    code, hit = inject.strike(scene, point, fault, *words)
    assert hit, f"not hit: {told}"
    announced = scene.warm.announced()
    assert scene.faults(announced) == [], told
    after = {bundle.name for bundle in scene.published()}
    assert before <= after, told
    if code != -signal.SIGKILL:  # where the half that seals is killed, the other one tells
        said = [line for line in scene.warm.said().splitlines() if "no guard answers" not in line]
        assert (code, len(said)) == (2, 1) if not announced else code == 0, (told, code, scene.warm.said())
        assert not (point.matters and announced), f"announced all the same: {told}"
    scene.change()
    assert scene.warm.run(*scene.run_words) == 0, (told, scene.warm.said())
    (name,) = scene.warm.announced()
    assert scene.faults([*announced, name]) == [], told
    newest = scene.published()[-1]
    assert newest.name == name and name not in after, told
    if fault != KILL and after > before and not announced:
        assert newest.kind == "full", f"it builds on a bundle that may not last: {told}"
    assert scene.newest_faults() == [], told
    assert scene.rubbish() == [], told


def test_the_very_first_bundle_with_its_keys_is_whole_or_not_at_all(scene: Scene) -> None:
    scene.keep()
    assert walk(scene, *FULL) > 20


def test_a_full_bundle_is_whole_or_not_at_all(scene: Scene) -> None:
    assert scene.warm.run(*scene.run_words) == 0
    scene.change()
    scene.keep()
    assert walk(scene, *FULL) > 15


def test_a_delta_is_whole_or_not_at_all(scene: Scene) -> None:
    assert scene.warm.run(*scene.run_words) == 0
    scene.change()
    assert scene.warm.run(*scene.run_words) == 0
    scene.change()
    scene.keep()
    assert walk(scene, *DELTA, kill_each=True) > 60
