"""The rules are reloaded, killed in mid-reload, refused, run out: nothing comes out, no exam frame is lost."""

from collections.abc import Iterator

import pytest

from tests.lab import net
from tests.lab.net import TOPOLOGIES, Lab
from tests.lab.net_plan import load, text
from tests.lab.net_reload import closes, flush_and_reload, kill_in_reload, reload
from tests.lab.net_shoot import leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
RELOADS, KILLS = 15, 10  # scripts/bench network_leaks: 500 and 100
LATE_S = 0.05


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def test_a_reload_under_full_load_lets_nothing_out_and_loses_nothing(lab: Lab) -> None:
    done = reload(lab, RELOADS)
    assert (done.load.leaked, done.load.lost) == (0, 0)
    assert done.load.sent > 0 and done.load.attacks > 0


def test_a_flush_before_a_reload_does_let_out(lab: Lab) -> None:
    """The control: what the one transaction is for."""
    assert flush_and_reload(lab, RELOADS).load.leaked > 0


def test_nft_killed_at_any_moment_leaves_the_rules_whole(lab: Lab) -> None:
    done = kill_in_reload(lab, KILLS)
    assert done.killed == KILLS
    assert (done.load.leaked, done.load.lost) == (0, 0)
    load(lab)
    assert leaks(lab) == {}


@pytest.mark.parametrize(
    "broken", ["add rule bridge venue forward what is this", "flush ruleset\ngarbage", "\0\1"]
)
def test_a_text_that_nft_refuses_changes_nothing(broken: str) -> None:
    with Lab("route") as made:
        open_wide(made)
        load(made)
        before = made.run("box", "nft", "--stateless", "list", "ruleset")
        said = made.run("box", "nft", "-f", "-", stdin=f"{text(made)}\n{broken}\n", check=False)
        assert said == ""
        assert made.run("box", "nft", "--stateless", "list", "ruleset") == before
        assert leaks(made) == {}


def test_a_window_closes_by_itself_with_nobody_alive(lab: Lab) -> None:
    outward_s, inward_s = closes(lab, 1.0)
    assert max(outward_s, inward_s) <= LATE_S
    assert min(outward_s, inward_s) > -0.5  # it was open until then
