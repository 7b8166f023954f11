"""What hangs on the box behind its ports: the seal's baseline, what a USB port may carry, what is never taken away."""

from dataclasses import replace
from typing import Any

import pytest

from appliance.events.bodies import AttachedAppeared, RadiosRead, UsbPlugged
from appliance.events.network import NetworkPlan
from appliance.events.plan import UsbAllowed
from appliance.events.readings import AttachedReading
from appliance.exam.posture import posture
from appliance.exam.record import worth_recording
from appliance.exam.usb.attached import judged
from appliance.exam.usb.attached_causes import attached_drifted, ports_of
from tests.exam.ledger import SIGNED, Ledger, plan

CARD = AttachedAppeared(
    what="disk", name="mmcblk0", sort="card", slot="platform/mmc0", serial="0353", size_bytes=32_000_000_000,
    holds=("/", "/var/lib/venue-appliance"),
)  # fmt: skip
ROOT = AttachedAppeared(
    what="mount", name="/", sort="disk", hardware=False, model="ext4", serial="/dev/mmcblk0p2", on=("mmcblk0",),
    holds=("/",),
)  # fmt: skip
ETH0 = AttachedAppeared(
    what="interface",
    name="eth0",
    sort="wired",
    slot="platform/ethernet#0",
    serial="dc:a6:32:00:00:01",
    model="of",
)
LO = AttachedAppeared(what="interface", name="lo", sort="software", hardware=False)
OWN = (CARD, ROOT, ETH0, LO)
SATA = AttachedAppeared(
    what="disk", name="sda", sort="scsi", slot="pci/17", serial="WD-1", model="WDC", size_bytes=1
)
SECOND = AttachedAppeared(
    what="interface", name="eth1", sort="wired", slot="pci/3#0", serial="52:54:00:00:00:01"
)
STICK = AttachedAppeared(
    what="disk", name="sdb", sort="scsi", slot="pci/usb", port="1-2", serial="S1", model="Cruzer"
)
TETHER = AttachedAppeared(
    what="interface", name="usb0", sort="wired", slot="pci/usb#0", port="1-2", serial="02:00:00:00:00:09"
)
LOOP = AttachedAppeared(
    what="disk", name="loop0", sort="loop", hardware=False, serial="/home/x.img", size_bytes=1
)
USB_STICK = UsbPlugged(port="1-2", id="0781:5567", serial="S1", interfaces=("08:06:50",), sha256="bb" * 32)
OFF = RadiosRead(wifi="off", bluetooth="none")


def mounted(point: str, disk: str, **changes: Any) -> AttachedAppeared:
    return (
        AttachedAppeared(
            what="mount",
            name=point,
            sort="disk",
            hardware=False,
            model="vfat",
            serial=f"/dev/{disk}1",
            on=(disk,),
        )
        if not changes
        else replace(mounted(point, disk), **changes)
    )


def look(day: Ledger, *items: AttachedAppeared, radios: RadiosRead = OFF, up: tuple[str, ...] = ()) -> None:
    day.read(AttachedReading(items=items, radios=radios, up=frozenset(up)))


def venue(*items: AttachedAppeared, seal: bool = True, **changes: Any) -> Ledger:
    """Sealed with the box's own, then `items` more."""
    day = Ledger(plan(attached=True, **changes)).all_read()
    look(day, *OWN)
    if seal:
        day.act("seal", **SIGNED)
        day.advance(10)
    look(day, *OWN, *items)
    return day


def why(day: Ledger, item: AttachedAppeared) -> str:
    return judged(day.venue.attached, ports_of(day.venue), item, day.now)


def away(day: Ledger) -> dict[str, list[str]]:
    """What the posture takes away, by key."""
    levels = posture(day.venue, day.now).levels
    words = {key: levels[key].split(" ")[1:] for key in ("mounts", "disks", "interfaces")}
    return {key: [word.partition("=")[0] for word in told] for key, told in words.items() if told}


# Before the seal


def test_before_the_seal_what_is_on_board_is_recorded_and_no_alarm() -> None:
    day = venue(SATA, SECOND, LOOP, seal=False)
    assert [e.body.name for e in day.events if isinstance(e.body, AttachedAppeared)] == [
        "mmcblk0", "/", "eth0", "lo", "sda", "eth1", "loop0"
    ]  # fmt: skip
    assert (why(day, SATA), why(day, SECOND)) == ("no-seal", "no-seal")
    assert not day.opened and away(day) == {}


def test_before_the_seal_too_a_disk_at_a_denied_port_is_taken_away() -> None:
    day = venue(seal=False)
    day.usb(replace(USB_STICK, authorized=True))
    look(day, *OWN, STICK, mounted("/mnt", "sdb"))
    assert away(day) == {"mounts": ["/mnt"], "disks": ["sdb"]} and not day.opened


# Sealed


@pytest.mark.parametrize(
    ("item", "kind", "key"), [(SATA, "disk_new", "disks"), (SECOND, "net_new", "interfaces")], ids=str
)
def test_after_the_seal_what_was_not_there_is_an_incident_and_taken_away(
    item: AttachedAppeared, kind: str, key: str
) -> None:
    day = venue(item)
    assert why(day, item) == "not-sealed-in" and day.kinds == [kind] and away(day) == {key: [item.name]}
    assert (day.one(kind).place, day.one(kind).detail) == (item.name, item.model or item.serial)
    look(day, *OWN)
    assert away(day) == {} and day.kinds == [kind], "it stays an item until people close it"


def test_what_was_there_at_the_seal_may_go_and_come_back_under_another_name() -> None:
    day = venue(seal=False)
    look(day, *OWN, SATA, SECOND)
    day.act("seal", **SIGNED)
    look(day, *OWN)
    look(day, *OWN, replace(SATA, name="sdc"), replace(SECOND, name="eth7"))
    assert not day.opened and away(day) == {}


@pytest.mark.parametrize(
    "other",
    [
        replace(ETH0, slot="platform/ethernet#1"),
        replace(ETH0, serial="52:54:00:99:99:99"),
        replace(ETH0, model="pci:v8086"),
        replace(ETH0, name="venue-exam", slot="pci/9#0"),
    ],
    ids=["slot", "address", "make", "renamed as if it were the guard's"],
)
def test_another_card_is_another_whatever_it_is_called(other: AttachedAppeared) -> None:
    day = venue()
    look(day, CARD, ROOT, LO, other)
    assert day.kinds == ["net_new"] and away(day) == {"interfaces": [other.name]}


def test_an_address_that_somebody_set_makes_no_other_card_of_it() -> None:
    day = venue()
    look(day, CARD, ROOT, LO, replace(ETH0, serial=""))
    assert not day.opened and away(day) == {}


def test_another_card_in_the_same_slot_without_a_serial_is_told_by_its_size() -> None:
    reader = AttachedAppeared(what="disk", name="sde", sort="scsi", slot="pci/reader", size_bytes=0)
    day = venue(seal=False)
    look(day, *OWN, reader)
    day.act("seal", **SIGNED)
    look(day, *OWN, replace(reader, size_bytes=64_000_000_000))
    assert day.kinds == ["disk_new"] and away(day) == {"disks": ["sde"]}


@pytest.mark.parametrize("name", ["lo", "venue-prove", "br0"])
def test_interfaces_of_the_guards_own_making_are_never_intruders(name: str) -> None:
    own = replace(LO, name=name)
    day = venue(own, network="route", net=NetworkPlan(mode="route"))
    assert why(day, own) == "own" and not day.opened and away(day) == {}


def test_a_tunnel_that_software_makes_after_the_seal_is_taken_down() -> None:
    day = venue(replace(LO, name="tun0"), network="route", net=NetworkPlan(mode="route"))
    assert day.kinds == ["net_new"] and away(day) == {"interfaces": ["tun0"]}


def test_a_disk_of_softwares_making_is_judged_where_it_is_mounted() -> None:
    day = venue(LOOP)
    assert why(day, LOOP) == "software" and not day.opened
    look(day, *OWN, LOOP, mounted("/mnt", "loop0", on=("loop0", "mmcblk0")))
    assert day.kinds == ["mount_new"] and away(day) == {"mounts": ["/mnt"]}


