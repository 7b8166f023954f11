"""The firewall against a kernel of its own: held and read back, drift seen and put right, windows that end."""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.enforce.firewall import firewall as module
from appliance.enforce.firewall.firewall import Firewall, refusal
from appliance.enforce.firewall.simulated import FILE, SimulatedFirewall
from appliance.exam.posture import NotHeld
from tests.enforce.firewall import kernel
from tests.enforce.firewall.kernel import Kernel, plan
from tests.fakes.wait import wait_for
from tests.lab.net import within

needs_nft = pytest.mark.skipif(bool(kernel.missing()), reason=kernel.missing())
NOW = datetime(2026, 9, 5, 0, 0, tzinfo=UTC)
PAPER = "=10.50.0.2>198.51.100.10:443/tcp"


class Played:
    """A guard's clock that a test sets."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.passed_s = 0.0

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.ahead_s + self.mono_s())

    def mono_s(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) + self.passed_s

    def word(self, name: str, left_s: float) -> str:
        """A window of a level that ends `left_s` from now by the wall clock."""
        return f"{name}@w{int(self.wall().timestamp() + left_s)}"


@pytest.fixture
def box() -> Iterator[Kernel]:
    """A namespace with the ports of the plan, and this thread in it."""
    with Kernel(f"venue-wall-{os.getpid()}") as found:
        for name in ("eth0", "eth1"):
            found.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
        with within(Path("/run/netns") / found.name):
            yield found


@pytest.fixture
def clock() -> Played:
    return Played()


def firewall(clock: Played, mode: str = "bridge", **changes: object) -> Firewall:
    return Firewall(plan(mode, **changes), wall=clock.wall, mono_s=clock.mono_s)


def sysctl(name: str) -> str:
    return Path("/proc/sys/net", name).read_text().strip()


@needs_nft
def test_what_was_held_reads_as_held_until_somebody_changes_it_and_then_is_put_right(
    box: Kernel, clock: Played
) -> None:
    wall = firewall(clock)
    assert wall.read().digest == "", "nothing is loaded yet"
    wall.hold("closed")
    held = wall.read()
    assert held.digest and not held.drift and not held.unknown
    for change in (
        "flush ruleset",
        "add rule bridge venue forward accept",
        "add element bridge venue seat { 02:00:00:00:00:66 . 10.50.0.66 }",
        "chain bridge venue forward { policy accept; }",
    ):
        assert box.load(change) == ""
        assert wall.read().drift == ("rules",)
        wall.hold("closed")
        assert wall.read() == held


@needs_nft
def test_a_foreign_table_with_a_hook_is_taken_away_and_counted_and_ours_are_not_loaded_anew(
    box: Kernel, clock: Played
) -> None:
    wall = firewall(clock)
    wall.hold("closed")
    before = wall.read()
    assert box.load("table ip harmless { }") == ""
    assert wall.read() == before, "a table without a hook touches no packet"
    assert box.load("table inet filter { chain f { type filter hook forward priority 0; }; }\n") == ""
    for times in (1, 2):
        handles = box.run(kernel.NFT, "-a", "-s", "list", "chain", "inet", "venue", "input").stdout
        assert wall.read().foreign == ("inet filter",)
        wall.hold("closed")
        after = wall.read()
        assert (after.drift, after.foreign, after.removed) == ((), (), (("inet filter", times),))
        assert "table inet filter" not in box.run(kernel.NFT, "list", "tables").stdout
        assert box.run(kernel.NFT, "-a", "-s", "list", "chain", "inet", "venue", "input").stdout == handles
        assert box.load("table inet filter { chain f { type filter hook forward priority 0; }; }\n") == ""


@needs_nft
def test_a_table_that_its_program_owns_is_told_and_keeps_nothing_else_from_being_held(
    box: Kernel, clock: Played, tmp_path: Path
) -> None:
    """firewalld since 2.1 makes its table so: nobody else can remove it while it runs."""
    owned = "add table inet other { flags owner; }; add chain inet other f { type filter hook input priority 0; }\n"
    told, telling = tmp_path / "asked", tmp_path / "nft"
    telling.write_text(f'#!/bin/sh\necho "$*" >>{told}\nexec {kernel.NFT} "$@"\n')
    telling.chmod(0o755)
    wall = Firewall(plan("bridge"), wall=clock.wall, mono_s=clock.mono_s, nft=str(telling))
    argv = ["ip", "netns", "exec", box.name, kernel.NFT, "-i"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as owner:
        assert owner.stdin is not None
        owner.stdin.write(owned)
        owner.stdin.flush()
        wait_for(lambda: "inet other" in box.run(kernel.NFT, "list", "tables").stdout)
        with pytest.raises(NotHeld, match="table inet other: can not be removed"):
            wall.hold("closed")
        seen = wall.read()
        assert seen.foreign == ("inet other",) and not seen.drift and seen.digest
        assert sysctl("ipv4/ip_forward") == "0"
        looks = 0
        for _ in range(300):  # ten minutes of audits, each two seconds
            clock.passed_s += 2.0
            before = told.read_text()
            assert wall.read().foreign == ("inet other",), "what is not looked at anew is still told"
            looks += told.read_text() != before
        assert 10 <= looks <= 16, "less and less often, never no more"
        assert box.load("table inet another { chain f { type filter hook forward priority 0; }; }\n") == ""
        assert "inet another" in wall.read().foreign, "what changes is seen at once all the same"
        owner.stdin.close()
        assert owner.wait(timeout=30) == 0
    wall.hold("closed")
    assert wall.read().foreign == ()


@needs_nft
def test_switches_of_the_kernel_and_isolation_are_set_seen_to_drift_and_set_again(
    box: Kernel, clock: Played
) -> None:
    wall = firewall(clock)
    wall.hold("closed")
    assert sysctl("ipv4/ip_forward") == "0" and sysctl("ipv6/conf/eth0/disable_ipv6") == "1"
    assert "isolated on" in box.run("bridge", "-d", "link", "show", "dev", "eth0").stdout
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    box.run("bridge", "link", "set", "dev", "eth0", "isolated", "off")
    assert wall.read().drift == ("/proc/sys/net/ipv4/ip_forward: not 0", "eth0: not isolated")
    wall.hold("closed")
    assert wall.read().drift == () and sysctl("ipv4/ip_forward") == "0"


@needs_nft
def test_nothing_is_routed_but_while_a_window_is_open(box: Kernel, clock: Played) -> None:
    wall = firewall(clock, "route")
    wall.hold(f"closed {clock.word('pull', 500)}")
    assert sysctl("ipv4/ip_forward") == "0"
    wall.hold(f"closed {clock.word('paper', 500)}{PAPER}")
    assert sysctl("ipv4/ip_forward") == "1"
    wall.hold("closed")
    assert sysctl("ipv4/ip_forward") == "0"


@needs_nft
def test_windows_come_and_go_without_touching_the_rules(box: Kernel, clock: Played) -> None:
    wall = firewall(clock)
    wall.hold("closed")
    digest = wall.read().digest
    wall.hold(f"closed {clock.word('pull', 3000)} {clock.word('paper', 600)}{PAPER}")
    (window,) = box.elements("bridge", "window")
    assert window["elem"]["val"]["concat"] == ["10.50.0.2", "198.51.100.10", "tcp", 443]
    assert 590 < window["elem"]["expires"] <= 600
    assert box.elements("inet", "pull")[0]["elem"]["val"] == "198.51.100.10"
    assert (wall.read().digest, wall.read().drift) == (digest, ())
    wall.hold("closed")
    assert box.elements("bridge", "window") == box.elements("inet", "pull") == []
    assert wall.read().digest == digest


@needs_nft
def test_a_window_never_outlasts_its_end_and_closes_with_nobody_there(box: Kernel, clock: Played) -> None:
    wall = firewall(clock)
    ends_s = int(clock.mono_s()) + 2
    wall.hold(f"closed paper@m{ends_s}{PAPER}")
    assert len(box.elements("bridge", "window")) == 1
    del wall  # nobody holds anything any more
    wait_for(lambda: not box.elements("bridge", "window"), seconds=5)
    assert clock.mono_s() >= ends_s - 0.1


@needs_nft
def test_a_clock_that_is_set_moves_no_window_in_the_kernel_but_is_seen(box: Kernel, clock: Played) -> None:
    wall = firewall(clock)
    level = f"closed {clock.word('paper', 600)}{PAPER}"
    wall.hold(level)
    assert not wall.read().moved
    clock.ahead_s = -3600
    assert 590 < box.elements("bridge", "window")[0]["elem"]["expires"] <= 600
    assert wall.read().moved and not wall.read().drift
    wall.hold(level)
    assert 4000 < box.elements("bridge", "window")[0]["elem"]["expires"] <= 4200
    assert not wall.read().moved


@needs_nft
def test_a_guard_that_starts_anew_holds_the_same_and_ledgers_count_on(box: Kernel, clock: Played) -> None:
    level = f"closed {clock.word('paper', 600)}{PAPER}"
    first = firewall(clock)
    first.hold(level)
    assert (
        box.load("add element bridge venue ledger { 02:50:00:01:00:00 . 4 counter packets 7 bytes 70 }") == ""
    )
    again = firewall(clock)
    again.hold(level)
    assert again.read() == replace(first.read(), drift=())
    assert box.elements("bridge", "ledger")[0]["elem"]["counter"]["packets"] == 7
    assert len(box.elements("bridge", "window")) == 1


@needs_nft
def test_a_port_that_is_not_there_yet_is_told_and_all_else_is_closed(box: Kernel, clock: Played) -> None:
    box.run("ip", "link", "del", "eth1")
    wall = firewall(clock)
    with pytest.raises(NotHeld, match="^eth1: does not exist$"):
        wall.hold("closed")
    assert wall.read().digest and not wall.read().drift, "the rules are there, and the port is no drift"
    box.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1-far")
    wall.hold("closed")
    assert "master br0" in box.run("ip", "link", "show", "eth1").stdout


@needs_nft
def test_sets_of_an_older_version_are_made_anew_in_one_transaction(box: Kernel, clock: Played) -> None:
    assert box.load("table bridge venue { set ledger { type ether_addr; }; }\n") == ""
    wall = firewall(clock)
    wall.hold("closed")
    assert wall.read().digest and box.elements("bridge", "ledger") == []


@needs_nft
def test_an_nft_that_is_missing_or_refuses_leaves_the_old_rules_and_says_why(
    box: Kernel, clock: Played, tmp_path: Path
) -> None:
    firewall(clock).hold("closed")
    before = box.run(kernel.NFT, "-s", "-t", "list", "ruleset").stdout
    gone = Firewall(plan("route"), wall=clock.wall, mono_s=clock.mono_s, nft=str(tmp_path / "nft"))
    with pytest.raises(NotHeld, match="nft: No such file"):
        gone.hold("closed")
    refusing = tmp_path / "refusing"
    refusing.write_text("#!/bin/sh\ncat >/dev/null\necho '/dev/stdin:3:1-5: Error: no room' >&2\nexit 1\n")
    refusing.chmod(0o755)
    refused = Firewall(plan("route"), wall=clock.wall, mono_s=clock.mono_s, nft=str(refusing))
    with pytest.raises(NotHeld, match="nft: line 3: Error: no room"):
        refused.hold("closed")
    assert refused.read().digest == ""
    assert box.run(kernel.NFT, "-s", "-t", "list", "ruleset").stdout == before


@pytest.mark.parametrize("level", ["", "open", "closed pull", "closed paper@w1=10.50.0.2", "closed paper@x5"])
def test_a_level_that_is_not_understood_opens_nothing(clock: Played, level: str) -> None:
    with pytest.raises(NotHeld):
        firewall(clock).hold(level)


def test_a_refusal_names_the_line_that_it_means() -> None:
    said = "/dev/stdin:2:17-21: Error: syntax error\nadd rule x\n^^^^\n"
    assert refusal("one\nadd rule x\n", said, 1) == "nft: line 2: Error: syntax error (add rule x)"
    assert refusal("one\n", "", 3) == "nft: exit 3"
    assert module.TABLE == "venue"


def test_the_simulated_line_says_what_is_held_and_sees_who_changes_it(tmp_path: Path) -> None:
    line = SimulatedFirewall(tmp_path)
    assert line.read().digest == ""
    line.hold("closed pull@w5")
    assert (tmp_path / FILE).read_text() == "closed pull@w5\n"
    assert line.read().digest and not line.read().drift
    (tmp_path / FILE).write_text("open\n")
    assert line.read().drift == ("rules",)
    line.hold("closed")
    assert not line.read().drift
