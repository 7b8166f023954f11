"""The UPSes that hang on the box: by USB as nut-scanner tells, on the board as a fuel gauge answers.

Source: nut-scanner(8), its output in the form of ups.conf(5); hw.ups.max1704x for the gauge.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.command import CommandError, run
from hw.i2c import I2cBus, I2cError, WordBus
from hw.outside_text import harmless
from hw.ups.max1704x import cell_v, charge_percent
from hw.usb import UsbError, scan

SCANNER = "usr/bin/nut-scanner"
SCAN_S = 60.0
MAX_BYTES, MAX_FOUND = 256 * 1024, 16
GAUGE = 0x36
_VCELL, _SOC = 0x02, 0x04
_BUS = re.compile(r"i2c-(\d{1,3})")
_SECTION = re.compile(r"\[[A-Za-z0-9_-]{1,40}\]")
_VALUE = re.compile(r'\s*([a-z_]{1,20})\s*=\s*"([^"]*)"\s*')
# Drivers of NUT for USB; a scanner that names another one names no UPS on a cable.
_DRIVER = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
# What ups.conf can hold in quotes without an escape.
_SERIAL = re.compile(r"[A-Za-z0-9 ./:_+-]{1,64}")


class NotScanned(Exception):
    """Nobody looked: the scanner is missing or failed; one line says why. Not the same as none found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbUps:
    """A UPS on a USB cable: NUT's driver, ids as in 051d:0002, its serial where one can be written down."""

    driver: str
    vendor: str
    product: str
    serial: str = ""
    name: str = ""

    @property
    def id(self) -> str:
        """As sysfs and `[[usb.allow]]` write it."""
        return f"{self.vendor}:{self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A fuel gauge on the box's own I2C: a UPS board. What the mains do it does not tell: a line does."""

    bus: int
    charge_percent: float
    volts: float


def by_usb(root: Path) -> tuple[UsbUps, ...]:
    """Those that nut-scanner finds on USB. Raises NotScanned."""
    try:
        done = run(
            (str(root / SCANNER), "--usb_scan", "--quiet", "--disp_nut_conf"), timeout_s=SCAN_S, check=False
        )
    except CommandError as error:
        raise NotScanned(f"nut-scanner: {error}") from error
    if done.code != 0:
        raise NotScanned(f"nut-scanner: exit {done.code}")
    return scanned(done.stdout)


def scanned(output: bytes) -> tuple[UsbUps, ...]:
    """What the scanner's output names, each once; a section that is not understood is none. Raises NotScanned."""
    if len(output) > MAX_BYTES:
        raise NotScanned(f"nut-scanner: more than {MAX_BYTES} bytes")
    sections: list[dict[str, str]] = []
    for line in output.decode("utf-8", "replace").splitlines():
        if _SECTION.fullmatch(line.strip()):
            sections.append({})
        elif sections and (value := _VALUE.fullmatch(line)):
            sections[-1].setdefault(value[1], value[2])
    found = (_ups(section) for section in sections[:MAX_FOUND])
    return tuple(dict.fromkeys(ups for ups in found if ups is not None))


def _ups(section: dict[str, str]) -> UsbUps | None:
    driver, vendor, product = (section.get(key, "") for key in ("driver", "vendorid", "productid"))
    if not (_DRIVER.fullmatch(driver) and _HEX.fullmatch(vendor) and _HEX.fullmatch(product)):
        return None
    if section.get("port") != "auto":
        return None
    serial = section.get("serial", "").strip()
    return UsbUps(
        driver=driver,
        vendor=vendor.lower(),
        product=product.lower(),
        serial=serial if _SERIAL.fullmatch(serial) else "",
        name=harmless(f"{section.get('vendor', '')} {section.get('product', '')}".strip()),
    )


def usb_port(root: Path, ups: UsbUps) -> tuple[str, str]:
    """(port, serial as the kernel reads it) of the one device that it is; two blanks where that cannot be told."""
    try:
        there = [device for device in scan(root) if device.vendor_product == ups.id]
    except UsbError:
        return "", ""
    same = [device for device in there if ups.serial and device.serial.strip() == ups.serial]
    one = same if len(same) == 1 else there
    return (one[0].port, one[0].serial) if len(one) == 1 else ("", "")


def by_gauge(root: Path, open_bus: Callable[[int], WordBus] = I2cBus) -> tuple[Gauge, ...]:
    """The gauges that answer sensibly on the box's I2C buses; a bus that cannot be asked has none."""
    try:
        names = sorted(path.name for path in (root / "dev").iterdir())
    except OSError:
        return ()
    numbers = sorted(int(match[1]) for name in names if (match := _BUS.fullmatch(name)))
    found = (_gauge(number, open_bus) for number in numbers)
    return tuple(gauge for gauge in found if gauge is not None)


def _gauge(number: int, open_bus: Callable[[int], WordBus]) -> Gauge | None:
    try:
        bus = open_bus(number)
    except I2cError:
        return None
    try:
        volts = cell_v(bus.read_word(GAUGE, _VCELL))
        charge = charge_percent(bus.read_word(GAUGE, _SOC))
    except I2cError:
        return None
    finally:
        bus.close()
    if volts is None or charge is None:
        return None
    return Gauge(bus=number, charge_percent=round(charge, 1), volts=round(volts, 2))
