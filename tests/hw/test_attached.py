"""Disks, interfaces, mounts and radios as the kernel shows them: on made trees, on this machine, and as nonsense."""

import random
import socket
from pathlib import Path

import pytest

from hw import attached_simulated
from hw.disks import Disk, DiskError, DiskStays, disks, take_away
from hw.interfaces import InterfaceError, InterfaceStaysUp, interfaces, take_down
from hw.mounts import MAX_MOUNTS, MOUNTINFO_LIMIT_BYTES, MountsError, mounts, parse
from hw.outside_text import exact, harmless
from hw.radios import RadioError, Radios, RadioStaysOn, radios, switch_off
from hw.topology import place_of

USB_SLOT = "platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.4/1-1.4:1.0"
STICK_SLOT = f"{USB_SLOT}/host0/target0:0:0/0:0:0:0"
LINE = b"36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw\n"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    attached_simulated.make_board(tmp_path)
    return tmp_path


# Where something hangs


@pytest.mark.parametrize(
    ("path", "slot", "port"),
    [
        (f"/sys/devices/{STICK_SLOT}/block/sda", USB_SLOT.removesuffix("/1-1.4:1.0"), "1-1.4"),
        (
            "/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda",
            "pci0000:00/0000:00:1f.2",
            "",
        ),
        ("/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vda", "pci0000:00/0000:00:05.0", ""),
        (
            "/sys/devices/platform/soc/mmc/mmc_host/mmc1/mmc1:0001/mmc1:0001:1/net/wlan0",
            "platform/soc/mmc",
            "",
        ),
        ("/sys/devices/virtual/block/loop0", "", ""),
        ("/sys/devices", "", ""),
        ("/somewhere/1-1.4/1-1.4:1.0/block/sda", "", ""),
    ],
)
def test_a_place_lasts_over_a_restart_and_names_the_nearest_usb_port(path: str, slot: str, port: str) -> None:
    place = place_of(path, root=Path("/"))
    assert (place.slot, place.usb_port, place.usb_face) == (slot, port, "1.0" if port else "")


# Disks


def test_a_boards_card_is_a_disk_with_its_partitions_numbers(world: Path) -> None:
    (card,) = disks(world)
    assert (card.name, card.sort, card.usb_port, card.virtual) == ("mmcblk0", "card", "", False)
    assert (card.numbers, card.names) == (
        ("179:0", "179:1", "179:2"),
        ("mmcblk0", "mmcblk0p1", "mmcblk0p2"),
    )
    assert (card.model, card.serial, card.size_bytes) == ("SK32G", "035344534b3332", 32_000_000_000)


def test_a_stick_is_told_by_its_port_and_what_software_makes_as_what_it_is(world: Path) -> None:
    attached_simulated.add_disk(world, "sda", STICK_SLOT, serial="S1", model="DT 101")
    attached_simulated.add_disk(world, "loop0", "", number="7:0", backing="/home/x.img")
    attached_simulated.add_disk(world, "loop1", "", number="7:1", size_bytes=0)
    attached_simulated.add_disk(world, "ram0", "", number="1:0")
    found = {disk.name: disk for disk in disks(world)}
    assert set(found) == {"mmcblk0", "sda", "loop0"}, "what is bound to nothing is not there"
    assert (found["sda"].usb_port, found["sda"].sort, found["sda"].virtual) == ("1-1.4", "scsi", False)
    assert (found["loop0"].sort, found["loop0"].virtual, found["loop0"].backing) == (
        "loop",
        True,
        "/home/x.img",
    )


def test_a_reader_without_a_card_is_there(world: Path) -> None:
    attached_simulated.add_disk(world, "sdb", STICK_SLOT, size_bytes=0)
    assert [disk.size_bytes for disk in disks(world) if disk.name == "sdb"] == [0]


def test_what_a_disk_says_of_itself_drives_no_terminal(world: Path) -> None:
    attached_simulated.add_disk(
        world, "sda", STICK_SLOT, serial="a\x1b[2J\u202e" + "x" * 5000, model="y\x00" * 300
    )
    (disk,) = (disk for disk in disks(world) if disk.name == "sda")
    assert disk.serial.isprintable() and len(disk.serial) <= 64
    assert disk.model.isprintable() and len(disk.model) <= 64


def test_two_long_serials_that_differ_at_their_end_stay_two() -> None:
    assert exact("x" * 500 + "1") != exact("x" * 500 + "2") and harmless("x" * 500 + "1") == harmless(
        "x" * 500 + "2"
    )


def test_no_list_of_disks_is_not_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="cannot be listed"):
        disks(tmp_path)


