"""The installer on made-up roots: what it changes, that it changes it once, and that all of it comes back."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.install.main import main
from appliance.install.system import leave_open
from tests.install.roots import CMDLINE, CONFIG, LOCALE_GEN, pc, pi, picture

REPOSITORY = Path(__file__).resolve().parent.parent.parent
WORD = b"usbcore.authorized_default=0"


def install(root: Path, *words: str) -> int:
    return main(["--root", str(root), *words])


def test_a_raspberry_pi_gets_its_command_line_and_its_config_txt(tmp_path: Path) -> None:
    root = pi(tmp_path)
    assert install(root) == 0
    assert (root / "boot/firmware/cmdline.txt").read_bytes() == CMDLINE[:-1] + b" " + WORD + b"\n"
    assert b"dtoverlay=disable-wifi\n" in (root / "boot/firmware/config.txt").read_bytes()
    assert not (root / "etc/default/grub.d").exists() and not (root / "etc/modules-load.d").exists()


def test_a_pc_gets_a_drop_in_for_grub_and_its_own_file_is_not_touched(tmp_path: Path) -> None:
    root = pc(tmp_path)
    before = (root / "etc/default/grub").read_bytes()
    assert install(root) == 0
    drop_in = (root / "etc/default/grub.d/venue-appliance.cfg").read_text()
    assert f'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX {WORD.decode()}"' in drop_in
    assert (root / "etc/default/grub").read_bytes() == before


def test_the_locale_of_the_journals_chinese_is_named_once_and_no_package_of_locales_is_no_fault(tmp_path: Path) -> None:
    root = pi(tmp_path / "pi")
    assert install(root) == 0
    named = (root / "etc/locale.gen").read_bytes()
    assert named.startswith(LOCALE_GEN) and named.splitlines()[-1] == b"zh_CN.UTF-8 UTF-8"
    (root / "etc/locale.gen").write_bytes(named + b"fr_FR.UTF-8 UTF-8\n")
    assert install(root) == 0 and install(root, "--remove") == 0
    assert (root / "etc/locale.gen").read_bytes() == LOCALE_GEN + b"fr_FR.UTF-8 UTF-8\n", "what others added stays"
    already = pi(tmp_path / "already")
    (already / "etc/locale.gen").write_bytes(b"zh_CN.UTF-8 UTF-8  \n")
    assert install(already) == 0 and (already / "etc/locale.gen").read_bytes() == b"zh_CN.UTF-8 UTF-8  \n"
    other = pc(tmp_path / "pc")
    assert install(other) == 0 and not (other / "etc/locale.gen").exists()


@pytest.mark.parametrize("make", [pi, pc])
@pytest.mark.parametrize("words", [(), ("--i2c",)])
def test_the_second_run_changes_nothing_and_the_way_back_leaves_nothing(
    tmp_path: Path, make: object, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root = (pi if make is pi else pc)(tmp_path)
    before = picture(root)
    assert install(root, *words) == 0
    assert "changed: " in capsys.readouterr().out
    installed = picture(root)
    assert installed != before
    assert install(root) == 0, "what was asked for once holds"
    assert "Nothing to change" in capsys.readouterr().out
    assert picture(root) == installed
    assert install(root, "--remove") == 0
    assert picture(root) == before
    assert install(root, "--remove") == 0
    assert "Nothing to put back" in capsys.readouterr().out


def test_i2c_goes_off_again_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = pi(tmp_path)
    assert install(root) == 0
    without = without_ledger(picture(root))
    assert install(root, "--i2c") == 0
    modules = root / "etc/modules-load.d/venue-i2c.conf"
    assert modules.exists() and b"i2c_arm" in (root / "boot/firmware/config.txt").read_bytes()
    assert install(root, "--no-i2c", "--dry-run") == 0 and modules.exists()
    assert "would be put back: /etc/modules-load.d/venue-i2c.conf" in capsys.readouterr().out
    assert install(root, "--no-i2c") == 0
    found = without_ledger(picture(root))
    assert found.pop("etc/modules-load.d") == "directory" and found == without


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    before = picture(root)
    assert install(root, "--dry-run", "--i2c") == 0
    shown = capsys.readouterr().out
    assert "+++ /boot/firmware/cmdline.txt" in shown and f" {WORD.decode()}\n" in shown
    assert "+dtoverlay=disable-bt\n" in shown and "+dtparam=i2c_arm=on\n" in shown
    assert picture(root) == before
    assert install(root, "--i2c") == 0
    assert install(root, "--dry-run") == 0
    assert "+++" not in capsys.readouterr().out


def test_what_was_done_is_told_though_a_later_step_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    (root / "boot/firmware/cmdline.txt").write_bytes(CMDLINE + CMDLINE)
    assert install(root) == 2
    told = capsys.readouterr()
    assert "changed: /etc/venue-appliance/appliance.toml" in told.out
    assert "not one line" in told.err


def mounted(root: Path, place: str, disk: str, number: str, source: str) -> Path:
    """A mount of this root, and its disk below /sys/devices; gives the disk."""
    mounts = root / "proc/self/mountinfo"
    mounts.parent.mkdir(parents=True, exist_ok=True)
    with mounts.open("a") as file:
        file.write(f"30 1 {number} / {place} rw,relatime shared:1 - ext4 {source} rw\n")
    made = root / "sys/devices" / disk
    made.mkdir(parents=True)
    for name in (f"dev/block/{number}", f"class/block/{Path(source).name}"):
        link = root / "sys" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(made)
    return made


STICK = "platform/xhci-hcd.0/usb2/2-1/2-1:1.0/host0/target0:0:0/0:0:0:0/block/sda/sda2"
CARD = "platform/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0/mmcblk0p2"


@pytest.mark.parametrize("make", [pi, pc])
@pytest.mark.parametrize("place", ["/", "/boot/firmware"])
def test_a_system_on_a_usb_disk_is_refused_before_anything_is_changed(
    tmp_path: Path, make: Callable[[Path], Path], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make(tmp_path)
    mounted(root, place, STICK, "8:2", "/dev/sda2")
    before = picture(root)
    assert install(root) == 69
    assert f"{place} lies on a USB disk" in capsys.readouterr().err
    assert picture(root) == before
    assert install(root, "--remove") == 0, "the way back is open to all"


def test_a_volume_on_a_usb_disk_is_one_and_a_stick_beside_the_card_is_none(tmp_path: Path) -> None:
    root = pi(tmp_path)
    mounted(root, "/", CARD, "179:2", "/dev/mmcblk0p2")
    stick = mounted(root, "/mnt", STICK, "8:2", "/dev/sda2")
    assert install(root) == 0
    volume = mounted(root, "/var", "virtual/block/dm-0", "254:0", "/dev/mapper/var")
    assert install(root) == 0
    (volume / "slaves").mkdir()
    (volume / "slaves/sda2").symlink_to(stick)
    assert install(root) == 69


def test_what_somebody_changed_since_is_kept_and_ours_is_taken_out_of_it(tmp_path: Path) -> None:
    root = pi(tmp_path)
    assert install(root) == 0
    line, config = root / "boot/firmware/cmdline.txt", root / "boot/firmware/config.txt"
    line.write_bytes(line.read_bytes().replace(b"1234abcd-02", b"5678ef00-02"))
    config.write_bytes(config.read_bytes() + b"gpu_mem=16\n")
    assert install(root, "--remove") == 0
    assert line.read_bytes() == CMDLINE.replace(b"1234abcd-02", b"5678ef00-02")
    assert config.read_bytes() == CONFIG + b"gpu_mem=16\n"


def test_what_the_boot_reads_is_put_back_alone_and_the_rest_stays_for_later(tmp_path: Path) -> None:
    root = pi(tmp_path)
    assert install(root) == 0
    assert install(root, "--put-back") == 0
    assert (root / "boot/firmware/cmdline.txt").read_bytes() == CMDLINE
    assert (root / "boot/firmware/config.txt").read_bytes() == CONFIG
    assert (root / "etc/venue-appliance/appliance.toml").exists(), "the venue's own"
    assert install(root, "--remove") == 0
    assert not (root / "etc/venue-appliance").exists() and not (root / "var/lib/venue-install").exists()


def test_a_file_that_somebody_made_his_own_is_left_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pc(tmp_path)
    assert install(root) == 0
    drop_in = root / "etc/default/grub.d/venue-appliance.cfg"
    drop_in.write_text("GRUB_TIMEOUT=9\n")
    assert install(root, "--remove") == 1
    assert "changed since by somebody else, left" in capsys.readouterr().out
    assert drop_in.read_text() == "GRUB_TIMEOUT=9\n"


def test_a_venue_that_is_configured_keeps_its_configuration(tmp_path: Path) -> None:
    root = pi(tmp_path)
    own = root / "etc/venue-appliance/appliance.toml"
    own.parent.mkdir()
    own.write_text('[venue]\ncode = "520100-03"\nname = "mine"\n')
    assert install(root) == 0 and "mine" in own.read_text()
    assert install(root, "--remove") == 0 and "mine" in own.read_text()


def test_an_unknown_board_is_told_before_its_network_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install(pi(tmp_path, "Raspberry Pi 2 Model B Rev 1.1")) == 0
    assert "not in the table of boards" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=24.04\n", "Debian 13"),
        ("ID=debian\nVERSION_ID=12\n", "Debian 13"),
        ("", "something else"),
    ],
)
def test_another_system_is_refused_in_one_sentence(
    tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    (root / "etc/os-release").write_text(text)
    before = picture(root)
    assert install(root) == 69
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1
    assert picture(root) == before


def test_a_fault_in_the_last_file_leaves_the_first_as_well(tmp_path: Path) -> None:
    root = pi(tmp_path)
    (root / "boot/firmware/cmdline.txt").unlink()
    assert install(root) == 2
    assert (root / "boot/firmware/config.txt").read_bytes() == CONFIG


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"format": 99}', b"\xff\xfe", b'{"format": 1, "files": 3}']
)
def test_a_ledger_that_is_not_understood_changes_nothing(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    place = root / "var/lib/venue-install"
    place.mkdir(parents=True)
    (place / "ledger.json").write_bytes(content)
    before = picture(root)
    assert install(root) == 2
    assert "ledger.json" in capsys.readouterr().err
    assert picture(root) == before


def test_a_read_only_root_is_asked_for_by_two_files_and_refused_without_its_partition(tmp_path: Path) -> None:
    root = pi(tmp_path)
    before = picture(root)
    assert install(root, "--state-device", "LABEL=venue-state") == 69
    assert install(root, "--state-device", "LABEL=../../x") == 64
    assert picture(root) == before
    device = root / "dev/disk/by-label/venue-state"
    device.parent.mkdir(parents=True)
    device.touch()
    before = picture(root)
    assert install(root, "--state-device", "LABEL=venue-state") == 0
    fstab = (root / "etc/fstab").read_text()
    assert fstab.count("LABEL=venue-state /var/lib/venue-appliance auto") == 1
    assert 'overlayroot="tmpfs:recurse=0"' in (root / "etc/overlayroot.conf").read_text()
    assert install(root) == 0
    assert (root / "etc/fstab").read_text() == fstab
    assert install(root, "--remove") == 0
    assert picture(root) == before


def test_a_record_on_a_usb_disk_is_refused_before_anything_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    place = root / "dev/disk/by-label"
    place.mkdir(parents=True)
    block = root / "sys/class/block"
    block.mkdir(parents=True)
    for label, name, path in (("stick", "sda2", STICK), ("card", "mmcblk0p2", CARD)):
        (root / "sys/devices" / path).mkdir(parents=True)
        (block / name).symlink_to(root / "sys/devices" / path)
        (root / "dev" / name).touch()
        (place / label).symlink_to(f"../../{name}")
    before = picture(root)
    for device in ("LABEL=stick", "/dev/sda2"):
        assert install(root, "--state-device", device) == 69
        assert "lies on a USB disk" in capsys.readouterr().err and picture(root) == before
    assert install(root, "--state-device", "LABEL=card") == 0


def test_a_root_that_is_only_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = pi(tmp_path)
    (root / "proc/mounts").write_text(
        "/dev/mmcblk0p2 /media/root-ro ext4 ro 0 0\noverlayroot / overlay rw 0 0\n"
    )
    assert install(root) == 77
    assert "overlayroot=disabled" in capsys.readouterr().err


def test_a_record_that_lies_on_the_root_already_is_not_hidden_by_an_empty_partition(tmp_path: Path) -> None:
    root = pi(tmp_path)
    device = root / "dev/disk/by-label/venue-state"
    device.parent.mkdir(parents=True)
    device.touch()
    log = root / "var/lib/venue-appliance/log/events-1.sqlite"
    log.parent.mkdir(parents=True)
    log.touch()
    assert install(root, "--state-device", "LABEL=venue-state") == 77


# Forks a process for each line of its input, "AT ROOT WORDS", that ends before its call number AT that changes a file.
KILLED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from appliance.install.main import main

CALLS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod", "shutil.rmtree")
left = 0

def count(event, args):
    global left
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in CALLS:
        if left == 0:
            os._exit(9)
        left -= 1

for line in sys.stdin:
    at, root, *words = line.split()
    child = os.fork()
    if child == 0:
        sys.stdout = open(os.devnull, "w")
        left = int(at)
        sys.addaudithook(count)
        os._exit(main(["--root", root, *words]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory in memory where there is one: each run waits for the disk a dozen times."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as made:
        yield Path(made)


@pytest.fixture
def killer() -> Iterator[Callable[..., int]]:
    """Runs the installer and kills it before a given call; its exit code, 9 where it was killed."""
    argv = [sys.executable, "-I", "-S", "-B", "-c", KILLED, str(REPOSITORY)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        told, asked = child.stdout, child.stdin

        def killed(at: int, root: Path, *words: str) -> int:
            print(at, root, *words, file=asked, flush=True)
            return int(told.readline())

        yield killed
        asked.close()


@pytest.mark.parametrize("words", [("--i2c",), ("--remove",)])
def test_killed_before_any_call_it_goes_on_and_everything_still_comes_back(
    memory: Path, words: tuple[str, ...], killer: Callable[..., int]
) -> None:
    way = memory / "whole"
    way.mkdir()
    pi(way)
    before = picture(way)
    assert install(way, "--i2c") == 0
    installed = picture(way)
    at = 0
    while True:
        root = memory / str(at)
        root.mkdir()
        pi(root)
        if words == ("--remove",):
            assert install(root, "--i2c") == 0
        code = killer(at, root, *words)
        if code == 0:
            break
        assert code == 9
        for name in ("cmdline.txt", "config.txt"):
            there = (root / "boot/firmware" / name).read_bytes()
            assert there in (before[f"boot/firmware/{name}"][0], installed[f"boot/firmware/{name}"][0])  # type: ignore[index]
        assert install(root, *words) == 0, f"killed at {at}"
        if words != ("--remove",):
            assert without_ledger(picture(root)) == without_ledger(installed), f"killed at {at}"
            assert install(root, "--remove") == 0
        assert picture(root) == before, f"killed at {at}"
        at += 1
    assert at > 15, "a kill at every call"


@pytest.mark.parametrize("first", [(), ("--i2c",)])
def test_killed_before_any_call_the_way_back_alone_puts_everything_back(
    memory: Path, first: tuple[str, ...], killer: Callable[..., int]
) -> None:
    at, code = 0, 9
    while code == 9:
        root = memory / str(at)
        root.mkdir()
        before = picture(pi(root))
        if first:
            assert install(root, *first) == 0
        code = killer(at, root, "--no-i2c" if first else "--i2c")
        assert code in (0, 9)
        assert install(root, "--remove") == 0, f"killed at {at}"
        left = {name: kept for name, kept in picture(root).items() if name not in before}
        assert picture(root) == before, f"killed at {at}: {sorted(left)}"
        at += 1
    assert at > 5


def without_ledger(found: dict[str, object]) -> dict[str, object]:
    """A picture without what the installer keeps for itself: a killed run has written more of it."""
    return {name: value for name, value in found.items() if not name.startswith("var/lib/venue-install/")}


def test_the_script_runs_from_the_tree_and_needs_nothing_from_outside(tmp_path: Path) -> None:
    root = pi(tmp_path)
    argv = [str(REPOSITORY / "scripts/install"), "--root", str(root), "--dry-run"]
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environ)
    assert done.returncode == 0, done.stderr
    assert WORD.decode() in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_who_is_not_root_is_told_so_in_one_sentence() -> None:
    argv = [
        "setpriv",
        "--reuid",
        "65534",
        "--clear-groups",
        "--regid",
        "65534",
        sys.executable,
        "-I",
        "-S",
        "-c",
    ]
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from appliance.install.main import main; sys.exit(main())"
    done = subprocess.run([*argv, code, str(REPOSITORY)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (77, "install: only root can do this: sudo.\n")


def test_a_fresh_box_is_marked_as_nobodys(tmp_path: Path) -> None:
    root = pi(tmp_path)
    assert install(root) == 0 and (root / "etc/venue-appliance/unconfigured").exists()


def test_what_would_be_shown_is_also_that_the_box_starts_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    assert install(root, "--dry-run") == 0 and "unconfigured" in capsys.readouterr().out
    assert install(root, "--dry-run", "--code", "520100-03") == 0
    assert "unconfigured" not in capsys.readouterr().out


@pytest.mark.parametrize("words", [("--code", "520100-03"), ()])
def test_a_mark_that_a_killed_run_left_alone_opens_no_venues_box(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    root = pi(tmp_path)
    assert install(root) == 0
    (root / "etc/venue-appliance/appliance.toml").unlink()  # as a kill between the two left it
    if not words:
        (root / "etc/venue-appliance/lockdown.conf").touch()
    assert install(root, *words) == 0 and not (root / "etc/venue-appliance/unconfigured").exists()


@pytest.mark.parametrize(
    "left", ["etc/venue-appliance/lockdown.conf", "etc/venue-appliance/network.nft",
             "etc/venue-appliance/enrolled", "var/lib/venue-appliance/log/events-3.sqlite"]
)  # fmt: skip
def test_a_box_whose_configuration_alone_is_gone_is_not_marked_as_nobodys(
    tmp_path: Path, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = pi(tmp_path)
    (root / left).parent.mkdir(parents=True, exist_ok=True)
    if left.endswith("enrolled"):
        (root / left).symlink_to("gone")
    else:
        (root / left).write_bytes(b"")
    assert install(root) == 0
    assert (root / "etc/venue-appliance/appliance.toml").exists()
    assert not (root / "etc/venue-appliance/unconfigured").exists(), "sealed yesterday, and open at the next boot"
    assert "the box stays closed" in capsys.readouterr().out


def test_only_a_boot_in_which_the_lockdown_never_began_is_left_open(tmp_path: Path) -> None:
    fresh, failed = tmp_path / "fresh", tmp_path / "failed"
    (fresh / "run").mkdir(parents=True)
    leave_open(fresh)
    leave_open(fresh)
    assert (fresh / "run/venue-lockdown/open").exists()
    (failed / "run/venue-lockdown").mkdir(parents=True)  # the unit's own, kept where it failed at a device
    leave_open(failed)
    assert not (failed / "run/venue-lockdown/open").exists()
