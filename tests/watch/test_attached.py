"""What hangs on the box, as one reading: what is on what, what the box stands on, and when it is looked at."""

import threading
import time
from pathlib import Path

import pytest

from appliance.events.bodies import AttachedAppeared, RadiosRead
from appliance.watch import attached
from appliance.watch.attached import HEARTBEAT_S, AttachedReader
from hw import attached_simulated
from tests.watch.test_usb import no_more_files

SATA = "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0"
STATE = Path("/var/lib/venue-appliance")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    attached_simulated.make_board(tmp_path)
    return tmp_path


def told(world: Path, *needed: Path) -> dict[str, AttachedAppeared]:
    reading = AttachedReader(world, needed, listen=False)()
    assert reading.unknown == ""
    return {item.name: item for item in reading.items}


def test_a_board_at_rest_is_its_card_its_interface_and_its_mounts(world: Path) -> None:
    reading = AttachedReader(world, (), listen=False)()
    assert [(item.what, item.name, item.sort) for item in reading.items] == [
        ("disk", "mmcblk0", "card"),
        ("interface", "eth0", "wired"),
        ("interface", "lo", "software"),
        ("mount", "/", "disk"),
        ("mount", "/boot/firmware", "disk"),
    ]
    assert reading.up == {"eth0", "lo"} and reading.radios == RadiosRead(wifi="none", bluetooth="none")


def test_an_interface_of_softwares_making_counts_while_it_is_up(world: Path) -> None:
    attached_simulated.add_interface(world, "sit0", "", up=False)
    attached_simulated.add_interface(world, "tun0", "")
    attached_simulated.add_interface(world, "eth1", "pci0000:00/0000:00:03.0", up=False)
    assert {"tun0", "eth1"} <= set(told(world)) and "sit0" not in told(world)


def test_what_the_box_needs_is_told_with_the_disk_and_the_mount_that_it_is_on(world: Path) -> None:
    attached_simulated.add_disk(world, "sda", SATA, serial="WD-1", partitions=1)
    attached_simulated.add_mount(world, "/var/lib", "/dev/sda1", "ext4", number="8:1")
    found = told(world, STATE, Path("/srv/exam"))
    assert found["sda"].holds == (str(STATE),) == found["/var/lib"].holds
    assert "/srv/exam" in found["mmcblk0"].holds and str(STATE) not in found["mmcblk0"].holds
    assert "/srv/exam" in found["/"].holds and "/boot/firmware" in found["/boot/firmware"].holds


def test_a_mount_beside_a_needed_place_of_a_similar_name_holds_nothing(world: Path) -> None:
    attached_simulated.add_disk(world, "sda", SATA, partitions=1)
    attached_simulated.add_mount(world, "/var/lib/venue", "/dev/sda1", "ext4", number="8:1")
    assert told(world, STATE)["/var/lib/venue"].holds == ()


def test_a_place_that_something_was_mounted_over_is_on_both(world: Path) -> None:
    """The lower one is still in use: its files are open."""
    for name, number in (("sda", "8:0"), ("sdb", "8:16")):
        attached_simulated.add_disk(world, name, f"{SATA}/{name}", number=number)
        attached_simulated.add_mount(world, str(STATE), f"/dev/{name}", "ext4", number=number)
    found = told(world, STATE)
    assert str(STATE) in found["sda"].holds and str(STATE) in found["sdb"].holds


def test_a_mount_is_on_all_the_disks_below_it_its_own_first(world: Path) -> None:
    """A file on a mapped disk on a partition: each is one below the other."""
    attached_simulated.add_disk(world, "sda", SATA, partitions=1)
    attached_simulated.add_disk(world, "dm-0", "", number="253:0")
    slaves = world / "sys/block/dm-0/slaves"
    slaves.mkdir()
    (slaves / "sdap1").touch()
    attached_simulated.add_mount(world, "/data", "/dev/mapper/data", "ext4", number="253:0")
    attached_simulated.add_disk(world, "loop0", "", number="7:0", backing="/data/x.img")
    attached_simulated.add_mount(world, "/mnt", "/dev/loop0", "vfat", number="7:0")
    found = told(world, Path("/data"))
    assert found["/mnt"].on == ("loop0", "dm-0", "sda") and found["/data"].on == ("dm-0", "sda")
    assert found["sda"].holds == ("/data",), "what is on a mapped disk is on the one below"


def test_a_mount_without_a_number_of_its_own_is_told_by_its_source(world: Path) -> None:
    attached_simulated.add_disk(world, "sda", SATA, partitions=1)
    attached_simulated.add_mount(world, "/data", "/dev/sdap1", "btrfs", number="0:44")
    assert told(world)["/data"].on == ("sda",)


@pytest.mark.parametrize("gone", ["sys/block", "sys/class/net", "proc/1/mountinfo", "sys/class"])
def test_what_cannot_be_read_makes_all_of_it_unknown_with_a_reason(world: Path, gone: str) -> None:
    read = AttachedReader(world, (), listen=False)
    (world / gone).rename(world / "away")
    assert "cannot be" in read().unknown and read().items == ()
    (world / "away").rename(world / gone)
    assert read().unknown == ""


def test_a_simulated_world_is_read_without_waiting_and_this_machine_with_a_heartbeat(world: Path) -> None:
    assert attached.reader(world, ()).period_s == attached.PERIOD_S
    read = AttachedReader(world, (), listen=True)
    assert read().unknown == ""
    attached_simulated.add_mount(world, "/mnt", "10.0.0.9:/x", "nfs4")
    assert "/mnt" in [item.name for item in read().items], "a mount makes no uevent"
    read.close()

    def first_s() -> float:
        reader = AttachedReader(world, (), listen=True)
        began_s = time.monotonic()
        reader()
        took_s = time.monotonic() - began_s
        reader.close()
        return took_s

    # A first reading that waited would take its heartbeat each time; a busy machine takes long now and then.
    assert any(first_s() < HEARTBEAT_S / 2 for _ in range(30))


def test_another_thread_ends_the_wait(world: Path) -> None:
    read = AttachedReader(world, (), listen=True)
    read()

    def waited_s() -> float:
        waker = threading.Timer(0.05, read.wake)
        waker.start()
        began_s = time.monotonic()
        read()
        took_s = time.monotonic() - began_s
        waker.join()
        return took_s

    # A wait that nobody ends takes its heartbeat each time; a busy machine takes long now and then.
    assert any(waited_s() < HEARTBEAT_S - 0.1 for _ in range(30))
    read.close()
    read.wake()


def test_where_the_kernel_cannot_be_listened_to_it_is_read_again_and_again(
    world: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read = AttachedReader(world, (), listen=True)
    with no_more_files():
        assert read().unknown
        assert read().unknown
    assert read().unknown == ""
    assert [r.getMessage() for r in caplog.records if "2.0 s instead" in r.getMessage()] != []
    read.close()
