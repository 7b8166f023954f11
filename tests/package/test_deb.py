"""The package: the same bytes from the same tree, and its whole life in a Debian 13 chroot."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance import __version__
from appliance.events import BODIES
from tests.package.debs import CHROOT, Step, build, missing, no_chroot, steps_of

LIFE = Path(__file__).resolve().parent / "life.sh"


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "-")]
needs_chroot = pytest.mark.skipif(bool(no_chroot()), reason=no_chroot() or "-")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("deb"))


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    late = str(20_718 * 86_400 - 3600)  # an hour before midnight in UTC, the next day in Shanghai
    first = build(tmp_path / "1", SOURCE_DATE_EPOCH=late, TZ="UTC")
    before = os.umask(0o077)
    try:
        again = build(tmp_path / "2", SOURCE_DATE_EPOCH=late, TZ="Asia/Shanghai", LANG="zh_CN.UTF-8", LC_ALL="C")
    finally:
        os.umask(before)
    assert again.read_bytes() == first.read_bytes()


@pytest.fixture(scope="module")
def life(package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """Every step of life.sh by its name; the second package is the first with a higher version."""
    place = tmp_path_factory.mktemp("debs")
    tree, second = place / "tree", place / "second.deb"
    first = Path(shutil.copy(package, place / "first.deb"))
    subprocess.run(["dpkg-deb", "-R", first, tree], check=True, timeout=60)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 99.0", control.read_text(), flags=re.M))
    again = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, second]
    subprocess.run(again, check=True, timeout=60, capture_output=True)
    shutil.rmtree(tree)
    argv = [CHROOT, "run", "--see", place, "--see", LIFE.parent, "bash", LIFE, first, second]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=900)
    steps = steps_of(done.stdout)
    assert "left-groups" in steps, done.stdout[-3000:] + done.stderr[-3000:]
    return steps


@needs_chroot
def test_it_installs_on_debian_13s_own_packages_and_starts_nothing(life: dict[str, Step]) -> None:
    assert life["install"].code == 0, life["install"].said
    assert life["status"].said == f"ii {__version__}"
    assert "nothing runs yet" in life["install"].said
    for unit in ("venue-lockdown", "venue-network-closed", "venue-guard", "venue-answers"):
        assert f"/{unit}.service\n" in life["enabled"].said
    assert "/venue-page.socket\n" in life["enabled"].said and "venue-prove" not in life["enabled"].said
    assert "/usr/sbin/nologin" in life["users"].said


@needs_chroot
def test_the_command_is_whole_there_and_minds_nobodys_python_path(life: dict[str, Step]) -> None:
    assert life["help"].code == 0 and "verbs:" in life["help"].said
    assert life["version"].said == life["elsewhere"].said == f"venue {__version__}\n"
    assert life["children"].code == 0 and "exam-day.toml" in life["children"].said, "the package data is there"
    assert int(life["compiled"].said) > 0


@needs_chroot
def test_without_a_configuration_it_says_so_in_one_line_and_the_sample_holds(life: dict[str, Step]) -> None:
    assert life["nothing-configured"].code == 78 and life["nothing-configured"].said.count("\n") == 1
    assert life["check"].code == 0 and ": ok: " in life["check"].said
    assert life["apply"].code == 0


@needs_chroot
def test_debian_13s_systemd_understands_the_units_and_its_journal_the_catalog(life: dict[str, Step]) -> None:
    assert (life["verify"].said, life["verify"].code) == ("", 0)
    assert int(life["catalog"].said) == len(BODIES)


@needs_chroot
def test_a_sealed_venue_is_neither_upgraded_nor_loses_its_package(life: dict[str, Step]) -> None:
    assert life["sealed"].said == "sealed\n"
    for step in ("upgrade-sealed", "remove-sealed"):
        assert life[step].code != 0 and "The venue is sealed: nothing is changed now" in life[step].said
        assert "VENUE_ANYWAY" not in life[step].said, "two people can lift the seal"
    assert life["still"].said.endswith(f"i {__version__}"), "installed, whole, the version as it was"
    assert life["still-sealed"].said == "sealed\n" and life["still-works"].code == 0


@needs_chroot
def test_a_sealed_venue_whose_guard_is_dead_is_repaired_and_neither_upgraded_nor_removed(life: dict[str, Step]) -> None:
    for step in ("dead-upgrade", "dead-remove"):
        assert life[step].code != 0 and "by its record the venue is sealed" in life[step].said
        assert "systemctl restart venue-guard" in life[step].said and "VENUE_ANYWAY=1" in life[step].said
    assert life["dead-repair"].code == 0, "the same version anew"
    assert life["dead-anyway"].code == life["dead-back"].code == 0, "people decide"
    assert life["guard-again"].code == 0, life["guard-again"].said


@needs_chroot
def test_an_upgrade_keeps_what_people_wrote(life: dict[str, Step]) -> None:
    assert life["upgrade"].code == 0 and life["upgraded"].said == "ii 99.0"
    assert life["kept"].said.count(":1\n") == 2, life["kept"].said
    assert life["silent"].code == 0, "a guard that does not run keeps nobody from repairing it"


@needs_chroot
def test_purged_it_leaves_nothing(life: dict[str, Step]) -> None:
    assert life["purge"].code == 0
    for step in ("left", "left-users", "left-groups"):
        assert (life[step].said, life[step].code) == ("", 0)


@needs_chroot
def test_lintian_has_nothing_to_say(package: Path) -> None:
    argv = [CHROOT, "run", "--see", package.parent, "lintian", "--allow-root"]
    argv += ["--display-info", "--pedantic", "--fail-on=warning,info,pedantic", package]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=600)
    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr
