"""The fuel gauge's driver on the kernel's own I2C: in the guest, with i2c-stub as the chip.

Debian's kernels have no simulated GPIO chip, so the power-fail line is gpiozero's mock.
"""

import json
from collections.abc import Iterator

import pytest

from tests.lab.vm import Vm

pytestmark = [pytest.mark.vm, pytest.mark.slow]

# Run in the guest, with the guest's Python and the kernel's /dev/i2c-N. The line is high: the mains are on.
READ = """\
import dataclasses, json, sys
sys.path.insert(0, "/usr/lib/venue-appliance")
from gpiozero.pins.mock import MockFactory
from hw.ups.max1704x import Max1704xOptions, Max1704xUps
from hw.ups.reading import UpsError

options = Max1704xOptions(bus=int(sys.argv[1]), address=int(sys.argv[2], 0), gpio=6, mains_lost="low", pull="up")
ups = Max1704xUps(options, pin_factory=MockFactory())
try:
    told = dataclasses.asdict(ups.read())
except UpsError as error:
    told = {"refused": error.reason, "detail": str(error)}
ups.close()
print(json.dumps(told))
"""


@pytest.fixture
def bus(vm: Vm) -> Iterator[int]:
    """The number of a bus with one chip on it, at 0x36."""
    vm.install_project()
    vm.put("/run/read.py", READ)
    vm.out("modprobe i2c-dev && modprobe i2c-stub chip_addr=0x36")
    yield int(vm.out("cd /sys/bus/i2c/devices && grep -l 'SMBus stub' i2c-*/name | sed 's,i2c-,,;s,/name,,'"))
    vm.out("modprobe --remove i2c-stub")


def told(vm: Vm, bus: int, address: str = "0x36") -> dict[str, object]:
    """What the driver reads in the guest."""
    told: dict[str, object] = json.loads(vm.out(f"python3 /run/read.py {bus} {address}", timeout_s=120))
    return told


def test_the_gauge_is_read_through_the_kernel(vm: Vm, bus: int) -> None:
    # 52 480 * 1.25 mV / 16 = 4.1 V and 22 400 / 256 = 87.5 %; the chip's higher byte is first, SMBus' lower one.
    vm.out(f"i2cset -y {bus} 0x36 0x02 0x00cd w && i2cset -y {bus} 0x36 0x04 0x8057 w")
    reading = told(vm, bus)
    assert (reading["battery_v"], reading["charge_percent"]) == (4.1, 87.5)
    assert (reading["status"], reading["absurd"]) == (["OL"], [])


def test_a_gauge_without_a_cell_tells_no_figures(vm: Vm, bus: int) -> None:
    """The stub's registers begin with zeros, as a gauge whose cell was taken out."""
    reading = told(vm, bus)
    assert (reading["battery_v"], reading["absurd"]) == (None, ["battery.voltage"])


def test_a_chip_that_does_not_answer_and_a_bus_that_is_not_there_are_told(vm: Vm, bus: int) -> None:
    assert told(vm, bus, "0x37")["refused"] == "no-device"
    assert told(vm, 99)["refused"] == "no-device"
