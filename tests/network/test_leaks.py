"""Every attack the lab knows, fired at the product's own rules; each beside the same attack without rules."""

from collections.abc import Iterator

import pytest

from appliance.events.network import KINDS as GROUPS
from tests.lab import net
from tests.lab.net import TOPOLOGIES, Lab
from tests.lab.net_plan import load
from tests.lab.net_shoot import KINDS, leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
# What no kernel forwards with that shape of network, rules or not: it counts for nothing there.
CONTROL_LEAKS_AT_LEAST = {"route": 225, "bridge": 340, "ports": 345, "ports-bridge": 375}


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        yield made


def test_each_kind_has_a_name_of_its_own_and_each_group_a_kind() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 69
    assert {kind.group for kind in KINDS} == set(GROUPS.values())


def test_nothing_comes_out_and_without_rules_nearly_all_of_it_does(lab: Lab) -> None:
    open_wide(lab)
    control = leaks(lab)
    load(lab)
    held = leaks(lab)
    print(f"{lab.topology}: {len(control)} kinds come out without rules, {len(held)} with them")
    assert held == {}
    assert len(control) >= CONTROL_LEAKS_AT_LEAST[lab.topology]


def test_rules_that_are_flushed_hold_nothing(lab: Lab) -> None:
    """The lab tells held from open, and in this order too."""
    open_wide(lab)
    load(lab)
    lab.run("box", "nft", "flush", "ruleset")
    assert len(leaks(lab)) >= CONTROL_LEAKS_AT_LEAST[lab.topology]
