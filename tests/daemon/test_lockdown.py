"""lockdown.conf comes from the configuration, whole or not at all, and what differs from it is said."""

from datetime import UTC, datetime
from pathlib import Path

from appliance.config.lockdown import OPEN
from appliance.config.lockdown import read as read_lockdown
from appliance.daemon import lockdown, read, warnings
from appliance.events.plan import NOBODY
from tests.fakes.place import Place

ALLOW = """\
[usb]
enforce = true
allow = [
    { id = "051d:0002", port = "1-1.4", serial = "4B12  ", why = "UPS cable" },
    { id = "0bda:8153", port = "1-1.10", why = "network" },
    { id = "05e3:0608", port = "1-1", why = "hub" },
    { id = "0951:1666", port = "2-1", serial = "Müller", why = "a serial that no shell compares" },
]
"""
GRANTED = ("1-1 05e3:0608", '1-1.4 051d:0002 serial="4B12  "', "1-1.10 0bda:8153")


def file_of(place: Place) -> Path:
    return place.directory / "lockdown.conf"


def test_what_is_listed_is_granted_a_hub_before_what_hangs_on_it(place: Place) -> None:
    place.write(ALLOW)
    done = place.venue("config", "apply", str(place.config))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"+grant {GRANTED[0]}" in done.stdout.splitlines()
    assert read_lockdown(file_of(place).read_bytes()).grants == GRANTED
    assert "# not here, its serial cannot be written down: 2-1 0951:1666" in file_of(place).read_text()
    assert place.venue("config", "apply", str(place.config)).stdout == f"{file_of(place)}: as it must be\n"


def test_a_dry_run_prints_the_difference_and_writes_nothing(place: Place) -> None:
    place.write(ALLOW)
    done = place.venue("config", "apply", "--check", str(place.config))
    assert done.returncode == 1 and f"+grant {GRANTED[0]}" in done.stdout
    assert not file_of(place).exists()
    place.venue("config", "apply", str(place.config))
    assert place.venue("config", "apply", "--check", str(place.config)).returncode == 0


def test_a_configuration_with_faults_leaves_the_old_file(place: Place) -> None:
    place.write(ALLOW)
    place.venue("config", "apply", str(place.config))
    before = file_of(place).read_bytes()
    place.write('[usb]\nenforce = true\nallow = [{ id = "xyz", port = "1-1", why = "?" }]\n')
    done = place.venue("config", "apply", str(place.config))
    assert done.returncode == 78 and "usb.allow[0].id" in done.stderr and "Traceback" not in done.stderr
    assert file_of(place).read_bytes() == before


def test_a_file_that_can_not_be_put_in_place_is_one_clear_error(place: Place) -> None:
    place.write(ALLOW)
    file_of(place).mkdir()
    done = place.venue("config", "apply", str(place.config))
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"{file_of(place)}: Is a directory: left as it was\n"


def test_the_board_is_granted_too(place: Place) -> None:
    place.write(place.simulation(rate=1.0, start=datetime(2098, 9, 1, tzinfo=UTC)), "[usb]\nenforce = true\n")
    model = place.directory / "world/proc/device-tree/model"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"Raspberry Pi 3 Model B Plus Rev 1.3\0")
    settings = read(place.config)
    lockdown.put(settings)
    assert read_lockdown(file_of(place).read_bytes()).grants == (
        "1-1 0424:2514",
        "1-1.1 0424:2514",
        "1-1.1.1 0424:7800",
    )


def test_what_differs_is_a_warning_each_way_and_comments_are_none(place: Place) -> None:
    place.write(ALLOW)
    settings = read(place.config)
    told = [each for each in warnings(settings) if "lockdown.conf" in each]
    assert len(told) == 3 and all("not let in at boot" in each for each in told)
    lockdown.put(settings)
    assert [each for each in warnings(settings) if "lockdown.conf" in each] == []
    file_of(place).write_text("# by hand\n" + "".join(f"grant {each}\n" for each in reversed(GRANTED)))
    assert [each for each in warnings(settings) if "lockdown.conf" in each] == [], (
        "only what is granted counts"
    )
    file_of(place).write_text("grant 1-9 1234:5678\nnonsense\n")
    told = [each for each in warnings(settings) if "lockdown.conf" in each]
    assert any("1-9 1234:5678 is let in at boot and not listed" in each for each in told)
    assert any("'nonsense': not understood" in each for each in told)


