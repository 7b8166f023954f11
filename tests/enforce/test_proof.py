"""A proof that is owed is a process of its own; what it does not report itself is reported for it."""

import queue
import sys
from pathlib import Path

import pytest

from appliance.enforce.proof import Proofs
from appliance.events.bodies import NetworkUnproven
from appliance.exam.posture import NotHeld

WAIT_S = 20.0


def proofs(code: str, told: "queue.Queue[NetworkUnproven]") -> Proofs:
    return Proofs(argv=(sys.executable, "-c", code), report=told.put, root=Path("/nowhere"))


def test_a_run_that_ends_badly_is_unproven_with_its_last_words() -> None:
    told: queue.Queue[NetworkUnproven] = queue.Queue()
    proofs("import sys; sys.exit('first\\nno such bridge')", told).hold("owed 0")
    assert told.get(timeout=WAIT_S).reason == "no such bridge"


def test_a_program_that_is_not_there_is_unproven_too() -> None:
    told: queue.Queue[NetworkUnproven] = queue.Queue()
    Proofs(argv=("/nowhere/venue",), report=told.put, root=Path("/nowhere")).hold("owed 3")
    assert "/nowhere/venue" in told.get(timeout=WAIT_S).reason


def test_one_run_at_a_time_and_none_at_rest(tmp_path: Path) -> None:
    told: queue.Queue[NetworkUnproven] = queue.Queue()
    code = f"import sys; open({str(tmp_path / 'runs')!r}, 'a').write('x'); sys.stdin.read(); sys.exit('over')"
    held = proofs(code, told)
    held.hold("rest")
    for _ in range(3):
        held.hold("owed 0")
    assert told.get(timeout=WAIT_S).reason == "over"
    assert (tmp_path / "runs").read_text() == "x"


def test_a_level_that_nobody_knows_is_not_held() -> None:
    with pytest.raises(NotHeld, match="expected"):
        proofs("", queue.Queue()).hold("closed")


def test_where_a_persons_run_is_under_way_nothing_is_said() -> None:
    told: queue.Queue[NetworkUnproven] = queue.Queue()
    busy = proofs("import sys; sys.exit(75)", told)
    busy.hold("owed 0")
    busy.wait()
    assert told.empty()
