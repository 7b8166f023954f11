"""The installer in a machine with a kernel, a boot and a plug: from a signed bundle, over a power cut, and away."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import bundle
from tests.lab.vm import Vm
from tests.lab.vm_package import DENIED
from tests.lab.vm_story import LONG
from tests.package.bundles import another
from tests.package.debs import build, missing

pytestmark = [
    pytest.mark.vm, pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
    pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1"),
]  # fmt: skip

INSTALL = "cd /root && python3 installer.pyz --bundle"
ETC = "/etc/venue-appliance"
STATE = "dpkg-query -W -f '${db:Status-Abbrev}' venue-appliance"
WITHIN_S = 300
SLOW_S = 900  # all is emulated
# A venue's configuration, as venue setup would write it; what matters here is that it is somebody's.
SOMEBODYS = """\
[venue]
code = "520100-03"
name = "实验中学考点"
[usb]
enforce = true
[clock]
source = "rtc"
"""


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small bundles, the second of a later version: the guest has what our package needs."""
    place = tmp_path_factory.mktemp("medium")
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / "release")]
    subprocess.run(argv, check=True, timeout=60, stdin=subprocess.DEVNULL)
    build(place)
    another(place, place, "1.0", "amd64", 1_900_000_000).rename(place / "first.tar")
    another(place, place, "99.0", "amd64", 2_000_000_000).rename(place / "second.tar")
    bundle.installer(place / "tree", place / "installer.pyz")
    return place


@pytest.fixture(scope="module")
def box(make_vm: Callable[[], Vm], medium: Path) -> Vm:
    """A fresh guest with what a technician brings."""
    machine = make_vm()
    machine.boot()
    for name in ("first.tar", "second.tar", "installer.pyz", "release.pub"):
        machine.put(f"/root/{name}", (medium / name).read_bytes())
    return machine


def boot(box: Vm) -> None:
    """Power-on with a stick in its socket, as the installer would have the kernel started."""
    box.start(DENIED)
    box.usb.plug_stick("early", port="3")
    box.go()
    box.await_booted()


def assert_closed(box: Vm) -> None:
    """By what runs early in the boot, whatever became of the guard."""
    for unit in ("venue-lockdown", "venue-network-closed"):
        told = box.sh(f"systemctl is-active {unit}; journalctl --boot --no-pager -u {unit}")
        assert told.stdout.startswith("active\n"), told.stdout
    assert "policy drop" in box.out("nft list table inet venue")
    assert box.out("cat /sys/bus/usb/devices/usb*/authorized_default").split() == ["0", "0"]
    assert box.out("ls /sys/block | grep -c ^sd || true").strip() == "0", "the stick has no disk"


def test_from_a_fresh_guest_to_a_check_that_answers_within_five_minutes(box: Vm) -> None:
    said = box.out(
        f"begin=$SECONDS; {INSTALL} first.tar --key release.pub && {{ venue check --json >/root/check; "
        "echo took $((SECONDS - begin)); }",
        timeout_s=SLOW_S,
    )
    took_s = int(said.rpartition("took ")[2])
    print(f"fresh guest: installed and answering venue check after {took_s} s")
    assert took_s <= WITHIN_S
    assert '"points": [' in box.get("/root/check").decode()
    assert "technician's PIN, shown this once" in said
    assert "the next boot closes nothing: venue setup, then reboot" in said


def test_nobodys_yet_it_boots_open_by_the_installers_mark_and_closed_once_it_is_somebodys(box: Vm) -> None:
    box.power_cut()  # without a sync of ours: what the installer put in place is on the disk
    boot(box)
    box.out(f"test -e {ETC}/unconfigured")
    box.await_true("ls -d /sys/block/sd*", timeout_s=SLOW_S)
    assert box.out("cat /sys/bus/usb/devices/usb*/authorized_default").split() == ["1", "1"]
    box.put(f"{ETC}/appliance.toml", SOMEBODYS)
    box.out("venue config check && venue config apply", timeout_s=SLOW_S)
    box.out(f"test ! -e {ETC}/unconfigured && sync")
    box.power_cut()
    boot(box)
    assert_closed(box)


def test_with_the_plug_pulled_in_the_middle_of_an_upgrade_the_box_starts_closed(box: Vm) -> None:
    box.out(f"(setsid sh -c '{INSTALL} second.tar' >/root/said 2>&1 &)")
    # Its files are new or half new, its scripts have not run.
    box.await_true(f"[ \"$({STATE})\" != 'ii ' ] && sync", timeout_s=SLOW_S)
    box.power_cut()
    boot(box)
    state = box.out(STATE)
    print(f"the package after the cut: {state!r}")
    assert state != "ii "
    assert_closed(box)


def test_the_next_run_makes_it_whole_and_the_one_after_has_nothing_to_do(box: Vm) -> None:
    box.out(f"{INSTALL} second.tar", timeout_s=SLOW_S)
    assert (
        box.out("dpkg-query -W -f '${db:Status-Abbrev}${Version}' venue-appliance; dpkg --audit") == "ii 99.0"
    )
    box.await_true("systemctl is-active --quiet venue-guard", timeout_s=SLOW_S)
    said = box.out("venue-install", timeout_s=SLOW_S)
    assert said.startswith("Nothing to change") and "venue pin code chief" in said
    assert "the next boot" not in said, "this one began closed"
    assert_closed(box)


def test_removed_it_leaves_the_record_and_what_the_venue_wrote(box: Vm) -> None:
    said = box.out("cd /root && python3 installer.pyz --remove", timeout_s=SLOW_S)
    assert "appliance.toml: changed since by somebody else, left (the venue's)" in said
    box.out(f"test ! -e /var/lib/venue-install && test -d /var/lib/venue-appliance/log && test -s {ETC}/appliance.toml")
    assert "policy drop" in box.out("nft list table inet venue"), "what is closed stays so until the next boot"
    assert box.sh("command -v venue").code != 0
