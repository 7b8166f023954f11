"""The UPSes that the setup finds, and the files it writes for NUT, which a real upsd reads."""

import os
import random
import shutil
import string
import subprocess
import tempfile
from pathlib import Path

import pytest

from appliance.setup import nut_files
from appliance.setup.change import put
from appliance.setup.ups_found import MAX_BYTES, NotScanned, UsbUps, by_gauge, by_usb, scanned, usb_port
from hw.i2c import I2cError
from tests.fakes.wait import wait_for
from tests.lab.gauge import Gauge
from tests.lab.nut import UPSD
from tests.lab.nut_driver import DRIVER, NutDriver
from tests.lab.wires import Wires, missing

APC = UsbUps(
    driver="usbhid-ups",
    vendor="051d",
    product="0002",
    serial="4B1234P56789",
    name="American Power Conversion Back-UPS ES 700G",
)
# As nut-scanner 2.8 writes it with --disp_nut_conf.
OUTPUT = """\
[nutdev1]
	driver = "usbhid-ups"
	port = "auto"
	vendorid = "051D"
	productid = "0002"
	product = "Back-UPS ES 700G"
	serial = "4B1234P56789"
	vendor = "American Power Conversion"
	bus = "001"
	device = "004"
	busport = "002"
	###NOTMATCHED-YET###bcdDevice = "0106"
[nutdev2]
	driver = "nutdrv_qx"
	port = "auto"
	vendorid = "0665"
	productid = "5161"
	bus = "001"
[nutdev3]
	driver = "snmp-ups"
	port = "10.0.0.9"
	community = "public"
"""


def test_what_the_scanner_names_is_read_and_what_is_no_cable_is_none() -> None:
    assert scanned(OUTPUT.encode()) == (APC, UsbUps(driver="nutdrv_qx", vendor="0665", product="5161"))
    assert scanned(b"") == () and scanned(b"Scanning USB bus.\nNo start IP\n") == ()


@pytest.mark.parametrize(
    ("line", "serial"),
    [
        ('serial = "a\\"b"', ""), ('serial = "x]y"', ""), ("serial = \"1'2\"", ""), ('serial = "  AS1 "', "AS1"),
        ('serial = "张"', ""), ('serial = "' + "9" * 65 + '"', ""),
    ],
)  # fmt: skip
def test_a_serial_that_ups_conf_cannot_hold_is_left_out(line: str, serial: str) -> None:
    (found,) = scanned(OUTPUT.partition("[nutdev2]")[0].replace('serial = "4B1234P56789"', line).encode())
    assert found.serial == serial and '"' not in found.serial


@pytest.mark.parametrize(
    "bad", ['driver = "../evil"', 'vendorid = "05"', 'productid = "zzzz"', 'port = "/dev/ttyS0"']
)
def test_a_section_with_one_wrong_word_is_no_ups(bad: str) -> None:
    key = bad.partition(" ")[0]
    lines = [
        bad if line.strip().startswith(f"{key} ") else line
        for line in OUTPUT.partition("[nutdev2]")[0].splitlines()
    ]
    assert scanned("\n".join(lines).encode()) == ()


@pytest.mark.parametrize("seed", range(40))
def test_no_output_whatever_it_holds_breaks_the_reading(seed: int) -> None:
    rolled = random.Random(seed)
    raw = bytearray(OUTPUT.encode())
    for _ in range(rolled.randint(1, 60)):
        raw[rolled.randrange(len(raw))] = rolled.randrange(256)
    good = set(string.ascii_letters + string.digits + " ./:_+-")
    for ups in scanned(bytes(raw)):
        assert set(ups.serial) <= good and set(ups.driver) <= set(
            string.ascii_lowercase + string.digits + "_-"
        )
        assert ups.name.isprintable() and len(ups.name) <= 64 and len(ups.id) == 9
    with pytest.raises(NotScanned):
        scanned(b"x" * (MAX_BYTES + 1))


def test_a_scanner_that_is_missing_or_fails_is_not_none_found(tmp_path: Path) -> None:
    with pytest.raises(NotScanned):
        by_usb(tmp_path)
    program = tmp_path / "usr/bin/nut-scanner"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(NotScanned):
        by_usb(tmp_path)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{OUTPUT}END\n")
    assert by_usb(tmp_path)[0] == APC


