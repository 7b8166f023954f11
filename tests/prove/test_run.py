"""The ghost machine in the lab: real rules, real namespaces, real frames."""

import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.events import ghost
from appliance.prove.ghost import ProofError
from appliance.prove.run import Proof, prove
from hw.frames import mac_bytes
from tests.lab import net
from tests.lab.net import TOPOLOGIES, Lab, within
from tests.lab.net_ghost import THERE
from tests.lab.net_load import Load
from tests.lab.net_plan import load, plan
from tests.lab.net_shoot import open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
ROOT = Path(__file__).resolve().parent.parent.parent
LEAST, GONE_S, RUNS = 60, 5.0, 3


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def run(lab: Lab, *, full: bool = False) -> Proof:
    with within(lab.namespace("box")):
        return prove(plan(lab), full=full)


def interfaces(lab: Lab) -> set[str]:
    with within(lab.namespace("box")):
        return {name for _, name in socket.if_nameindex()}


@pytest.mark.parametrize("full", [False, True])
def test_with_the_rules_every_probe_reaches_the_box_and_none_the_line(lab: Lab, full: bool) -> None:
    load(lab)
    proof = run(lab, full=full)
    assert proof.leaked == () and proof.kinds >= LEAST
    assert proof.seen_inside == proof.sent >= proof.kinds


def test_without_rules_the_proof_fails(lab: Lab) -> None:
    proof = run(lab)
    assert len(proof.leaked) > LEAST, proof


def test_nothing_is_left_behind(lab: Lab) -> None:
    before = interfaces(lab)
    load(lab)
    run(lab)
    assert interfaces(lab) == before


def test_a_run_killed_in_the_middle_leaves_no_port_behind(lab: Lab) -> None:
    load(lab)
    before = interfaces(lab)
    argv = (sys.executable, "-m", "tests.lab.net_ghost", lab.topology)
    child = lab.start("box", *argv, cwd=ROOT, talks=True)
    assert child.stdout is not None and child.stdout.readline() == THERE
    assert interfaces(lab) == before | {ghost.PORT}
    child.kill()
    child.communicate()
    deadline_s = time.monotonic() + GONE_S
    while interfaces(lab) != before:
        assert time.monotonic() < deadline_s, "the kernel removes it with the process"
    assert run(lab).leaked == ()


def test_what_another_run_left_is_removed_by_the_next(lab: Lab) -> None:
    load(lab)
    lab.run("box", "ip", "link", "add", ghost.PORT, "type", "veth")
    assert run(lab).leaked == ()
    assert ghost.PORT not in interfaces(lab)


def test_the_exam_goes_on_meanwhile_and_nobody_is_blamed(lab: Lab) -> None:
    load(lab, ports=())
    with Load(lab) as running:
        for _ in range(RUNS):
            run(lab)
        running.turns(RUNS)
    # Out of the line come the box's own two controls of each run, and nothing else.
    assert (running.leaked, running.lost) == (2 * RUNS, 0)
    told = lab.run("box", "nft", "list", "ruleset")
    assert ghost.MAC not in told.replace(f'"{ghost.PORT}" . {ghost.MAC}', "")


def test_no_probe_goes_out_at_a_port_of_seats(lab: Lab) -> None:
    for name in net.INSIDE:
        lab.heard(name)
    run(lab)  # without rules: only the ghost itself keeps them away
    heard = [frame for name in net.INSIDE for frame in lab.heard(name)]
    assert not [frame for frame in heard if mac_bytes(ghost.MAC) in frame[:12]]


def test_a_deaf_line_proves_nothing(lab: Lab) -> None:
    load(lab)
    lab.run("box", "ip", "link", "set", "eth0", "down")
    with pytest.raises(ProofError, match="eth0"):
        run(lab)


def test_a_probe_that_does_not_reach_the_box_proves_nothing(lab: Lab) -> None:
    load(lab)
    with within(lab.namespace("box")), pytest.raises(ProofError, match="br9"):
        prove(replace(plan(lab), exam_bridge="br9"))
