"""Where seats hang on the box's own ports, the kernel's isolation holds beside the rules: each alone must do."""

from collections.abc import Iterator

import pytest

from tests.lab import net
from tests.lab.net import PORTS, PORTS_BRIDGE, Lab
from tests.lab.net_load import Load
from tests.lab.net_reload import isolate
from tests.lab.net_shoot import KINDS, leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
FORBIDDEN = {"isp", "seat2"}


@pytest.fixture(params=[PORTS, PORTS_BRIDGE])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def _out(lab: Lab) -> set[str]:
    """What of a seat comes out on the line or at another seat. What it may say to the server is the rules' part."""
    kinds = [kind for kind in KINDS if kind.sender == "seat1" and kind.to in ("line", "seat")]
    return {name for name, where in leaks(lab, kinds, passing=False).items() if FORBIDDEN & set(where)}


def test_without_a_rule_the_kernel_alone_keeps_a_seat_from_the_line_and_from_other_seats(lab: Lab) -> None:
    control = _out(lab)
    isolate(lab)
    assert len(control) > 200
    assert _out(lab) == set()


def test_isolated_seats_reach_their_server(lab: Lab) -> None:
    isolate(lab)
    with Load(lab, attacks=False, line=False) as running:
        running.turns(20)
    assert (running.lost, running.sent > 0) == (0, True)
