"""What takes disks, interfaces, mounts and radios away: this very thing and no other, read back, tried again."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.command import CommandError
from appliance.enforce import attached
from appliance.enforce.attached import Hands, hands_of
from appliance.exam.posture import NotHeld, NotYet
from appliance.exam.usb.attached import token_of
from appliance.watch.attached import AttachedReader
from hw import attached_simulated
from hw.disks import Disk, DiskStays, disks
from hw.mounts import Mount
from hw.radios import Radios, radios

SLOT = "platform/usb1/1-2/1-2:1.0/host0/0:0:0:0"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A board with a stick, mounted, and a tethering phone."""
    attached_simulated.make_board(tmp_path)
    attached_simulated.add_disk(tmp_path, "sda", SLOT, serial="S1", model="DT 101")
    attached_simulated.add_interface(tmp_path, "usb0", "platform/usb1/1-3/1-3:1.0", mac="02:00:00:00:00:09")
    attached_simulated.add_mount(tmp_path, "/mnt/a b", "/dev/sda", "vfat", number="8:0")
    return tmp_path


def tokens(world: Path) -> dict[str, str]:
    """The words of all that is there, as the guard makes them of a reading."""
    reading = AttachedReader(world, (), listen=False)()
    assert reading.unknown == ""
    return {item.name: token_of(item) for item in reading.items}


def there(world: Path) -> set[str]:
    return set(tokens(world))


def is_up(world: Path, name: str) -> bool:
    return (world / f"sys/class/net/{name}/flags").read_text().strip() == attached_simulated.UP


def test_the_named_ones_are_taken_away_and_everything_else_is_left(world: Path) -> None:
    named, hands = tokens(world), hands_of(world)
    assert set(named) == {"mmcblk0", "sda", "eth0", "usb0", "lo", "/", "/boot/firmware", "/mnt/a b"}
    attached.mounts_holder(world, hands)(f"unmount {named['/mnt/a b']}")
    attached.disks_holder(world, hands)(f"remove {named['sda']}")
    attached.interfaces_holder(world, hands)(f"down {named['usb0']}")
    assert there(world) == {"mmcblk0", "eth0", "usb0", "lo", "/", "/boot/firmware"}
    assert (is_up(world, "usb0"), is_up(world, "eth0")) == (False, True)


@pytest.mark.parametrize("level", ["leave", "remove", "unmount", "down", "remove sda", "remove sda=00"])
def test_a_level_that_names_nothing_takes_nothing(world: Path, level: str) -> None:
    before, hands = there(world), hands_of(world)
    for make in (attached.mounts_holder, attached.disks_holder, attached.interfaces_holder):
        make(world, hands)(level)
    assert there(world) == before and is_up(world, "usb0")


def test_another_disk_that_took_the_name_meanwhile_is_left_alone(world: Path) -> None:
    level = f"remove {tokens(world)['sda']}"
    (stick,) = (disk for disk in disks(world) if disk.name == "sda")
    attached_simulated.remove_disk(world, stick)
    attached_simulated.add_disk(world, "sda", SLOT, serial="S2", model="DT 101")
    attached.disks_holder(world, hands_of(world))(level)
    assert "sda" in there(world)


def test_one_disk_that_stays_keeps_no_other_and_is_said(world: Path) -> None:
    attached_simulated.add_disk(world, "sdb", f"{SLOT}/1", serial="S2")
    named = tokens(world)

    def remove(disk: Disk) -> None:
        if disk.name == "sda":
            raise DiskStays("sda is still there")
        attached_simulated.remove_disk(world, disk)

    hands = Hands(remove=remove, down=lambda _: None, unmount=lambda _: None)
    hold = attached.disks_holder(world, hands)
    for _ in range(2):
        with pytest.raises(NotYet):  # its USB device may be on its way out
            hold(f"remove {named['sda']} {named['sdb']}")
    with pytest.raises(NotHeld, match="sda is still there") as caught:
        hold(f"remove {named['sda']} {named['sdb']}")
    assert not isinstance(caught.value, NotYet)
    assert {"sda", "sdb"} & there(world) == {"sda"}


