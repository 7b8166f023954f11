"""Each built-in day, stepped second by second where something happens: phases, incidents, verdicts."""

from pathlib import Path

import pytest

from tests.demo.golden import DAYS, played


@pytest.mark.parametrize("path", DAYS, ids=lambda path: path.stem)
def test_a_golden_day_goes_as_its_script_expects(path: Path) -> None:
    assert len(played(path).states) == len(played(path).script.steps)


def test_the_exam_day_passes_through_every_phase() -> None:
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    assert played(path).seen == {"open", "sealed", "preparing", "running", "closing"}
