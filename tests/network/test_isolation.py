"""What the kernel holds beside the rules, each alone enough: ports isolated from each other, nothing routed."""

from collections.abc import Iterator

import pytest

from tests.lab import net
from tests.lab.net import TOPOLOGIES, Lab
from tests.lab.net_load import Load
from tests.lab.net_reload import kernel_alone
from tests.lab.net_shoot import KINDS, leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def _out(lab: Lab) -> set[str]:
    """What of a seat comes out on the line or, between ports of the box, at another seat."""
    forbidden = {"isp"} if lab.switched else {"isp", "seat2"}
    kinds = [kind for kind in KINDS if kind.sender == "seat1" and kind.to in ("line", "seat")]
    return {name for name, where in leaks(lab, kinds, passing=False).items() if forbidden & set(where)}


def test_without_a_rule_the_kernel_alone_keeps_a_seat_from_the_line_and_from_other_seats(lab: Lab) -> None:
    control = _out(lab)
    kernel_alone(lab)
    assert len(control) > 160
    assert _out(lab) == set()


def test_isolated_seats_reach_their_server(lab: Lab) -> None:
    kernel_alone(lab)
    with Load(lab, attacks=False, line=False) as running:
        running.turns(20)
    assert (running.lost, running.sent > 0) == (0, True)