def test_what_cannot_be_read_is_not_held(tmp_path: Path) -> None:
    for make in (attached.mounts_holder, attached.disks_holder, attached.interfaces_holder):
        with pytest.raises(NotHeld):
            make(tmp_path, hands_of(tmp_path))("remove x=1")


def test_an_unmount_is_asked_for_once_waited_for_and_asked_for_again_when_it_does_not_come(
    world: Path,
) -> None:
    asked: list[Mount] = []
    now_s = 100.0
    hands = Hands(remove=lambda _: None, down=lambda _: None, unmount=asked.append)
    hold = attached.mounts_holder(world, hands, mono_s=lambda: now_s)
    level = f"unmount {tokens(world)['/mnt/a b']}"
    for now_s in (100.0, 101.0, 109.0):  # noqa: B007 - the lambda above reads it
        with pytest.raises(NotYet):
            hold(level)
    assert [mount.path for mount in asked] == ["/mnt/a b"]
    now_s = 111.0
    with pytest.raises(NotHeld, match="still mounted: /mnt/a b") as caught:
        hold(level)
    assert not isinstance(caught.value, NotYet)
    with pytest.raises(NotYet):
        hold(level)
    assert len(asked) == 2
    attached_simulated.unmount(world, asked[0])
    hold(level)


def test_what_lies_on_top_is_unmounted_first(world: Path) -> None:
    asked: list[Mount] = []
    attached_simulated.add_mount(world, "/mnt/a b", "/dev/sdz", "vfat", number="8:99")
    hands = Hands(remove=lambda _: None, down=lambda _: None, unmount=asked.append)
    reading = AttachedReader(world, (), listen=False)()
    level = " ".join(["unmount", *(token_of(item) for item in reading.items if item.name == "/mnt/a b")])
    with pytest.raises(NotYet):
        attached.mounts_holder(world, hands)(level)
    assert [mount.source for mount in asked] == ["/dev/sdz", "/dev/sda"]


def test_an_unmount_that_cannot_be_asked_for_is_not_held_and_asked_for_again(world: Path) -> None:
    asked: list[Mount] = []

    def fail(mount: Mount) -> None:
        asked.append(mount)
        raise CommandError("systemctl: no such unit")

    hold = attached.mounts_holder(world, Hands(remove=lambda _: None, down=lambda _: None, unmount=fail))
    for _ in range(2):
        with pytest.raises(NotHeld, match="no such unit"):
            hold(f"unmount {tokens(world)['/mnt/a b']}")
    assert len(asked) == 2


def test_radios_are_switched_off_by_name_and_never_on(world: Path) -> None:
    attached_simulated.add_radio(world, 0, "wlan")
    attached_simulated.add_radio(world, 1, "bluetooth")
    hold = attached.radios_holder(world)
    hold("leave")
    assert radios(world) == Radios(wifi="on", bluetooth="on")
    hold("block wifi")
    assert radios(world) == Radios(wifi="off", bluetooth="on")
    hold("leave")
    assert radios(world) == Radios(wifi="off", bluetooth="on")


# On this machine's kernel


ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = f"u1-{os.getpid()}"
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="needs root and iproute2: a network namespace"
)


@pytest.fixture
def namespace() -> Iterator[str]:
    if subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True, timeout=30).returncode:
        pytest.skip("no network namespace can be made here")
    yield NAMESPACE
    subprocess.run(["ip", "netns", "del", NAMESPACE], check=True, timeout=30)


@needs_root
def test_the_kernels_own_interface_goes_down_and_its_other_flags_stay(namespace: str) -> None:
    def ip(*words: str) -> str:
        argv = ["ip", "-n", namespace, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout

    ip("link", "add", "u1d0", "type", "veth", "peer", "name", "u1d1")
    ip("link", "set", "u1d0", "up", "promisc", "on", "multicast", "off")
    before = ip("link", "show", "u1d0")
    assert "PROMISC" in before and ",UP" in before
    code = "from hw.interfaces import take_down; take_down('u1d0'); take_down('u1d0')"
    subprocess.run(["ip", "netns", "exec", namespace, sys.executable, "-c", code], check=True, timeout=60)
    after = ip("link", "show", "u1d0")
    assert "PROMISC" in after and ",UP" not in after and "MULTICAST" not in after
    assert socket.if_nameindex(), "this machine's own stay"
