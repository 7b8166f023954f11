"""The real upsd for the hardware room's tests."""

from collections.abc import Iterator

import pytest

from tests.lab.nut import NutLab, missing


@pytest.fixture(scope="module")
def _lasting_nut_lab() -> Iterator[NutLab]:
    if lack := missing():
        pytest.skip(lack)
    with NutLab() as lab:
        yield lab


@pytest.fixture
def nut_lab(_lasting_nut_lab: NutLab) -> NutLab:
    """A running upsd with one UPS, `OL CHRG`, shared by a module's tests: its variables may be set, no more.

    dummy-ups takes two seconds to start, hence shared.
    """
    _lasting_nut_lab.reset()
    return _lasting_nut_lab


@pytest.fixture
def nut_lab_to_break() -> Iterator[NutLab]:
    """The same for one test alone, which may kill and freeze what it likes."""
    if lack := missing():
        pytest.skip(lack)
    with NutLab() as lab:
        yield lab


@pytest.fixture(scope="module")
def _lasting_scripted_lab() -> Iterator[NutLab]:
    if lack := missing():
        pytest.skip(lack)
    with NutLab(scripted=("exam",)) as lab:
        yield lab


@pytest.fixture
def scripted_lab(_lasting_scripted_lab: NutLab) -> NutLab:
    """A running upsd whose UPS `exam` is played by the test, `OL CHRG` and taking commands."""
    _lasting_scripted_lab.reset()
    return _lasting_scripted_lab
