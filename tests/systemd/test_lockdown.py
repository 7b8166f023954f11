"""The program that closes USB early in the boot, on a tree of plain files: what is named is let in, nothing else."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from hw import usb_simulated
from hw.usb import authorized_default, scan

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "systemd" / "venue-lockdown"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
HUB, NIC, STICK = "0424:9514", "0424:ec00", "0951:1666"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Two controllers that let everything in: a hub, on it a network adapter, and a stick."""
    for bus in (1, 2):
        usb_simulated.make_bus(tmp_path, bus=bus, authorized_default=1)
    usb_simulated.plug(tmp_path, "1-1", vendor_product=HUB, interfaces=("09:00:00",))
    usb_simulated.plug(tmp_path, "1-1.1", vendor_product=NIC, interfaces=("ff:00:ff",))
    usb_simulated.plug(tmp_path, "2-1", vendor_product=STICK)
    return tmp_path


def lockdown(
    world: Path, *arguments: str, configuration: str | None = None, shell: str = "dash"
) -> subprocess.CompletedProcess[str]:
    """Run it; `configuration` is what lockdown.conf holds."""
    if configuration is not None:
        path = world / "etc/venue-appliance/lockdown.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(configuration)
    argv = [shell, str(PROGRAM), *arguments]
    return subprocess.run(argv, env={"VENUE_ROOT": str(world)}, capture_output=True, text=True, timeout=30)


def let_in(world: Path) -> list[str]:
    return [device.port for device in scan(world) if device.authorized]