def test_a_mount_after_the_seal_is_judged_by_the_disk_that_it_is_on() -> None:
    day = venue()
    look(day, *OWN, mounted("/data", "mmcblk0"))
    assert not day.opened, "the box's own disk may be mounted once more"
    look(day, *OWN, mounted("/data", "mmcblk0"), SATA, mounted("/mnt", "sda"))
    assert sorted(day.kinds) == ["disk_new", "mount_new"] and away(day) == {
        "mounts": ["/mnt"],
        "disks": ["sda"],
    }
    look(day, *OWN, mounted("/x", "gone", on=()))
    assert away(day) == {"mounts": ["/x"]}, "of a disk that nobody sees"


@pytest.mark.parametrize(("sort", "fstype"), [("fuse", "fuse.sshfs"), ("remote", "nfs4")])
def test_a_file_system_of_another_machine_is_taken_away_unless_it_was_sealed_in(
    sort: str, fstype: str
) -> None:
    share = AttachedAppeared(
        what="mount", name="/srv", sort=sort, hardware=False, model=fstype, serial="10.0.0.9:/x"
    )
    day = venue(share)
    assert day.kinds == ["mount_new"] and away(day) == {"mounts": ["/srv"]}
    before = venue(share, seal=False)
    before.act("seal", **SIGNED)
    look(before, *OWN)
    look(before, *OWN, share)
    assert not before.opened and away(before) == {}


def test_the_baseline_ends_with_the_seal() -> None:
    day = venue(SATA)
    day.act("unseal", reason="设备更换", **SIGNED)
    assert why(day, SATA) == "no-seal" and away(day) == {}


# What is never taken away


@pytest.mark.parametrize("place", ["/", "/var/lib/venue-appliance", "/srv/exam/answers"])
def test_what_the_box_stands_on_is_told_and_never_taken_away(place: str) -> None:
    disk, mount = replace(SATA, holds=(place,)), mounted("/mnt", "sda", holds=(place,))
    day = venue(disk, mount)
    assert sorted(day.kinds) == ["disk_new", "mount_new"] and away(day) == {}
    look(day, *OWN, SATA, mounted("/mnt", "sda"))
    assert away(day) == {"mounts": ["/mnt"], "disks": ["sda"]}, (
        "the same ones, once nothing of ours is on them"
    )


def test_nothing_is_taken_away_before_all_was_read() -> None:
    day = venue(SATA)
    day.reboot()
    assert away(day) == {}
    look(day, *OWN, SATA)
    assert away(day) == {"disks": ["sda"]}, "and the baseline outlives the restart"


def test_a_seal_made_while_nothing_could_be_read_takes_what_is_read_first_for_the_baseline() -> None:
    """Else the box would lose its own network for a reading that failed."""
    day = Ledger(plan(attached=True)).all_read()
    day.read(AttachedReading(unknown="silent"))
    day.act("seal", **SIGNED)
    assert day.kinds == ["attached_unknown"]
    day.advance(10)
    look(day, *OWN, SATA)
    assert away(day) == {} and "disk_new" not in day.kinds
    look(day, *OWN, SATA, SECOND)
    assert away(day) == {"interfaces": ["eth1"]}


# USB


def test_what_hangs_on_a_port_may_be_there_exactly_while_its_device_may() -> None:
    listed = (UsbAllowed(id=USB_STICK.id, port="1-2"),)
    day = Ledger(plan(attached=True, usb_allow=listed)).all_read()
    day.usb(replace(USB_STICK, authorized=True))
    look(day, *OWN)
    day.act("seal", **SIGNED)
    day.advance(10)
    look(day, *OWN, STICK, mounted("/mnt", "sdb"))
    assert (why(day, STICK), why(day, mounted("/mnt", "sdb"))) == ("usb-allowed", "sealed-in")
    assert not day.opened and away(day) == {}
    day.usb(replace(USB_STICK, sha256="cc" * 32, authorized=True))
    assert away(day) == {"mounts": ["/mnt"], "disks": ["sdb"]}
    assert {"disk_new", "mount_new"} <= set(day.kinds) and day.one("disk_new").place == "1-2"


