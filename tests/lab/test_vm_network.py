"""The line from power-on: closed before an interface is up, on a real boot of Debian 13; and open without the unit.

The line and the exam network are two cards whose cables end in this test: it sends a seat's frames into one from the
first instruction on, and counts what comes out of the other.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.daemon.line import boot_file, put_boot_file
from appliance.daemon.settings import read
from tests.fakes.wait import wait_for
from tests.lab.vm import Vm
from tests.lab.vm_cable import EARLY, EXAM_MAC, LINE_MAC, NETWORK, OWN, SCRIPT, SEATS, Cable, Outside
from tests.lab.vm_image import ROOT

pytestmark = [pytest.mark.vm, pytest.mark.slow]

UNIT = "venue-network-closed"
CARDS = ("0000:00:10.0", "0000:00:11.0")
SLOW_S = 240.0  # emulated, on a busy machine
RULES = "/etc/venue-appliance/network.nft"
VENUE = '[venue]\ncode = "520100-03"\nname = "实验中学考点"\n'


class Cabled:
    """A guest and the cables of its two cards. One story, test by test."""

    def __init__(self, vm: Vm) -> None:
        self.vm, self.line, self.exam = vm, Cable(), Cable()

    def start(self) -> None:
        """Power, and both cards in their slots; the first instruction is still to come."""
        self.vm.start()
        self.line.plug(self.vm, "line", LINE_MAC, "0x10")
        self.exam.plug(self.vm, "exam", EXAM_MAC, "0x11")

    def watched(self) -> Outside:
        """What comes out while it is entered."""
        return Outside(self.exam, self.line)

    def await_sending(self) -> None:
        """Come back when both cables carry and the box itself has sent a while since."""
        for card in CARDS:
            self.vm.await_true(f"grep -qs 1 /sys/bus/pci/devices/{card}/net/*/carrier", timeout_s=SLOW_S)
        self.vm.await_true("rm -f /run/sends; sleep 2; [ -e /run/sends ]", timeout_s=SLOW_S)


@pytest.fixture(scope="module")
def cabled(make_vm: Callable[[], Vm]) -> Iterator[Cabled]:
    made = Cabled(make_vm())
    yield made
    made.line.close()
    made.exam.close()


def test_the_control_a_boot_without_the_unit_is_open(cabled: Cabled, tmp_path: Path) -> None:
    vm = cabled.vm
    cabled.start()
    with cabled.watched() as seen:
        vm.go()
        vm.await_shell()
        vm.put("/etc/sysctl.d/50-routes.conf", "net.ipv4.ip_forward = 1\n")
        vm.put("/root/early", SCRIPT)
        vm.put("/etc/systemd/system/early.service", EARLY)
        vm.out("systemctl daemon-reload; systemctl enable early; systemctl start --no-block early; sysctl --system")
        cabled.await_sending()
        wait_for(lambda: all(seen.heard.values()), seconds=SLOW_S)
    assert vm.out("nft list ruleset") == ""
    install(vm, tmp_path)


def install(vm: Vm, place: Path) -> None:
    """Everything where the package puts it, the venue's rules as `venue config apply` writes them, on the disk."""
    (place / "appliance.toml").write_text(VENUE + NETWORK, encoding="utf-8")
    settings = read(place / "appliance.toml")
    put_boot_file(settings)
    for name, there, mode in (
        (UNIT, f"/usr/lib/venue-appliance/{UNIT}", 0o755),
        ("nftables/venue-base.nft", "/usr/lib/venue-appliance/venue-base.nft", 0o644),
        (f"{UNIT}.service", f"/etc/systemd/system/{UNIT}.service", 0o644),
    ):
        vm.put(there, (ROOT / "systemd" / name).read_bytes(), mode=mode)
    vm.put(RULES, boot_file(settings).read_bytes())
    # Emulated on a busy machine, four starts of nft take longer than a board may.
    vm.put(f"/etc/systemd/system/{UNIT}.service.d/slow.conf", f"[Service]\nTimeoutStartSec={SLOW_S:g}\n")
    vm.out(f"systemctl daemon-reload; systemctl enable {UNIT}; sync", timeout_s=SLOW_S)


def test_with_the_unit_nothing_leaves_from_the_first_instruction_on(cabled: Cabled) -> None:
    vm = cabled.vm
    vm.power_cut()
    cabled.start()
    with cabled.watched() as seen:
        vm.go()
        cabled.await_sending()
    assert seen.sent > 0 and seen.heard == {OWN: 0, SEATS: 0}
    told = vm.out(f"journalctl --boot --unit={UNIT} --output=short-monotonic", timeout_s=SLOW_S)
    assert vm.out(f"systemctl is-active {UNIT}; true") == "active\n", told
    loaded = vm.out("nft list ruleset")
    assert "table bridge venue" in loaded and "chain input_line" in loaded, "the venue's own rules, not the base alone"
    assert vm.out("cat /proc/sys/net/ipv4/ip_forward") == "0\n"


def test_it_was_closed_before_any_interface_was_up(cabled: Cabled) -> None:
    told = cabled.vm.out(f"systemctl show --property=Result,ActiveEnterTimestampMonotonic {UNIT}")
    assert "Result=success" in told
    closed_us = int(re.findall(r"Monotonic=(\d+)", told)[0])
    assert closed_us > 0, "a unit that is not there has 0"
    early = cabled.vm.out("systemctl show --property=ExecMainStartTimestampMonotonic early")
    assert closed_us <= int(re.findall(r"Monotonic=(\d+)", early)[0])
    up = re.findall(r"\[ *(\d+\.\d+)\] .*Link is Up", cabled.vm.out("dmesg"))
    assert len(up) >= 2 and all(float(second) * 1e6 > closed_us for second in up)


def test_rules_that_nft_refuses_leave_it_closed(cabled: Cabled) -> None:
    vm = cabled.vm
    vm.put(RULES, "add table inet venue\nadd rule nonsense\n")
    vm.out(f"systemctl stop early; nft flush ruleset; echo 1 >/proc/sys/net/ipv4/ip_forward; systemctl stop {UNIT}")
    assert vm.sh(f"systemctl start {UNIT}").code != 0
    assert "network.nft was refused" in vm.out(f"journalctl --unit={UNIT} --boot --output=cat")
    with cabled.watched() as seen:
        vm.out("systemctl start early")
        cabled.await_sending()
    assert seen.sent > 0 and seen.heard == {OWN: 0, SEATS: 0}
    assert vm.out("cat /proc/sys/net/ipv4/ip_forward") == "0\n"
    assert vm.out("nft list ruleset").count("policy drop") == 4