def test_the_gauge_of_a_board_is_found_on_its_bus_and_nonsense_is_none(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    for name in ("i2c-1", "i2c-20", "i2c-x", "null"):
        (tmp_path / "dev" / name).touch()
    gauge = Gauge(volts=4.1, percent=96.5)
    (found,) = by_gauge(tmp_path, gauge.opened)
    assert (found.bus, found.charge_percent, found.volts) == (1, 96.5, 4.1) and gauge.open_buses == 0
    gauge.words = {2: 0xFFFF, 4: 0xFFFF}
    assert by_gauge(tmp_path, gauge.opened) == ()
    gauge.answers = False
    assert by_gauge(tmp_path, gauge.opened) == () and by_gauge(tmp_path / "nowhere", gauge.opened) == ()
    with pytest.raises(I2cError):
        gauge.opened(20)


def test_the_port_of_a_ups_is_told_by_its_serial_and_not_guessed(tmp_path: Path) -> None:
    for port, serial in (("1-1.2", "A"), ("1-1.4", "4B1234P56789")):
        device = tmp_path / "sys/bus/usb/devices" / port
        device.mkdir(parents=True)
        for name, text in {
            "idVendor": "051d",
            "idProduct": "0002",
            "serial": serial,
            "bDeviceClass": "00",
        }.items():
            (device / name).write_text(f"{text}\n")
    assert usb_port(tmp_path, APC) == ("1-1.4", "4B1234P56789")
    assert usb_port(tmp_path, UsbUps(driver="x", vendor="051d", product="0002")) == ("", "")
    assert usb_port(tmp_path / "nowhere", APC) == ("", "")


def test_the_password_stays_the_same_when_the_files_are_written_again(tmp_path: Path) -> None:
    first = nut_files.password_in(tmp_path)
    assert len(first) >= 24 and first != nut_files.password_in(tmp_path)
    for change in nut_files.changes(APC, tmp_path, section="a", password=first):
        put(change)
        assert change.path.stat().st_mode & 0o007 == 0
    assert nut_files.password_in(tmp_path) == first
    assert not any(change.moves for change in nut_files.changes(APC, tmp_path, section="a", password=first))
    (tmp_path / "upsd.users").write_text("[admin]\n    password = somebodyselseslongword\n")
    assert nut_files.password_in(tmp_path) != "somebodyselseslongword"


def test_a_second_ups_leaves_the_first_one_and_a_device_stands_once(tmp_path: Path) -> None:
    other = UsbUps(driver="nutdrv_qx", vendor="0665", product="5161")

    def put_in(ups: UsbUps, section: str) -> str:
        put(nut_files.changes(ups, tmp_path, section=section, password="x" * 20)[0])
        return (tmp_path / "ups.conf").read_text()

    (tmp_path / "ups.conf").write_text("[somebodys]\n    driver = dummy-ups\n")
    assert "somebodys" not in put_in(APC, "server-ups")
    text = put_in(other, nut_files.section_of("switch.ups"))
    assert "[server-ups]" in text and "[switch-ups]" in text and text.count("vendorid") == 2
    text = put_in(APC, "renamed")
    assert "[server-ups]" not in text and "[renamed]" in text and text.count("vendorid") == 2
    assert put_in(other, "switch-ups") == text
    text = put_in(APC, "switch-ups")
    assert "[renamed]" not in text and text.count("vendorid") == 1, "the name that it is given now counts"


@pytest.mark.skipif(bool(missing()) or not UPSD.exists(), reason=missing() or "nut-server is not installed")
def test_a_real_upsd_takes_the_files_and_lets_our_user_in(tmp_path: Path) -> None:
    conf, state = (
        tmp_path / "nut",
        Path(tempfile.mkdtemp(prefix="venue-su-")),
    )  # short: a socket's path has 107 bytes
    conf.mkdir()
    password = nut_files.password_in(conf)
    played = UsbUps(driver=DRIVER, vendor="051d", product="0002", serial="AS1")
    for change in nut_files.changes(played, conf, section="exam", password=password):
        put(change)
    environ = os.environ | {
        "NUT_CONFPATH": str(conf),
        "NUT_STATEPATH": str(state),
        "NUT_ALTPIDPATH": str(state),
    }
    driver = NutDriver(state, "exam")
    driver.start()
    with Wires() as wires:
        space = wires.space("su")
        with wires.inside(space), (tmp_path / "said").open("wb") as said:
            upsd = subprocess.Popen([str(UPSD), "-F", "-u", "root"], env=environ, stdout=said, stderr=said)
        try:
            wait_for(lambda: "OL" in _said(wires, space, "upsc", "exam@127.0.0.1", "ups.status"))
            asked = ("exam@127.0.0.1", "test.battery.stop")
            assert "OK" in _said(wires, space, "upscmd", "-u", nut_files.USER, "-p", password, *asked)
            wait_for(lambda: driver.commands == ["test.battery.stop"])
            assert "ACCESS" in _said(wires, space, "upscmd", "-u", nut_files.USER, "-p", "x", *asked).upper()
        finally:
            upsd.kill()
            upsd.wait(10)
            driver.kill()
            shutil.rmtree(state)


def _said(wires: Wires, space: str, *argv: str) -> str:
    with wires.inside(space):
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr
