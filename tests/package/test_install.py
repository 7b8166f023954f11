"""The installer on a fresh Debian 13: from a signed bundle without network under its own systemd, and from a mirror."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import __version__
from scripts import bundle
from tests.package.bundles import another
from tests.package.debs import CHROOT, ROOT, Step, missing, no_chroot, steps_of
from tests.package.test_units_run import no_boot

HERE = Path(__file__).resolve().parent


def no_archive() -> str:
    """Why no bundle is made here, '' where one is."""
    if shutil.which("apt-get") is None or not bundle.KEYRING.exists():
        return "no apt with Debian's keyring: no bundle is made here"
    try:
        bundle.archives()
    except bundle.BundleNotMade as error:
        return str(error)
    return ""


why_not = missing() or no_chroot() or no_archive()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not), reason=why_not or "-")]


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a technician carries to the box, and what nobody should: a directory for the chroot to see."""
    place = tmp_path_factory.mktemp("medium")
    key = place / "release"
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(argv, check=True, timeout=60, stdin=subprocess.DEVNULL)
    here = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    words = ["--bundle", str(place / "bundle.tar"), "--arch", here, "--key", str(key)]
    argv = [sys.executable, str(ROOT / "scripts/build-deb"), *words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    next(place.glob("venue-install-*.pyz")).rename(place / "installer.pyz")
    debs = place / "debs"
    debs.mkdir()
    own = f"venue-appliance_{__version__}_all.deb"
    subprocess.run(["tar", "-x", "-C", debs, "-f", place / "bundle.tar", own], check=True, timeout=60)
    foreign = "arm64" if here == "amd64" else "amd64"
    another(place, debs, "99.0", here, 4_000_000_000).rename(place / "newer.tar")
    another(place, debs, "0.0.1", here, 4_000_000_000).rename(place / "older.tar")
    another(place, debs, "99.1", foreign, 4_000_000_000).rename(place / "foreign.tar")
    with (place / "bundle.tar").open("rb") as whole:
        (place / "torn.tar").write_bytes(whole.read(3_000_000))
    shutil.rmtree(debs)
    key.unlink()
    for name in ("fresh.sh", "install.sh", "mirror.sh"):
        shutil.copy(HERE / name, place)
    return place


@pytest.fixture(scope="module")
def steps(medium: Path) -> dict[str, Step]:
    """What install.sh found out, by step."""
    if no_boot():
        pytest.skip(no_boot())
    argv = [CHROOT, "boot", "--see", medium, medium / "fresh.sh", medium / "install.sh"]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=900)
    found = steps_of(done.stdout)
    assert "purged" in found, done.stdout[-3000:] + done.stderr[-3000:]
    return found


def test_a_fresh_system_without_network_answers_the_check_and_nothing_was_asked(
    steps: dict[str, Step],
) -> None:
    assert steps["network"].said == "0\n"
    assert steps["first"].code == 0, steps["first"].said
    # 20 s where nothing else runs (docs/operations.md); a busy machine's time says nothing.
    assert re.search(r"^seconds: \d+, check: [0-3]$", steps["first"].said, flags=re.M)
    assert '"points": [' in steps["check"].said
    assert steps["package"].said == f"ii {__version__}" and steps["audit"].said == ""
    assert steps["active"].said.split() == ["active"] * 3
    assert steps["page"].said == "200\n", "by TLS, with the certificate that it made"


def test_installed_and_nobodys_yet_it_has_nothing_by_which_a_boot_would_not_believe_the_mark(
    steps: dict[str, Step],
) -> None:
    """What `venue-lockdown` looks for before it leaves USB open."""
    assert steps["nobodys"].said == "unconfigured\n"


def test_what_a_person_needs_is_told_once(steps: dict[str, Step]) -> None:
    said = steps["first"].said
    assert re.search(r"^technician's PIN, shown this once: \d{8}$", said, flags=re.M)
    assert "https://" in said and "SHA-256" in said
    assert "the next boot closes nothing: venue setup, then reboot" in said
    assert steps["pins"].said == "600\ntechnician\n" and steps["key-mode"].said == "600 root\n"
    assert steps["label-page"].said == "1\n"
    assert "PIN" not in steps["again"].said


def test_the_journal_explains_itself_in_chinese(steps: dict[str, Step]) -> None:
    assert "守护程序开始工作" in steps["chinese"].said, "with a locale that the installer made"


def test_a_dry_run_shows_what_would_be_and_leaves_nothing(steps: dict[str, Step]) -> None:
    assert steps["dry-run"].code == 0
    for told in ("not installed; would be installed from", "+++ /etc/default/grub.d/venue-appliance.cfg"):
        assert told in steps["dry-run"].said
    assert steps["dry-run-left"].code == 0


@pytest.mark.parametrize("step", ["again", "once-more"])
def test_a_second_run_changes_nothing_and_says_so(steps: dict[str, Step], step: str) -> None:
    assert steps[step].code == 0 and steps[step].said.startswith("Nothing to change: all is as it must be.\n")
    assert steps["made"].said == "made\n", "GRUB's menu was made once"
    assert steps["grub"].said == "quiet usbcore.authorized_default=0\n"


def test_a_bundle_is_judged_by_the_first_key_and_by_no_other(steps: dict[str, Step]) -> None:
    assert (steps["no-key"].code, steps["wrong-key"].code, steps["other-key"].code) == (77, 77, 77)
    assert "not signed by the key" in steps["wrong-key"].said
    assert steps["first"].code == 0, "a key by which no bundle held is not pinned"
    assert "--key FILE, once" in steps["no-key"].said
    assert "trusts another key" in steps["other-key"].said


@pytest.mark.parametrize(
    ("step", "code", "told"),
    [
        ("wrong-architecture", 69, "this box is"),
        ("torn", 2, "torn"),
        ("older", 77, "older than 99.0"),
        ("sealed", 77, "The venue is sealed"),
        ("sealed-remove", 77, "The venue is sealed"),
        ("older-record", 77, f"older than {__version__}, whose record may lie here"),
    ],
)
def test_what_must_not_be_installed_is_refused_in_one_line(
    steps: dict[str, Step], step: str, code: int, told: str
) -> None:
    *before, refusal = steps[step].said.splitlines()
    assert steps[step].code == code and told in refusal
    # A bundle that is too old was signed by its key all the same: that one is known from then on, and this is told.
    key = "changed: the key by which bundles are judged"
    assert set(before) <= ({key} if step == "older-record" else set())


def test_half_a_package_is_made_whole(steps: dict[str, Step]) -> None:
    assert steps["half"].said == "iHR"
    assert steps["repaired"].code == 0 and steps["repaired-package"].said == "ii "


def test_a_configuration_that_does_not_hold_is_told_and_nothing_goes_on_from_it(
    steps: dict[str, Step],
) -> None:
    assert steps["nonsense"].code == 78 and "the configuration does not hold" in steps["nonsense"].said
    assert steps["nonsense-left"].code == 0
    assert (
        steps["tls-again"].code == 0
        and "changed: /etc/venue-appliance/tls/page.crt" in steps["tls-again"].said
    )


def test_an_upgrade_keeps_what_the_venue_wrote_and_the_way_back_needs_a_word(steps: dict[str, Step]) -> None:
    assert steps["upgrade"].code == 0 and steps["upgraded"].said == "99.0"
    assert steps["kept"].said == "1\n"
    assert steps["downgrade"].code == 0 and steps["downgraded"].said == __version__
    assert steps["still-active"].said.split() == ["active"] * 2


def test_removed_everything_it_changed_is_as_it_was_byte_for_byte(steps: dict[str, Step]) -> None:
    assert steps["seal"].code == steps["unseal"].code == 0
    assert steps["remove"].code == 0, steps["remove"].said
    assert (steps["left"].said, steps["left"].code) == ("", 0)
    assert steps["locale-left"].said == "0\n", "the package that brings locale.gen came with the bundle, and stays"
    assert steps["removed"].said == "rc " and steps["record"].code == steps["ledger"].code == 0
    assert "Nothing to put back" in steps["remove-again"].said


def test_dpkg_alone_takes_back_what_the_boot_reads_and_a_purge_leaves_nothing(steps: dict[str, Step]) -> None:
    assert steps["once-again"].code == 0, steps["once-again"].said
    assert steps["dpkg-remove"].code == steps["dpkg-removed"].code == steps["tls-kept"].code == 0
    assert "venue-appliance.cfg: as it was" in steps["dpkg-remove"].said
    assert steps["purge"].code == 0 and steps["purged"].said == ""


@pytest.fixture(scope="module")
def mirror(medium: Path) -> dict[str, Step]:
    """What mirror.sh found out, by step."""
    argv = [CHROOT, "run", "--see", medium, "bash", medium / "mirror.sh", medium]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=900)
    found = steps_of(done.stdout)
    assert "grub" in found, done.stdout[-3000:] + done.stderr[-3000:]
    return found


def test_without_package_or_mirror_it_says_what_is_missing_in_one_line(mirror: dict[str, Step]) -> None:
    for step, told in (
        ("nothing-named", "--bundle FILE or --package FILE"),
        ("not-ours", "no package of venue-appliance"),
        ("no-mirror", "Without a mirror: --bundle FILE"),
    ):
        assert mirror[step].code != 0 and told in mirror[step].said, mirror[step].said
        assert mirror[step].said.count("\n") == 1


def test_killed_in_the_middle_of_apts_work_it_goes_on(mirror: dict[str, Step]) -> None:
    assert mirror["killed"].code == 0
    assert mirror["half"].said != "ii "
    assert mirror["again"].code == 0, mirror["again"].said
    assert mirror["package"].said == "ii " and mirror["audit"].said == ""
    assert mirror["check"].code == 0
    assert mirror["once-more"].said.startswith("Nothing to change")
    assert mirror["remove"].code == mirror["grub"].code == 0
