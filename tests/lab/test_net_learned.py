"""A bridge of the lab forgets what it has learned and keeps what it was told."""

import pytest

from tests.lab import net
from tests.lab.net import BRIDGE, SEAT1, Lab
from tests.lab.net_load import Load

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())


def test_what_was_learned_is_forgotten_and_what_is_permanent_stays() -> None:
    with Lab(BRIDGE) as lab:
        with Load(lab, attacks=False) as running:
            running.turns(1)
        known = lab.run("box", "bridge", "fdb", "show", "br", "br0")
        lab.forget()
        kept = lab.run("box", "bridge", "fdb", "show", "br", "br0")
        assert "permanent" in kept and len(kept.splitlines()) < len(known.splitlines())
        assert f"{SEAT1.mac} dev eth1" not in kept
