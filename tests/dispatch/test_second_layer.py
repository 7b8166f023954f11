"""The second layer from a reading to what becomes of it: a whole guard stepped by hand over a simulated world."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import Segment, write_segments
from appliance.daemon.settings import read
from appliance.demo.world import World
from hw import attached_simulated, usb_simulated
from hw.disks import disks
from hw.interfaces import interfaces
from hw.mounts import mounts
from hw.radios import radios
from tests.fakes.clock import FakeClock
from tests.fakes.guard import SteppedGuard

SIGNED = {"chief": "王主考", "technician": "张工"}
CONFIG = """\
[venue]
code = "520100-03"
name = "考点"
state_dir = "{here}/state"
run_dir = "{here}/run"
timetable = "timetable.toml"
[usb]
enforce = true
allow = [{{ id = "0951:1666", port = "1-2", why = "test" }}]
[simulation]
world = "{here}/world"
"""
TIMETABLE = """\
[[sitting]]
id = "am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
"""
SLOT = "platform/usb1/{port}/{port}:1.0/host0/0:0:0:0"


class Scene:
    """A world with one guard in it, that has read all of it once."""

    def __init__(self, here: Path) -> None:
        self.world = here / "world"
        World(self.world, rooms=1, seats_per_room=3).build()
        write_segments(
            self.world / "clock.toml", FakeClock().wall(), [Segment(real_s=0.0, simulated_s=0.0, rate=1.0)]
        )
        (here / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
        (here / "appliance.toml").write_text(CONFIG.format(here=here), encoding="utf-8")
        (here / "state/log").mkdir(parents=True)
        self.guard = SteppedGuard(read(here / "appliance.toml"), FakeClock())
        self.step(3)

    def step(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.guard.step(1.0)

    @property
    def attached(self) -> dict[str, Any]:
        told: dict[str, Any] = self.guard.board.read().snapshot["usb"]["attached"]  # type: ignore[index]
        return told

    def kinds(self) -> set[str]:
        """The causes of the open items, but for those that this scene is not about."""
        found = {item.cause_kind for item in self.guard.dispatch.venue.open_incidents()}
        return found & {
            "disk_new",
            "net_new",
            "mount_new",
            "radio_on",
            "usb",
            "usb_open",
            "posture",
            "attached_unknown",
        }

    def there(self) -> tuple[set[str], set[str], set[str]]:
        """Disks, interfaces that are up, mounts."""
        return (
            {disk.name for disk in disks(self.world)},
            {card.name for card in interfaces(self.world) if card.up},
            {mount.point for mount in mounts(self.world) if mount.sort != "kernel"},
        )


OWN = ({"mmcblk0"}, {"eth0", "lo"}, {"/", "/boot/firmware"})


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.guard.die()


def more(world: Path) -> None:
    """A disk of its own slot, mounted, a second card, both radios."""
    attached_simulated.add_disk(
        world, "sda", "pci0000:00/0000:00:1f.2", number="8:0", serial="WD-1", model="WDC"
    )
    attached_simulated.add_mount(world, "/mnt/x", "/dev/sda", "ext4", number="8:0")
    attached_simulated.add_interface(world, "eth1", "pci0000:00/0000:00:03.0", mac="52:54:00:00:00:01")
    attached_simulated.add_radio(world, 0, "wlan")


def test_before_the_seal_all_of_it_stays_and_is_shown(scene: Scene) -> None:
    more(scene.world)
    scene.step(5)
    assert scene.there() == ({*OWN[0], "sda"}, {*OWN[1], "eth1"}, {*OWN[2], "/mnt/x"})
    assert radios(scene.world).wifi == "on" and scene.kinds() == set()
    told = {row["name"]: row["why"] for row in scene.attached["rows"]}
    assert (told["sda"], told["eth1"], told["/mnt/x"]) == ("no-seal", "no-seal", "no-seal")
    assert scene.attached["radios"] == {"wifi": "on", "bluetooth": "none"}


def test_after_the_seal_all_of_it_is_taken_away_within_two_seconds_and_is_on_record(scene: Scene) -> None:
    scene.guard.act("seal", **SIGNED)
    scene.step(6)
    more(scene.world)
    scene.step(2)
    assert scene.there() == OWN and radios(scene.world).wifi == "off"
    scene.step(2)
    assert scene.kinds() == {"disk_new", "net_new", "mount_new", "radio_on"}
    assert [row["name"] for row in scene.attached["rows"] if not row["allowed"]] == ["eth1"]
    assert scene.attached["undone"] == [] and scene.attached["radios"]["wifi"] == "off"


def test_what_somebody_puts_up_again_goes_down_again(scene: Scene) -> None:
    scene.guard.act("seal", **SIGNED)
    more(scene.world)
    scene.step(3)
    for _ in range(3):
        (scene.world / "sys/class/net/eth1/flags").write_text(attached_simulated.UP)
        attached_simulated.add_mount(scene.world, "/mnt/x", "10.0.0.9:/x", "nfs4")
        (scene.world / "sys/class/rfkill/rfkill0/soft").write_text("0\n")
        scene.step(2)
        assert scene.there() == OWN and radios(scene.world).wifi == "off"


def test_a_stick_that_is_let_in_by_a_grant_is_a_disk_and_one_that_is_not_is_none(scene: Scene) -> None:
    usb_simulated.plug(scene.world, "1-2")
    scene.step(2)
    scene.guard.act("seal", **SIGNED)
    attached_simulated.add_disk(scene.world, "sda", SLOT.format(port="1-2"), serial="OK")
    scene.step(4)
    assert "sda" in scene.there()[0] and scene.kinds() == set()
    usb_simulated.plug(scene.world, "1-3", serial="OTHER")
    attached_simulated.add_disk(scene.world, "sdb", SLOT.format(port="1-3"), number="8:16", serial="OTHER")
    scene.step(4)
    assert scene.there()[0] == {"mmcblk0", "sda"} and scene.kinds() == {"usb", "disk_new"}
    usb_simulated.unplug(scene.world, "1-2")
    scene.step(5)
    assert scene.there()[0] == {"mmcblk0"}, "what outlives its device is taken away after a moment"


def test_a_disk_that_cannot_be_let_go_is_said_stays_an_item_and_is_tried_again(scene: Scene) -> None:
    scene.guard.act("seal", **SIGNED)
    attached_simulated.add_disk(scene.world, "sda", "pci0000:00/0000:00:1f.2", serial="WD-1")
    link = scene.world / "sys/block/sda"
    directory = link.resolve()
    held = directory.rename(directory.with_name("elsewhere"))
    link.unlink()
    link.mkdir()  # no link: it can not be taken away
    for name in ("size", "dev"):
        (link / name).write_text((held / name).read_text())
    (link / "device").symlink_to(held)
    scene.step(6)
    assert {"disk_new", "posture"} <= scene.kinds() and scene.attached["undone"] == ["disks"]
    (link / "device").unlink()
    for name in ("size", "dev"):
        (link / name).unlink()
    link.rmdir()
    scene.step(10)
    assert scene.attached["undone"] == [] and scene.there() == OWN


def test_what_cannot_be_read_takes_nothing_away_and_is_never_well(scene: Scene) -> None:
    scene.guard.act("seal", **SIGNED)
    scene.step(6)
    (scene.world / "proc/1/mountinfo").rename(scene.world / "proc/1/away")
    more_disk = {"number": "8:0", "serial": "WD-1"}
    attached_simulated.add_disk(scene.world, "sda", "pci0000:00/0000:00:1f.2", **more_disk)
    scene.step(3)
    assert scene.kinds() == {"attached_unknown"} and scene.attached["state"] == "unknown"
    (scene.world / "proc/1/away").rename(scene.world / "proc/1/mountinfo")
    scene.step(3)
    assert scene.there() == OWN and "disk_new" in scene.kinds()


def test_a_guard_that_starts_anew_keeps_the_baseline(scene: Scene) -> None:
    scene.guard.act("seal", **SIGNED)
    scene.step(3)
    scene.guard.die()
    more(scene.world)
    scene.guard.begin()
    scene.step(3)
    assert scene.there() == OWN and {"disk_new", "net_new", "mount_new"} <= scene.kinds()
