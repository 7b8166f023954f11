"""The program that closes the line early in the boot, with the real nft in a namespace of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.enforce.firewall.ruleset import render
from tests.enforce.firewall import kernel
from tests.enforce.firewall.kernel import PAPER, Kernel, plan

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "systemd" / "venue-network-closed"
UNIT = ROOT / "systemd" / "venue-network-closed.service"
BASE = ROOT / "systemd" / "nftables" / "venue-base.nft"
needs_nft = pytest.mark.skipif(bool(kernel.missing()), reason=kernel.missing())


@pytest.fixture
def box() -> Iterator[Kernel]:
    with Kernel(f"venue-boot-{os.getpid()}") as found:
        yield found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "usr/lib/venue-appliance"
    place.mkdir(parents=True)
    shutil.copy(BASE, place)
    (tmp_path / "etc/venue-appliance").mkdir(parents=True)
    return tmp_path


def closed(box: Kernel, root: Path) -> subprocess.CompletedProcess[str]:
    return box.run("env", f"VENUE_ROOT={root}", "sh", str(PROGRAM))


def rules(box: Kernel) -> str:
    return box.run(kernel.NFT, "-s", "list", "ruleset").stdout


@needs_nft
def test_without_a_configuration_nothing_is_forwarded_let_in_or_sent_but_to_itself(
    box: Kernel, root: Path
) -> None:
    box.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    done = closed(box, root)
    assert (done.returncode, done.stderr) == (0, "")
    assert rules(box).count("policy drop") == 4 and rules(box).count("accept") == 2
    assert box.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout.strip() == "0"


@needs_nft
def test_the_venues_own_rules_take_the_place_of_the_base(box: Kernel, root: Path) -> None:
    (root / "etc/venue-appliance/network.nft").write_text(render(plan("route", box_ports=True), []))
    done = closed(box, root)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(box.elements("bridge", "seat_port")) == 4, (
        "seat and exam server reach each other with no guard there; the fourth is the ghost machine's"
    )
    assert box.elements("inet", "window") == []


@needs_nft
def test_rules_that_nft_refuses_leave_the_base_closed_and_are_told(box: Kernel, root: Path) -> None:
    (root / "etc/venue-appliance/network.nft").write_text("add table inet venue\nadd rule nonsense\n")
    done = closed(box, root)
    assert done.returncode == 1 and "network.nft was refused" in done.stderr
    assert rules(box).count("policy drop") == 4


@needs_nft
def test_the_guards_rules_replace_the_base_and_a_second_run_takes_no_window_away(
    box: Kernel, root: Path
) -> None:
    closed(box, root)
    assert box.load(render(plan("route"), [PAPER])) == ""
    before = rules(box)
    assert "chain inward" in before and len(box.elements("inet", "window")) == 1
    assert closed(box, root).returncode == 0
    assert len(box.elements("inet", "window")) == 1


def test_the_base_never_opens_a_moment_and_belongs_to_nobody() -> None:
    lines = [line for line in BASE.read_text().splitlines() if line and not line.startswith("#")]
    assert not [
        line for line in lines if "flush ruleset" in line or "owner" in line or line.startswith("delete")
    ]
    assert {line.split()[0] for line in lines} == {"add", "flush"}


def test_the_unit_stands_before_the_network_and_holds_no_more_than_it_needs() -> None:
    text = UNIT.read_text()
    for line in ("Before=network-pre.target", "CapabilityBoundingSet=CAP_NET_ADMIN", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in text
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(UNIT)], capture_output=True, text=True, timeout=60
        )
        said = [
            line
            for line in done.stderr.splitlines()
            if "is not executable" not in line and "network-closed" in line
        ]
        assert said == []


@needs_nft
def test_a_box_that_is_nobodys_yet_can_be_reached_and_routes_nothing(box: Kernel, root: Path) -> None:
    (root / "etc/venue-appliance/unconfigured").touch()
    box.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    done = closed(box, root)
    assert done.returncode == 0 and "no venue is configured" in done.stderr
    assert rules(box) == ""
    assert box.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout.strip() == "0"


@needs_nft
@pytest.mark.parametrize("left", ["lockdown.conf", "enrolled"])
def test_the_mark_opens_no_box_on_which_something_was_set_up(box: Kernel, root: Path, left: str) -> None:
    (root / "etc/venue-appliance/unconfigured").touch()
    (root / "etc/venue-appliance" / left).write_text("# of a venue\n")
    assert "no venue is configured" not in closed(box, root).stderr
    assert rules(box)