def test_a_box_that_became_somebodys_closes_from_its_next_boot_on(place: Place) -> None:
    mark = place.directory / "unconfigured"
    mark.touch()
    place.write()
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace("520100-03", NOBODY), encoding="utf-8")
    assert place.venue("config", "apply", str(place.config)).returncode == 0 and mark.exists(), "nobody's yet"
    assert not file_of(place).exists(), "with one the boot would not believe the mark"
    assert not [line for line in warnings(read(place.config)) if "config apply" in line], "nothing is owed"
    place.write()
    looked = place.venue("config", "apply", "--check", str(place.config))
    assert looked.returncode == 1 and str(mark) in looked.stdout and mark.exists()
    done = place.venue("config", "apply", str(place.config))
    assert done.returncode == 0 and "closes USB and the line from the next boot on" in done.stdout
    assert not mark.exists() and file_of(place).exists()
    assert "unconfigured" not in place.venue("config", "apply", str(place.config)).stdout


def test_the_mark_goes_also_where_the_record_keeps_the_rules_from_being_made(place: Place) -> None:
    mark = place.directory / "unconfigured"
    mark.touch()
    place.write()
    log = read(place.config).log_directory
    log.mkdir(parents=True)
    (log / "events-1.sqlite").write_bytes(b"no database" * 100)
    done = place.venue("config", "apply", str(place.config))
    assert done.returncode == 2 and "rules and answers are left as they were" in done.stderr
    assert not mark.exists() and str(mark) in done.stdout, "a box that is somebody's does not start open"


def test_a_mark_beside_a_configuration_that_was_never_applied_is_a_warning(place: Place) -> None:
    mark = place.directory / "unconfigured"
    place.write()
    assert not [line for line in warnings(read(place.config)) if str(mark) in line]
    mark.touch()
    assert [line for line in warnings(read(place.config)) if str(mark) in line and "venue config apply" in line]
    place.venue("config", "apply", str(place.config))
    assert not [line for line in warnings(read(place.config)) if str(mark) in line]


def test_a_boot_that_began_open_closes_no_port_under_the_technicians_hands(place: Place, tmp_path: Path) -> None:
    place.write(ALLOW)
    plan = read(place.config, tmp_path).plan
    assert plan.usb and plan.attached and not plan.usb_next_boot
    (tmp_path / OPEN).parent.mkdir(parents=True)
    (tmp_path / OPEN).touch()
    settings = read(place.config, tmp_path)
    assert not settings.plan.usb and not settings.plan.attached and settings.plan.usb_next_boot
    assert [line for line in warnings(settings) if "from the next one on, reboot" in line]


def test_only_where_the_boot_reads_them_and_a_unit_can_write_them_do_the_files_follow(
    place: Place, tmp_path: Path
) -> None:
    place.write(ALLOW)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (unit := tmp_path / "usr/lib/systemd/system/venue-boot-files@.service").parent.mkdir(parents=True)
    unit.touch()
    assert not read(place.config, tmp_path).plan.boot_files, "another configuration than the boot's"


def test_a_command_line_that_a_broken_off_removal_left_is_told(tmp_path: Path) -> None:
    assert lockdown.kernel_line(tmp_path) is None, "neither a Raspberry Pi nor GRUB"
    (tmp_path / "etc/default/grub.d").mkdir(parents=True)
    (tmp_path / "etc/default/grub").touch()
    assert str(lockdown.kernel_line(tmp_path)).endswith("venue-install")
    own = tmp_path / "etc/default/grub.d/venue-appliance.cfg"
    own.write_text('GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX usbcore.authorized_default=0"\n')
    assert lockdown.kernel_line(tmp_path) is None
    pi = tmp_path / "boot/firmware/cmdline.txt"
    pi.parent.mkdir(parents=True)
    pi.write_text("console=tty1 root=PARTUUID=1 rootwait\n")
    assert "cmdline.txt: does not say usbcore.authorized_default=0" in str(lockdown.kernel_line(tmp_path))
    pi.write_text("console=tty1 usbcore.authorized_default=0\n")
    assert lockdown.kernel_line(tmp_path) is None
