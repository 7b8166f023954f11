"""What is soldered to the board is the box's own: it never loses its network to its own rule."""

from datetime import UTC, datetime
from pathlib import Path

from appliance.daemon import read, warnings
from hw import usb_simulated
from hw.usb import authorized_default, scan
from tests.fakes.place import Place
from tests.fakes.wait import wait_for

PI_3 = {"1-1": ("0424:9514", ("09:00:00",)), "1-1.1": ("0424:ec00", ("ff:00:ff",))}
ENFORCED = "[usb]\nenforce = true\n"


def world(place: Place, *, model: str, usb: str = ENFORCED) -> Path:
    """A simulated box that calls itself `model`."""
    section = place.simulation(rate=1.0, start=datetime(2098, 9, 1, tzinfo=UTC))
    place.write(section, usb)
    root = place.directory / "world"
    if model:
        (root / "proc/device-tree").mkdir(parents=True)
        (root / "proc/device-tree/model").write_bytes(f"{model}\0".encode())
    return root


def let_in(root: Path) -> list[str]:
    return [device.port for device in scan(root) if device.authorized]


def test_a_raspberry_pi_3_keeps_its_hub_and_network_and_denies_the_stick_beside_them(place: Place) -> None:
    root = world(place, model="Raspberry Pi 3 Model B Rev 1.2")
    for port, (vendor_product, interfaces) in PI_3.items():
        usb_simulated.plug(root, port, vendor_product=vendor_product, interfaces=interfaces)
    usb_simulated.plug(root, "1-1.2")
    before = {port: (root / f"sys/bus/usb/devices/{port}/authorized").stat().st_mtime_ns for port in PI_3}
    assert let_in(root) == ["1-1", "1-1.1", "1-1.2"]
    place.guard()
    wait_for(lambda: let_in(root) == ["1-1", "1-1.1"])
    assert authorized_default(root) == {"usb1": 0}
    for port, at_ns in before.items():
        assert (root / f"sys/bus/usb/devices/{port}/authorized").stat().st_mtime_ns == at_ns, (
            "gone for a moment"
        )
    why = wait_for(lambda: {device["port"]: device["why"] for device in place.status()["usb"]["devices"]})
    assert why == {"1-1": "board", "1-1.1": "board", "1-1.2": "unlisted"}


def test_a_pc_has_no_board_and_a_board_that_nobody_knows_is_a_warning(place: Place) -> None:
    world(place, model="")
    settings = read(place.config)
    assert settings.plan.usb_board == () and not [
        told for told in warnings(settings) if told.startswith("usb")
    ]
    (place.directory / "world/proc/device-tree").mkdir(parents=True)
    (place.directory / "world/proc/device-tree/model").write_bytes(b"Raspberry Pi 400 Rev 1.0\0")
    (told,) = [told for told in warnings(read(place.config)) if told.startswith("usb")]
    assert "Raspberry Pi 400 Rev 1.0 is not in the table of boards" in told


def test_a_listed_device_behind_a_hub_that_nothing_lets_in_is_a_warning(place: Place) -> None:
    allow = 'allow = [{ id = "051d:0002", port = "1-1.4", why = "UPS" }]\n'
    world(place, model="", usb=ENFORCED + allow)
    assert [told for told in warnings(read(place.config)) if "1-1.4 hangs on 1-1" in told]
    (place.directory / "world/proc/device-tree").mkdir(parents=True)
    (place.directory / "world/proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    assert not [told for told in warnings(read(place.config)) if "hangs on" in told]


def test_a_line_of_the_journal_calls_a_port_by_its_name(place: Place) -> None:
    root = world(place, model="", usb=ENFORCED + 'ports = { "1-2" = "左前口" }\n')
    guard = place.guard()
    usb_simulated.plug(root, "1-2", manufacturer="Kingston", product="DT 101")
    wait_for(lambda: "左前口（1-2）：" in place.said(guard))
    line = next(each for each in place.said(guard).splitlines() if "左前口" in each)
    assert "左前口（1-2）：U 盘 / 存储设备“Kingston DT 101”" in line
