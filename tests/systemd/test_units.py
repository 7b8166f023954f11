"""The units: understood by systemd, confined as far as promised, each hardening with its reason beside it."""

import configparser
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parent.parent.parent / "systemd"
UNITS = sorted(path.name for path in (*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.socket")))
# ten times the exposure that systemd-analyze tells; NUT's and node-exporter's units have 92 to 96
EXPOSED_AT_MOST = {
    "venue-guard.service": 28,
    "venue-page.service": 6,
    "venue-backup.service": 30,
    "venue-copy@.service": 30,
    "venue-boot-files@.service": 15,
    "venue-answers.service": 25,
    "venue-receipts.service": 6,
    "venue-dial-out.service": 12,
    "venue-province-pull.service": 12,
}
needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian: systemd)"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, timeout=60)


def settings(name: str) -> list[tuple[str, str, bool]]:
    """Each line of a unit: its key, its value, whether a comment stands above it or its paragraph."""
    found, said = [], False
    for line in (SYSTEMD / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("["):
            said = False
        elif line.startswith("#"):
            said = True
        else:
            key, _, value = line.partition("=")
            found.append((key, value, said))
    return found


def values(name: str, key: str) -> list[str]:
    return [value for known, value, _ in settings(name) if known == key]


@needs_analyze
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line_of_a_unit(unit: str) -> None:
    done = analyze("verify", "--man=no", str(SYSTEMD / unit))
    assert [line for line in done.stderr.splitlines() if "is not executable" not in line] == []


@needs_analyze
@pytest.mark.parametrize(("unit", "most"), EXPOSED_AT_MOST.items())
def test_a_unit_is_confined_as_far_as_promised(unit: str, most: int) -> None:
    if unit not in UNITS:
        pytest.skip(f"{unit} is not built yet")
    done = analyze("security", "--offline=true", f"--threshold={most}", str(SYSTEMD / unit))
    assert done.returncode == 0, done.stdout.splitlines()[-1]


HARDENING = re.compile(
    r"Protect|Private|Restrict|SystemCall|Capability|NoNew|LockPers|MemoryDeny|UMask|Device|IPAddr|ReadWrite|Inaccess"
)


@pytest.mark.parametrize("unit", UNITS)
def test_each_hardening_has_its_reason_beside_it(unit: str) -> None:
    without = [key for key, _, said in settings(unit) if HARDENING.match(key) and not said]
    assert without == []


def test_the_guard_is_ready_when_it_says_so_fed_by_its_own_turn_and_comes_back_for_ever() -> None:
    for key, value in (
        ("Type", "notify"),
        ("WatchdogSec", "10"),
        ("Restart", "always"),
        ("RestartPreventExitStatus", "78"),
        ("StartLimitIntervalSec", "0"),
        ("CapabilityBoundingSet", "CAP_NET_ADMIN CAP_NET_RAW"),
        ("OOMScoreAdjust", "-900"),
    ):
        assert values("venue-guard.service", key) == [value]


@pytest.mark.parametrize("unit", ["venue-lockdown.service", "venue-network-closed.service", "venue-guard.service"])
def test_what_closes_and_who_watches_have_the_processor_before_others_while_the_box_starts(unit: str) -> None:
    assert values(unit, "StartupCPUWeight") == ["1000"]
    assert values(unit, "CPUWeight") == [], "beside a running exam they are as everybody"


def test_the_page_has_no_network_no_capability_and_may_not_see_what_the_venue_keeps() -> None:
    for key, value in (
        ("User", "venue-page"),
        ("CapabilityBoundingSet", ""),
        ("PrivateNetwork", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("TemporaryFileSystem", "/var/lib/venue-appliance:ro"),
        ("BindReadOnlyPaths", "-/var/lib/venue-appliance/outbox -/var/lib/venue-appliance/receipts/answers"),
        ("BindPaths", "-/var/lib/venue-appliance/receipts/incoming"),
    ):
        assert values("venue-page.service", key) == [value]


def test_the_provinces_pull_comes_back_for_ever_writes_its_own_place_alone_and_runs_at_no_venue() -> None:
    unit = "venue-province-pull.service"
    for key, value in (
        ("ConditionPathExists", "/srv/venues/venues.toml"),
        ("Restart", "always"),
        ("SuccessExitStatus", "2"),
        ("RestartPreventExitStatus", "78"),
        ("CapabilityBoundingSet", ""),
        ("ReadWritePaths", "/srv/venues"),
    ):
        assert values(unit, key) == [value]
    text = (SYSTEMD / unit).read_text(encoding="utf-8")
    assert "\n[Install]" not in text, "the package would enable it on every box"


def test_a_frozen_box_is_started_anew_by_a_watchdog_the_board_can_count_to() -> None:
    drop_in = configparser.ConfigParser(strict=True)
    drop_in.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys keep their case
    drop_in.read(SYSTEMD / "system.conf.d" / "venue-appliance.conf")
    assert int(drop_in["Manager"]["RuntimeWatchdogSec"]) < 15, "the Raspberry Pi's counts to 15 s at most"


@needs_root
@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
def test_the_pages_user_is_in_no_group_and_can_not_log_in(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(SYSTEMD / "sysusers.d" / "venue-appliance.conf")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    users = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/group").read_text().splitlines()}
    assert users["venue-page"][6] == "/usr/sbin/nologin" and users["venue-page"][2] != "0"
    assert groups["venue"][3] == "", "nobody is a technician until somebody is made one"


@needs_root
@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="systemd-tmpfiles is not installed")
def test_nobody_can_list_the_state_directory(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    backup = "venue-backup:x:901:901::/:/usr/sbin/nologin\n"
    receipts = "venue-receipts:x:904:904::/:/usr/sbin/nologin\n"
    (tmp_path / "etc" / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\n{backup}{receipts}")
    groups = {"root": 0, "www-data": 33, "venue-backup": 901, "venue": 902, "venue-page": 903, "venue-receipts": 904}
    (tmp_path / "etc" / "group").write_text("".join(f"{name}:x:{gid}:\n" for name, gid in groups.items()))
    made = subprocess.run(
        ["systemd-tmpfiles", "--create", f"--root={tmp_path}",
         str(SYSTEMD / "tmpfiles.d" / "venue-appliance.conf")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE((tmp_path / "var/lib/venue-appliance").stat().st_mode) == 0o711
    private = [(name, 0o700, 901, 901) for name in ("index", "spool", "keys")]
    shared = [("outbox", 0o2750, 901, 33), ("receipts", 0o750, 904, 904), ("receipts/incoming", 0o770, 904, 903)]
    shared.append(("receipts/answers", 0o750, 904, 903))
    for name, mode, user, group in (*shared, *private):
        found = (tmp_path / "var/lib/venue-appliance" / name).stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (mode, user, group)


def test_the_guard_starts_in_a_directory_that_it_may_write_for_the_pins() -> None:
    """Python3-lgpio makes its `.lgd-nfy0` there; in a place for reading alone no lamp and no button would work."""
    (place,) = values("venue-guard.service", "WorkingDirectory")
    (own,) = values("venue-guard.service", "RuntimeDirectory")
    assert place == f"/run/{own}"
