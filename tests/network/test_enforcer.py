"""The guard's own enforcer in the lab: rules, isolation and the kernel's switches together, and without it."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import net
from tests.lab.net import PORTS_BRIDGE, ROUTE, TOPOLOGIES, Lab, within
from tests.lab.net_guard import HELD, firewall, level
from tests.lab.net_load import Load
from tests.lab.net_shoot import leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
ROOT = Path(__file__).resolve().parent.parent.parent
BASE = ROOT / "systemd" / "nftables" / "venue-base.nft"
KILLS, CHANGES = 3, 10
# With every port of the server open these are what seats may do.
ALLOWED = {"SSH to the server", "UDP to the server's port", "DNS to the server", "ping to the server"}


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        made.set("box", **dict.fromkeys(net.BRIDGE_CALLS_OFF, 1))  # as where br_netfilter was loaded
        yield made


def test_what_the_guard_holds_lets_nothing_out_and_the_exam_run(lab: Lab) -> None:
    guard = firewall(lab)
    with within(lab.namespace("box")):
        guard.hold(level())
    assert set(leaks(lab)) <= ALLOWED
    with Load(lab) as running, within(lab.namespace("box")):
        for change in range(CHANGES):
            guard.hold(level(upload=change % 2 == 0))
        running.turns(CHANGES)
    assert (running.leaked, running.lost) == (0, 0)


@pytest.mark.parametrize("lab", [ROUTE, PORTS_BRIDGE], indirect=True)
def test_a_guard_killed_at_any_moment_leaves_all_as_it_must_be(lab: Lab) -> None:
    dice = random.Random(7)
    with within(lab.namespace("box")):
        firewall(lab).hold(level())
    with Load(lab) as running:
        for _ in range(KILLS):
            argv = (sys.executable, "-m", "tests.lab.net_guard", lab.topology)
            guard = lab.start("box", *argv, cwd=ROOT, talks=True)
            assert guard.stdout is not None
            for _ in range(dice.randint(1, 6)):
                assert guard.stdout.readline() == HELD
            running.turns(1)
            guard.kill()
            guard.communicate()
            running.turns(1)
    assert (running.leaked, running.lost) == (0, 0)
    assert set(leaks(lab)) <= ALLOWED


def test_the_base_table_alone_lets_nothing_out(lab: Lab) -> None:
    lab.run("box", "nft", "-f", str(BASE))
    assert leaks(lab, passing=False) == {}