@pytest.mark.parametrize("shell", SHELLS)
def test_without_a_configuration_every_controller_denies_and_what_is_in_is_taken_away(
    world: Path, shell: str
) -> None:
    done = lockdown(world, shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert authorized_default(world) == {"usb1": 0, "usb2": 0}
    assert let_in(world) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_named_by_port_and_id_is_let_in_and_nothing_else(world: Path, shell: str) -> None:
    lines = f"# the board's\n\ngrant 1-1 {HUB}\n  grant 1-1.1 {NIC} # network\ngrant 2-1 {HUB}"
    done = lockdown(world, configuration=lines, shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert let_in(world) == ["1-1", "1-1.1"]


def test_a_named_device_stays_let_in_all_the_time(world: Path) -> None:
    """A network adapter that goes for a moment loses its addresses."""
    authorized = world / "sys/bus/usb/devices/1-1/authorized"
    authorized.chmod(0o400)
    before_ns = authorized.stat().st_mtime_ns
    lockdown(world, configuration=f"grant 1-1 {HUB}\n")
    assert authorized.stat().st_mtime_ns == before_ns


BAD_LINES = [
    "grant 1-1",
    f"grant 1-1 {HUB} more",
    f"allow 1-1 {HUB}",
    f"grant * {HUB}",
    f"grant 1-* {HUB}",
    f"grant ../1-1 {HUB}",
    f"grant 1-1: {HUB}",
    f"grant usb1 {HUB}",
    f"grant 1-1. {HUB}",
    "grant 1-1 *:*",
    "grant 1-1 ????:????",
    "grant 1-1 0424:95144",
    f"grant 1-1 {HUB}>",
    "$(touch /tmp/venue-lockdown-ran) `id` ; grant",
    "grant\x001-1 0424:9514",
    "\udcff",
]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_is_not_understood_grants_nothing_is_told_and_hides_no_other(
    world: Path, line: str
) -> None:
    path = world / "etc/venue-appliance/lockdown.conf"
    path.parent.mkdir(parents=True)
    path.write_bytes(f"{line}\ngrant 1-1.1 {NIC}\n".encode(errors="surrogateescape"))
    done = subprocess.run(
        ["dash", str(PROGRAM)], env={"VENUE_ROOT": str(world)}, capture_output=True, timeout=30
    )
    assert (done.returncode, let_in(world)) == (0, ["1-1.1"])
    assert b"grants nothing" in done.stderr
    assert not Path("/tmp/venue-lockdown-ran").exists()


def test_a_controller_that_refuses_is_told_and_leaves_no_other_open(world: Path) -> None:
    refusing = world / "sys/bus/usb/devices/usb1/authorized_default"
    refusing.unlink()
    refusing.mkdir()
    done = lockdown(world)
    assert done.returncode == 1
    assert "usb1/authorized_default reads '', not 0" in done.stderr
    assert authorized_default(world)["usb2"] == 0
    assert let_in(world) == []


@pytest.mark.parametrize("value", ["-1", "3", "2", "255", ""])
def test_a_rule_that_the_kernel_takes_for_allow_all_is_overwritten(world: Path, value: str) -> None:
    (world / "sys/bus/usb/devices/usb1/authorized_default").write_text(value)
    assert lockdown(world).returncode == 0
    assert authorized_default(world) == {"usb1": 0, "usb2": 0}


def test_a_write_that_is_swallowed_is_a_fault(world: Path) -> None:
    swallowing = world / "sys/bus/usb/devices/usb2/authorized_default"
    swallowing.unlink()
    swallowing.symlink_to("/dev/full")
    assert lockdown(world).returncode == 1
    swallowing.unlink()
    swallowing.symlink_to("/dev/null")
    assert lockdown(world).returncode == 1


def test_a_bus_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    done = lockdown(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


# ---- the first time in a boot, and after


def booted(world: Path) -> None:
    """The service has its directory below /run, which is empty at each boot."""
    (world / "run/venue-lockdown").mkdir(parents=True)


def let_in_by_the_guard(world: Path, port: str) -> None:
    (world / f"sys/bus/usb/devices/{port}/authorized").write_text("1\n")


def test_a_restart_takes_nothing_away_that_the_guard_let_in_and_closes_all_the_same(world: Path) -> None:
    booted(world)
    assert lockdown(world).returncode == 0
    assert let_in(world) == []
    let_in_by_the_guard(world, "2-1")
    (world / "sys/bus/usb/devices/usb2/authorized_default").write_text("1\n")
    assert lockdown(world, configuration=f"grant 1-1 {HUB}\n").returncode == 0
    assert let_in(world) == ["1-1", "2-1"]
    assert authorized_default(world) == {"usb1": 0, "usb2": 0}


def test_without_the_mark_of_a_first_run_everything_is_taken_away_again(world: Path) -> None:
    """A directory that is not there or not writable: rather once too often than open."""
    for _ in range(2):
        let_in_by_the_guard(world, "2-1")
        assert lockdown(world).returncode == 0
        assert let_in(world) == []
    booted(world)
    let_in_by_the_guard(world, "2-1")
    assert lockdown(world).returncode == 0
    assert let_in(world) == []


def test_a_first_run_that_could_not_close_everything_is_no_first_run(world: Path) -> None:
    booted(world)
    refusing = world / "sys/bus/usb/devices/usb1/authorized_default"
    refusing.unlink()
    refusing.mkdir()
    assert lockdown(world).returncode == 1
    refusing.rmdir()
    refusing.write_text("1\n")
    let_in_by_the_guard(world, "2-1")
    assert lockdown(world).returncode == 0
    assert let_in(world) == []


def test_when_the_guard_ends_what_is_not_named_is_taken_away_and_what_is_named_stays(world: Path) -> None:
    booted(world)
    lines = f"grant 1-1 {HUB}\ngrant 1-1.1 {NIC}\n"
    assert lockdown(world, configuration=lines).returncode == 0
    let_in_by_the_guard(world, "2-1")
    named = world / "sys/bus/usb/devices/1-1.1/authorized"
    before_ns = named.stat().st_mtime_ns
    assert lockdown(world, "settle").returncode == 0
    assert let_in(world) == ["1-1", "1-1.1"]
    assert named.stat().st_mtime_ns == before_ns


def test_interfaces_that_a_dying_guard_held_back_are_not_held_back_from_what_is_named(world: Path) -> None:
    held = world / "sys/bus/usb/devices/usb1/interface_authorized_default"
    held.write_text("0\n")
    assert lockdown(world, "settle").returncode == 0
    assert held.read_text().strip() == "1"


# ---- by serial and descriptors


def descriptors_hash(world: Path, port: str) -> str:
    return hashlib.sha256((world / f"sys/bus/usb/devices/{port}/descriptors").read_bytes()).hexdigest()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_device_is_compared_in_all_that_its_line_names(world: Path, shell: str) -> None:
    serial = world / "sys/bus/usb/devices/2-1/serial"
    serial.write_text("4B12 34  \n")  # as some UPSes have it
    good, other = descriptors_hash(world, "2-1"), "0" * 64
    for named, same in (
        ('serial="4B12 34  "', True),
        ('serial="4B12 34"', False),
        (f"sha256={good}", True),
        (f"sha256={other}", False),
        (f'serial="4B12 34  " sha256={good}', True),
        (f'serial="4B12 34  " sha256={other}', False),
        (f'serial="another" sha256={good}', False),
    ):
        line = f"grant 2-1 {STICK} {named}\n"
        done = lockdown(world, "settle", configuration=line, shell=shell)
        assert (done.returncode, done.stderr) == (0, "")
        assert (let_in(world) == ["2-1"]) is same, line


@pytest.mark.parametrize("serial", ["A\nB\n", "A\n\n", "A>\n", f"A><2-1 {STICK}  \n", "", "\n", "A\x01\n"])
def test_a_serial_that_plays_with_the_comparison_is_no_other_serial(world: Path, serial: str) -> None:
    (world / "sys/bus/usb/devices/2-1/serial").write_text(serial)
    lines = f'grant 2-1 {STICK} serial="A"\ngrant 2-2 {STICK}\n'
    assert lockdown(world, configuration=lines).returncode == 0
    assert let_in(world) == []


def test_a_device_without_descriptors_is_not_let_in_where_they_are_named(world: Path) -> None:
    digest = descriptors_hash(world, "2-1")
    (world / "sys/bus/usb/devices/2-1/descriptors").unlink()
    assert lockdown(world, configuration=f"grant 2-1 {STICK} sha256={digest}\n").returncode == 0
    assert let_in(world) == []


# ---- as udev runs it


def test_a_later_controller_is_closed_with_what_came_in_and_no_other_bus_is_touched(world: Path) -> None:
    """On the others the guard may have let something in meanwhile."""
    assert lockdown(world, "usb2").returncode == 0
    assert authorized_default(world) == {"usb1": 0, "usb2": 0}
    assert let_in(world) == ["1-1", "1-1.1"]


def test_a_device_that_appears_later_is_let_in_only_if_it_is_named(world: Path) -> None:
    lockdown(world)
    for port in ("1-1", "1-1.1", "2-1", "1-9"):
        assert lockdown(world, port, configuration=f"grant 1-1.1 {NIC}\n").returncode == 0
    assert let_in(world) == ["1-1.1"]


def test_it_says_so_when_it_is_asked_for_nonsense(world: Path) -> None:
    for argument in ("../usb1", "1-1:1.0", "all"):
        assert lockdown(world, argument).returncode == 64


# ---- a box that is nobody's yet


def marked(world: Path) -> Path:
    mark = world / "etc/venue-appliance/unconfigured"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return mark


def kept_out_by_the_kernel(world: Path) -> None:
    """What `usbcore.authorized_default=0` makes of a boot."""
    for path in world.glob("sys/bus/usb/devices/*/authorized*"):
        path.write_text("0\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_box_that_is_nobodys_yet_lets_everything_in_and_says_so(world: Path, shell: str) -> None:
    booted(world)
    marked(world)
    kept_out_by_the_kernel(world)
    done = lockdown(world, configuration="", shell=shell)
    assert done.returncode == 0 and "no venue is configured" in done.stderr
    assert authorized_default(world) == {"usb1": 1, "usb2": 1} and let_in(world) == ["1-1", "1-1.1", "2-1"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("left", ["lockdown.conf", "network.nft", "enrolled"])
def test_the_mark_opens_no_box_on_which_something_was_set_up(world: Path, left: str, shell: str) -> None:
    booted(world)
    (marked(world).parent / left).write_text("# of a venue\n")
    done = lockdown(world, configuration="# of a venue\n" if left == "lockdown.conf" else "", shell=shell)
    assert "no venue is configured" not in done.stderr and authorized_default(world) == {"usb1": 0, "usb2": 0}


def test_what_is_plugged_in_later_works_there_too(world: Path) -> None:
    booted(world)
    marked(world)
    lockdown(world)
    kept_out_by_the_kernel(world)
    assert lockdown(world, "usb2").returncode == 0 and lockdown(world, "1-1").returncode == 0
    assert authorized_default(world) == {"usb1": 1, "usb2": 1} and let_in(world) == ["1-1", "1-1.1", "2-1"]


def test_a_boot_that_began_open_closes_nothing_when_the_guard_is_restarted_and_the_next_one_does(world: Path) -> None:
    booted(world)
    mark = marked(world)
    lockdown(world)
    mark.unlink()  # venue config apply, in the middle of venue setup
    assert lockdown(world, "settle").returncode == 0
    assert let_in(world) == ["1-1", "1-1.1", "2-1"], "the technician's keyboard"
    shutil.rmtree(world / "run/venue-lockdown")
    booted(world)
    assert lockdown(world, configuration=f"grant 1-1 {HUB}\n").returncode == 0
    assert let_in(world) == ["1-1"] and authorized_default(world) == {"usb1": 0, "usb2": 0}


def test_a_mark_that_appears_once_the_boot_is_closed_opens_nothing(world: Path) -> None:
    booted(world)
    lockdown(world)
    marked(world)
    for words in ((), ("settle",), ("usb1",)):
        assert lockdown(world, *words).returncode == 0
        assert let_in(world) == [] and authorized_default(world) == {"usb1": 0, "usb2": 0}
