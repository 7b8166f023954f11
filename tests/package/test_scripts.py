"""The maintainer scripts where systemd runs: what they start anew, and when not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.install.guard import asked

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "packaging"
PROGRAMS = (
    "systemd-sysusers", "systemd-tmpfiles", "py3compile", "journalctl", "deb-systemd-helper", "systemctl", "udevadm",
    "deb-systemd-invoke", "py3clean",
)  # fmt: skip


def said_by_postinst(tmp_path: Path, *argv: str) -> list[str]:
    """What postinst asks of systemctl."""
    return [line for line in said_by("postinst", tmp_path, *argv) if line.startswith("systemctl ")]


def said_by(name: str, tmp_path: Path, *argv: str) -> list[str]:
    """What a script asks for; every program that it calls is one that only writes down its words."""
    booted, programs, said = tmp_path / "booted", tmp_path / "bin", tmp_path / "said"
    booted.mkdir()
    programs.mkdir()
    for called in PROGRAMS:
        program = programs / called
        program.write_text(f'#!/bin/sh\necho "{called} $*" >>"{said}"\n')
        program.chmod(0o755)
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    assert "/run/systemd/system" in text
    text = text.replace("@CHANGEABLE@\n", (SCRIPTS / "changeable").read_text(encoding="utf-8"))  # as scripts/build-deb
    script = tmp_path / name
    script.write_text(text.replace("/run/systemd/system", str(booted)), encoding="utf-8")
    environ = {"PATH": f"{programs}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", str(script), *argv], env=environ, check=True, capture_output=True, timeout=60)
    return said.read_text(encoding="utf-8").splitlines()


def test_an_upgrade_replaces_the_guard_and_the_page_that_run(tmp_path: Path) -> None:
    said = said_by_postinst(tmp_path, "configure", "1.0")
    assert "systemctl try-restart venue-guard.service venue-page.service" in said


@pytest.mark.parametrize("why", ["abort-upgrade", "abort-remove", "abort-deconfigure"])
def test_what_was_refused_in_a_sealed_venue_touches_no_guard(tmp_path: Path, why: str) -> None:
    assert said_by_postinst(tmp_path, why, "2.0") == ["systemctl daemon-reload"]


@pytest.mark.skipif(Path("/run/venue-appliance/control.sock").exists(), reason="a guard runs here")
def test_a_removal_ends_the_line_to_the_province_once_no_guard_starts_it_again(tmp_path: Path) -> None:
    stops = [
        line for line in said_by("prerm", tmp_path, "remove") if line.startswith("deb-systemd-invoke stop")
    ]
    assert "venue-guard.service" in stops[0] and stops[1:] == [
        "deb-systemd-invoke stop venue-dial-out.service"
    ]


@pytest.mark.parametrize("put_back", [True, False])
def test_what_the_boot_was_before_is_purged_only_once_it_was_put_back(tmp_path: Path, put_back: bool) -> None:
    kept, programs = tmp_path / "var/lib/venue-install", tmp_path / "bin"
    for directory in (kept, programs):
        directory.mkdir(parents=True)
    (kept / "ledger.json").touch()
    for name, text in (("venue-install", f"exit {int(not put_back)}"), ("rm", f'echo "rm $*" >>"{tmp_path}/said"')):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    for script, argument in (("prerm", "remove"), ("postrm", "purge")):
        text = (SCRIPTS / script).read_text(encoding="utf-8").replace("/var/lib/venue-install", str(kept))
        text = text.replace("@CHANGEABLE@", "changeable() { :; }").replace("/run/systemd/system", str(tmp_path / "no"))
        for name in ("@ENABLED@", "@USERS@", "@GROUPS@"):
            text = text.replace(name, "")
        lines = [line for line in text.splitlines() if "py3clean" not in line]
        (tmp_path / script).write_text("\n".join(lines))
        argv, environ = ["/bin/sh", tmp_path / script, argument], {"PATH": f"{programs}:/usr/bin:/bin"}
        subprocess.run(argv, env=environ, check=True, capture_output=True, timeout=60)  # its rm takes nothing away
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert (f"rm -rf {kept}" in said) == put_back
    assert any("/var/lib/venue-appliance" in line for line in said)


@pytest.mark.skipif(Path("/usr/lib/venue-appliance").exists(), reason="the package itself is installed here")
def test_a_package_of_which_half_is_missing_says_so_in_one_line() -> None:
    argv = ["/usr/bin/python3", "-I", str(SCRIPTS / "venue"), "run"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "venue-appliance is not whole: No module named 'appliance'" in done.stderr


@pytest.mark.parametrize("half", ["empty", "torn"])
def test_a_package_of_which_a_part_is_empty_or_torn_says_so_in_one_line(half: str, tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS.parent / "appliance", tmp_path / "appliance", ignore=shutil.ignore_patterns("__pycache__"))
    part = tmp_path / "appliance/control/__init__.py"
    part.write_bytes(b"" if half == "empty" else part.read_bytes() + b"from appli")
    launcher = tmp_path / "venue"
    text = (SCRIPTS / "venue").read_text(encoding="utf-8")
    launcher.write_text(text.replace("/usr/lib/venue-appliance", str(tmp_path)), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-B", launcher, "run"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("venue-appliance is not whole: "), done.stderr


@pytest.mark.parametrize(("says", "code"), [(0, 0), (75, 1), (3, 1), (124, 1), (1, 0)])
def test_the_package_is_changed_where_the_venue_says_so_or_is_broken_and_not_where_nobody_says_anything(
    tmp_path: Path, says: int, code: int
) -> None:
    for name, text in (("venue", f"exit {says}"), ("timeout", 'shift; exec "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    script = f"set -e\n. {SCRIPTS / 'changeable'}\nchangeable"
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["/bin/sh", "-c", script], env=environ, check=False, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("says", ["", "exit 0", "exit 1", "exec sleep 30"])
def test_the_installer_takes_a_venue_that_says_nothing_for_no_yes(tmp_path: Path, says: str) -> None:
    venue = tmp_path / "venue"
    if says:
        venue.write_text(f"#!/bin/sh\n{says}\n")
        venue.chmod(0o755)
    found = asked(package=True, venue=str(venue), timeout_s=1 if "sleep" in says else 60)
    assert bool(found.why) == ("sleep" in says) and not found.guarded