def test_a_scsi_disk_is_deleted_and_one_that_stays_is_said(world: Path) -> None:
    """A file takes the word and changes nothing: what is not read back is not believed."""
    attached_simulated.add_disk(world, "sda", STICK_SLOT)
    (world / "sys/devices" / STICK_SLOT / "delete").write_text("")
    (stick,) = (disk for disk in disks(world) if disk.name == "sda")
    with pytest.raises(DiskStays, match="still there"):
        take_away(world, stick)
    assert (world / "sys/devices" / STICK_SLOT / "delete").read_text() == "1"
    attached_simulated.remove_disk(world, stick)
    take_away(world, stick)  # gone meanwhile: no fault


def test_another_disk_is_taken_from_the_driver_above_it(world: Path) -> None:
    (card,) = disks(world)
    with pytest.raises(DiskStays, match="has no driver"):
        take_away(world, card)
    driver = world / "sys/devices" / attached_simulated.CARD_SLOT / "driver"
    driver.mkdir()
    (driver / "unbind").write_text("")
    with pytest.raises(DiskStays, match="still there"):
        take_away(world, card)
    assert (driver / "unbind").read_text() == "mmc0:aaaa"


def test_what_software_made_is_never_taken_away(world: Path) -> None:
    with pytest.raises(ValueError, match="no hardware"):
        take_away(world, Disk(name="loop0", sort="loop", virtual=True))


# Interfaces


def test_interfaces_are_hardware_or_not_and_up_or_down(world: Path) -> None:
    attached_simulated.add_interface(world, "usb0", USB_SLOT, mac="02:00:00:00:00:09", up=False)
    (world / "sys/class/net/bonding_masters").write_text("\n")
    told = {card.name: (card.hardware, card.up, card.usb_port) for card in interfaces(world)}
    assert told == {"eth0": (True, True, ""), "lo": (False, True, ""), "usb0": (True, False, "1-1.4")}


def test_an_address_that_somebody_set_is_not_told_and_unreadable_flags_count_as_up(world: Path) -> None:
    eth0 = world / "sys/class/net/eth0"
    (eth0 / "addr_assign_type").write_text("3\n")
    (eth0 / "flags").write_text("nonsense\n")
    (card,) = (card for card in interfaces(world) if card.name == "eth0")
    assert (card.mac, card.up) == ("", True)


def test_no_list_of_interfaces_is_not_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(InterfaceError, match="cannot be listed"):
        interfaces(tmp_path)


def test_this_machines_own_interfaces_are_read_and_one_that_is_gone_is_down() -> None:
    assert {name for _, name in socket.if_nameindex()} == {card.name for card in interfaces(Path("/"))}
    take_down("u1-nobody")


@pytest.mark.parametrize("name", ["", "x" * 16, "é" * 8])
def test_what_can_be_no_name_of_an_interface_is_refused(name: str) -> None:
    with pytest.raises(InterfaceStaysUp, match="no name"):
        take_down(name)


# Mounts


def test_a_mounts_point_and_source_are_read_with_their_escapes() -> None:
    (one,) = parse(b"36 35 8:1 / /mnt/a\\040b\\134c rw - vfat /dev/sd\\011a rw\n")
    assert (one.id, one.path, one.point, one.number, one.sort) == (
        36,
        "/mnt/a b\\c",
        "/mnt/a b\\c",
        "8:1",
        "disk",
    )
    (two,) = parse("36 35 8:1 / /mnt/\u202e中\\012 rw - vfat /dev/sda1 rw\n".encode())
    assert two.path == "/mnt/\u202e中\n" and two.point.isprintable()


@pytest.mark.parametrize(
    ("line", "sort"),
    [
        (b"1 0 0:40 / /srv rw - nfs4 10.0.0.9:/x rw\n", "remote"),
        (b"1 0 0:40 / /srv rw - fuse.sshfs a@b:/ rw\n", "fuse"),
        (b"1 0 8:1 / /srv rw - fuseblk /dev/sda1 rw\n", "disk"),
        (b"1 0 0:40 / /sys/fs/fuse/connections rw - fusectl fusectl rw\n", "kernel"),
        (b"1 0 0:40 / / rw - btrfs /dev/sda1 rw\n", "disk"),
        (b"1 0 0:5 / /proc rw - proc proc rw\n", "kernel"),
        (b"1 0 0:40 / /srv rw shared:1 master:2 - 9p share rw\n", "remote"),
    ],
)
def test_a_mount_is_of_a_disk_of_another_machine_or_of_the_kernel(line: bytes, sort: str) -> None:
    assert parse(line)[0].sort == sort


@pytest.mark.parametrize(
    "content",
    [
        LINE[:-1], b"\n", b"36 35 98:0 / /mnt rw\n",
        b"36 35 98 / /mnt rw - ext3 a rw\n", b"x 35 98:0 / /mnt rw - a b c\n",
        b"36 35 98:0 / mnt rw - a b c\n", b"36 35 98:0 / /m\\000 rw - a b c\n", LINE * MAX_MOUNTS + LINE,
        b"a" * (MOUNTINFO_LIMIT_BYTES + 1), b"3" * 99 + LINE,
    ],
    ids=["cut", "empty line", "half", "number", "id", "relative", "null", "too many", "too long", "long id"],
)  # fmt: skip
def test_a_line_that_is_not_understood_is_an_error_and_no_shorter_list(content: bytes) -> None:
    with pytest.raises(MountsError):
        parse(content)


def test_mutated_mounts_never_raise_anything_else_and_are_harmless_to_show() -> None:
    chance = random.Random(4)
    good = (
        LINE + b"22 27 0:21 / /proc rw - proc proc rw\n37 1 8:1 / /a\\040b rw shared:9 - vfat /dev/sda1 rw\n"
    ) * 2
    understood = 0
    for _ in range(20_000):
        raw = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(raw))
            match chance.randrange(3):
                case 0:
                    raw[place] = chance.randrange(256)
                case 1:
                    del raw[place : place + chance.randrange(1, 20)]
                case _:
                    raw[place:place] = chance.choice(
                        (b"\\", b"\\777", b" - ", b"\n", b"\xff\xfe", b"\0", b"9" * 30)
                    )
        try:
            told = parse(bytes(raw))
        except MountsError as error:
            assert str(error).isprintable()
            continue
        understood += 1
        for mount in told:
            assert mount.path.startswith("/") and "\0" not in mount.path
            assert all(
                text.isprintable() and len(text) <= 255 for text in (mount.point, mount.source, mount.fstype)
            )
    assert 500 < understood < 19_500


def test_where_the_first_process_may_not_be_looked_at_our_own_mounts_are_read(world: Path) -> None:
    (world / "proc/self").mkdir()
    (world / "proc/1/mountinfo").rename(world / "proc/self/mountinfo")
    assert [mount.point for mount in mounts(world)] == ["/", "/boot/firmware", "/proc"]
    (world / "proc/self/mountinfo").unlink()
    with pytest.raises(MountsError, match="cannot be read"):
        mounts(world)


def test_this_machines_own_mounts_are_read() -> None:
    assert "/" in [mount.point for mount in mounts(Path("/"))]


# Radios


def test_radios_are_off_on_none_or_unknown(world: Path) -> None:
    assert radios(world) == Radios(wifi="none", bluetooth="none")
    attached_simulated.add_radio(world, 0, "wlan", on=False)
    attached_simulated.add_radio(world, 1, "bluetooth")
    assert radios(world) == Radios(wifi="off", bluetooth="on")
    attached_simulated.add_radio(world, 2, "wlan")
    assert radios(world).wifi == "on", "one of two is enough"
    (world / "sys/class/rfkill/rfkill1/hard").write_text("1\n")
    assert radios(world).bluetooth == "off", "the switch at the case"
    (world / "sys/class/rfkill/rfkill1/hard").write_text("?\n")
    (world / "sys/class/rfkill/rfkill1/soft").write_text("?\n")
    assert radios(world).bluetooth == "unknown"


def test_a_radio_without_a_switch_is_unknown_and_not_off(world: Path) -> None:
    (world / "sys/class/ieee80211/phy0").mkdir(parents=True)
    assert radios(world).wifi == "unknown"
    attached_simulated.add_radio(world, 0, "wlan", on=False)
    assert radios(world).wifi == "off"


def test_radios_are_switched_off_and_read_back(world: Path) -> None:
    for number in (0, 1):
        attached_simulated.add_radio(world, number, "wlan")
    attached_simulated.add_radio(world, 2, "bluetooth")
    switch_off(world, "wifi")
    assert radios(world) == Radios(wifi="off", bluetooth="on")


def test_one_radio_that_cannot_be_switched_off_leaves_no_other_on(world: Path) -> None:
    for number in (0, 1):
        attached_simulated.add_radio(world, number, "wlan")
    (world / "sys/class/rfkill/rfkill0/soft").unlink()
    with pytest.raises(RadioStaysOn, match="rfkill0 cannot be blocked"):
        switch_off(world, "wifi")
    assert (world / "sys/class/rfkill/rfkill1/soft").read_text() == "1\n"


def test_a_switch_that_takes_the_word_and_stays_on_is_said(world: Path) -> None:
    attached_simulated.add_radio(world, 0, "wlan")
    soft = world / "sys/class/rfkill/rfkill0/soft"
    soft.unlink()
    soft.symlink_to("/dev/null")
    with pytest.raises(RadioStaysOn, match="rfkill0 is still on"):
        switch_off(world, "wifi")


def test_a_tree_without_classes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RadioError):
        radios(tmp_path)


def test_a_simulated_world_is_read_whole(world: Path) -> None:
    attached_simulated.add_mount(world, "/mnt/a b", "/dev/sda1", "vfat", number="8:1")
    (mount,) = (mount for mount in mounts(world) if mount.point == "/mnt/a b")
    attached_simulated.unmount(world, mount)
    assert "/mnt/a b" not in [each.point for each in mounts(world)]