def test_a_disk_whose_grant_has_just_ended_is_no_item_unless_it_stays() -> None:
    day = Ledger(plan(attached=True)).all_read()
    look(day, *OWN)
    day.act("seal", **SIGNED)
    day.usb(USB_STICK)
    people = {**SIGNED, "reason": "拷贝监考名单"}
    day.act("usb.grant", port="1-2", minutes=1, **people)
    day.usb(replace(USB_STICK, authorized=True))
    look(day, *OWN, STICK)
    day.advance(62)
    assert away(day) == {"disks": ["sdb"]} and "disk_new" not in day.kinds
    day.advance(3)
    assert "disk_new" in day.kinds


def test_of_a_device_that_is_let_in_in_part_nothing_else_may_become_a_disk() -> None:
    mixed = replace(
        USB_STICK,
        interfaces=("03:01:01", "08:06:50"),
        faces=("1.0=keyboard", "1.1=storage"),
        held_back=("1.0", "1.1"),
    )
    day = venue()
    day.usb(mixed)
    people = {**SIGNED, "reason": "键盘"}
    day.act("usb.grant", port="1-2", only="keyboard", minutes=5, **people)
    day.usb(replace(mixed, authorized=True, held_back=("1.1",)))
    look(day, *OWN, replace(STICK, face="1.1"))
    assert why(day, replace(STICK, face="1.1")) == "usb-denied" and away(day) == {"disks": ["sdb"]}
    assert why(day, replace(STICK, face="1.0")) == "usb-allowed"
    assert why(day, STICK) == "usb-denied", "who does not tell of which part it is, is of none"


def test_a_tethering_phone_that_somebody_let_in_by_hand_is_taken_down() -> None:
    day = venue()
    day.usb(replace(USB_STICK, authorized=True))
    look(day, *OWN, TETHER)
    assert away(day) == {"interfaces": ["usb0"]} and {"net_new", "usb_open"} <= set(day.kinds)


def test_a_port_whose_device_is_not_told_yet_has_three_seconds() -> None:
    """Two threads tell of one stick; an interface that was taken down too soon nobody brings up again."""
    day = venue(TETHER)
    assert away(day) == {} and not day.opened
    day.advance(3)
    assert away(day) == {}
    day.advance(1)
    assert away(day) == {"interfaces": ["usb0"]} and day.kinds == ["net_new"]


def test_while_usb_itself_is_unknown_nothing_that_hangs_on_it_is_judged() -> None:
    day = venue()
    day.usb(replace(USB_STICK, authorized=True))
    look(day, *OWN, STICK)
    assert away(day) == {"disks": ["sdb"]}
    day.restart()
    look(day, *OWN, STICK)
    assert away(day) == {}


# Storms, and what somebody undoes


def test_the_same_disk_fifty_times_is_one_item_with_a_count() -> None:
    day = venue()
    for _ in range(50):
        look(day, *OWN, SATA)
        day.advance(1)
        look(day, *OWN)
        day.advance(1)
    assert day.kinds == ["disk_new"] and day.one("disk_new").count == 50


def test_a_thousand_mounts_are_eleven_items_and_all_are_taken_away() -> None:
    loops = [mounted(f"/m{number}", "nowhere", on=()) for number in range(1000)]
    day = venue(*loops)
    assert len(day.opened) == 11 and len(away(day)["mounts"]) == 1000


def test_what_comes_back_is_taken_away_again() -> None:
    day = venue(SATA, SECOND)

    def drifted(*items: AttachedAppeared, up: tuple[str, ...] = ()) -> tuple[str, ...]:
        return attached_drifted(
            day.venue, AttachedReading(items=items, up=frozenset(up), radios=OFF), day.now
        )

    assert drifted(*OWN, SECOND) == ()
    assert drifted(*OWN, SECOND, up=("eth0",)) == ()
    assert drifted(*OWN, SECOND, up=("eth1",)) == ("interfaces",)
    assert drifted(*OWN, SATA, SECOND) == ("disks",)


def test_a_level_names_exactly_this_thing() -> None:
    words = {posture(venue(other).venue, venue(other).now).levels["disks"] for other in (
        SATA, replace(SATA, serial="WD-2"), replace(SATA, slot="pci/18"), replace(SATA, name="sdz"),
        replace(SATA, model="X"))}  # fmt: skip
    assert len(words) == 5
    strange = venue(replace(SATA, name="a b=c\n")).posture.levels["disks"]
    assert len(strange.split(" ")) == 2 and "\n" not in strange


