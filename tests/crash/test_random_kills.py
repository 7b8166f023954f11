"""SIGKILL at moments that nobody chose: 40 runs that it ended, 500 with VENUE_LONG=1."""

import contextlib
import os
import random
import signal
import time

from tests.crash.scene import Scene

KILLS = 500 if os.environ.get("VENUE_LONG") == "1" else 40
SEED = 20260905


def test_after_a_kill_at_any_moment_all_that_was_announced_is_there_and_the_next_run_succeeds(scene: Scene) -> None:
    lot = random.Random(SEED)
    for number in range(300):  # a run takes its time in the middle too
        (scene.source / f"answer{number}").write_bytes(lot.randbytes(2000))
    began_s = time.monotonic()
    assert scene.warm.run(*scene.run_words) == 0
    longest_s = time.monotonic() - began_s
    announced, killed, kinds = scene.warm.announced(), 0, ((), ("--full",))
    number = 0
    while killed < KILLS:
        number += 1
        scene.change()
        pid = scene.warm.start(*scene.run_words, *lot.choice(kinds))
        time.sleep(lot.random() * longest_s)  # the moment itself is what is tried
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        hit = scene.warm.ended() == -signal.SIGKILL
        killed += hit
        longest_s *= 1.1 if hit else 0.8  # a third ends by itself, however busy the machine is
        announced += scene.warm.announced()
        missing = set(announced) - {bundle.name for bundle in scene.published()}
        assert not missing, (number, missing)
        if number % 20 == 0:
            assert scene.warm.run(*scene.run_words) == 0, (number, scene.warm.said())
            announced += scene.warm.announced()
            assert scene.faults(announced) == [], number
            assert scene.newest_faults() == [] and scene.rubbish() == [], number
    print(f"{killed} of {number} runs killed, {len(announced)} bundles announced, 0 missing")
    assert len(announced) == len(set(announced))
    assert all(map(scene.opens_with_stock_tools, lot.sample(scene.published(), 10)))
