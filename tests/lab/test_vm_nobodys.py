"""A box that is nobody's yet, booted: open by the installer's mark, closed from the boot after its configuration on."""

import pytest

from tests.lab.vm_package import CLOSED, SLOW_S, Packaged
from tests.lab.vm_story import LONG

pytestmark = [
    pytest.mark.vm, pytest.mark.slow, pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1"),
]  # fmt: skip

MARK = "/etc/venue-appliance/unconfigured"
SAID = "journalctl --boot --no-pager --output=cat -u venue-lockdown -u venue-network-closed"


def boot(box: Packaged) -> None:
    box.vm.out("sync")
    box.vm.power_cut()
    box.boot()
    box.await_guard()


def test_a_boot_with_the_mark_closes_nothing_until_the_next_one_and_venue_config_apply_ends_it(
    packaged: Packaged,
) -> None:
    vm = packaged.vm
    vm.out(f"touch {MARK} && cd /etc/venue-appliance && rm -rf lockdown.conf network.nft enrolled")
    boot(packaged)
    assert vm.out(SAID).count("no venue is configured") == 2, "by both of what closes early"
    assert "sd" in vm.out("until ls -d /sys/block/sd*; do sleep 0.2; done", timeout_s=SLOW_S), "a stick is a disk"
    began = packaged.closed()
    assert (began["usb"], began["routing"]) == (["1", "1"], "0")
    assert "next boot" in vm.out("venue config apply", timeout_s=SLOW_S)
    vm.out(f"[ ! -e {MARK} ] && systemctl restart venue-guard", timeout_s=SLOW_S)
    packaged.await_guard()
    held = packaged.closed()
    assert held["usb"] == ["1", "1"] and held["disks"], "nothing is taken from the hands that set it up"
    boot(packaged)
    assert packaged.closed() == CLOSED
    assert "no venue is configured" not in vm.out(SAID)