# What is recorded


def test_the_same_reading_again_is_no_row() -> None:
    day = venue(SATA)
    assert worth_recording(day.venue, AttachedReading(items=(*OWN, SATA), radios=OFF), day.now) == ()


def test_a_reading_that_fails_is_unknown_once_and_its_end_is_told_last() -> None:
    day = venue()
    (unknown,) = day.read(AttachedReading(unknown="silent"))
    assert unknown.kind == "attached.unknown" and day.read(AttachedReading(unknown="silent")) == ()
    assert day.kinds == ["attached_unknown"] and day.verdict.level != "ok"
    kinds = [body.kind for body in day.read(AttachedReading(items=(*OWN, SATA), radios=OFF))]
    assert kinds == ["attached.appeared", "attached.seen"]


def test_a_row_tells_how_it_was_judged_with_all_that_came_in_the_same_moment() -> None:
    day = venue()
    bodies = day.read(AttachedReading(items=(*OWN, mounted("/mnt", "sda"), SATA), radios=OFF))
    assert [(body.name, body.allowed) for body in bodies if isinstance(body, AttachedAppeared)] == [
        ("/mnt", False), ("sda", False)
    ]  # fmt: skip
    (ok,) = day.read(
        AttachedReading(items=(*OWN, mounted("/mnt", "sda"), SATA, replace(LO, name="venue0")), radios=OFF)
    )
    assert isinstance(ok, AttachedAppeared) and ok.allowed


# Radios


ON = RadiosRead(wifi="on", bluetooth="on")


def test_a_radio_that_is_on_is_shown_before_the_seal_and_switched_off_from_the_seal_on() -> None:
    day = venue(seal=False)
    look(day, *OWN, radios=ON)
    assert day.posture.levels["radios"] == "leave" and not day.opened
    day.act("seal", **SIGNED)
    assert day.posture.levels["radios"] == "block wifi bluetooth" and not day.opened, "what was on until then"
    look(day, *OWN, radios=RadiosRead(wifi="off", bluetooth="off"))
    day.advance(10)
    assert not day.opened and day.posture.levels["radios"] == "leave"
    look(day, *OWN, radios=RadiosRead(wifi="on", bluetooth="off"))
    assert day.kinds == ["radio_on"] and day.posture.levels["radios"] == "block wifi"
    assert (day.one("radio_on").cause, day.one("radio_on").detail) == ("wifi", "wifi-on")


def test_a_radio_that_stays_on_after_the_seal_is_an_incident() -> None:
    day = venue(seal=False)
    look(day, *OWN, radios=ON)
    day.act("seal", **SIGNED)
    day.advance(6)
    assert sorted(incident.cause for incident in day.opened) == ["bluetooth", "wifi"]
    drift = attached_drifted(day.venue, AttachedReading(items=OWN, radios=ON), day.now)
    assert drift == ("radios",)


def test_a_radio_that_nobody_can_tell_of_is_an_incident_and_nothing_is_written() -> None:
    day = venue()
    look(day, *OWN, radios=RadiosRead(wifi="unknown", bluetooth="none"))
    assert day.one("radio_on").detail == "wifi-unknown" and day.posture.levels["radios"] == "leave"


def test_no_radio_is_well() -> None:
    day = venue()
    look(day, *OWN, radios=RadiosRead(wifi="none", bluetooth="none"))
    day.advance(60)
    assert not day.opened


def test_the_ghost_machines_port_comes_and_goes_each_minute_and_is_no_news() -> None:
    day = venue()
    ghost = replace(LO, name="venue-ghost", serial="fe:ff:ff:ff:ff:fe")
    assert worth_recording(day.venue, AttachedReading(items=(*OWN, ghost), radios=OFF), day.now) == ()
    card = replace(ETH0, name="venue-ghost", slot="pci/9#0")
    assert worth_recording(day.venue, AttachedReading(items=(*OWN, card), radios=OFF), day.now) != ()
