"""The package under Debian 13's own systemd: the units run, confined as they are, and come back."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.package.debs import CHROOT, Step, build, missing, no_chroot, steps_of

HERE = Path(__file__).resolve().parent


def no_boot() -> str:
    """Why no systemd runs in a namespace here, '' where one does."""
    found = subprocess.run(["findmnt", "--types", "cgroup2"], capture_output=True, timeout=60, check=False)
    return missing() or no_chroot() or ("" if found.returncode == 0 else "no cgroup2 is mounted here")


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(no_boot()), reason=no_boot() or "-")]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """What units.sh found out, by step; the package was installed and configured before the boot."""
    place = tmp_path_factory.mktemp("boot")
    build(place).rename(place / "first.deb")
    for name in ("prepare.sh", "units.sh"):
        shutil.copy(HERE / name, place)
    argv = [CHROOT, "boot", "--see", place, place / "prepare.sh", place / "units.sh"]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=900)
    found = steps_of(done.stdout)
    assert "closed" in found, done.stdout[-3000:] + done.stderr[-3000:]
    return found


def test_after_the_boot_what_must_be_closed_is_closed_and_the_guard_answers(steps: dict[str, Step]) -> None:
    assert steps["answers"].code == 0
    assert steps["active"].said.split() == ["active"] * 4 and steps["failed"].said == ""
    told = steps["status-text"].said.strip()
    assert told and "\n" not in told, "STATUS= is the verdict in one sentence"


def test_confined_as_it_is_the_guard_loads_its_rules_writes_its_record_and_reads_its_box(
    steps: dict[str, Step],
) -> None:
    kinds = steps["kinds"].said
    for kind in ("network.held", "host.read", "disk.read", "clock.judged", "guard.started"):
        assert f'"{kind}"' in kinds
    for kind in ("posture.failed", "network.unreadable", "log.gap"):
        assert f'"{kind}"' not in kinds
    rights = steps["guard-rights"].said.split()
    assert rights[rights.index("CapEff:") + 1] == f"{1 << 12 | 1 << 13:016x}", "CAP_NET_ADMIN and CAP_NET_RAW"
    assert rights[rights.index("NoNewPrivs:") + 1] == "1" and rights[rights.index("Seccomp:") + 1] == "2"
    assert steps["guard-socket"].said == "root venue 660\n"


def test_what_the_next_boot_reads_is_written_anew_by_a_unit_that_can_do_nothing_else(steps: dict[str, Step]) -> None:
    said = steps["followed-said"].said
    assert steps["followed"].code == 0, said
    assert "-# by hand" in said and "Failed" not in said


def test_the_page_starts_when_it_is_asked_reaches_the_guard_and_nothing_else(steps: dict[str, Step]) -> None:
    assert steps["page-before"].said == "inactive\n", "its socket is there before it"
    assert steps["page"].said.startswith("200 ")
    assert steps["page-user"].said == "venue-page\n"
    assert "CapEff:\t0000000000000000" in steps["page-rights"].said
    assert steps["page-sees"].said.split() == ["outbox", "receipts"], "neither record nor keys"
    links = [line.split()[0] for line in steps["page-links"].said.splitlines()]
    assert links == ["lo"], "no network but its own loopback"


def test_the_page_puts_receipts_down_and_the_guard_has_a_user_of_its_own_look_at_them(steps: dict[str, Step]) -> None:
    names, *_, receipt = steps["page-names"].said.splitlines()
    assert names.startswith("200 ") and re.search(r'"names":\[("520100-03-[^"]+")?\]', names) and receipt == "202"
    assert steps["receipts"].code == 0
    assert steps["receipts-left"].said == "" and steps["receipts-told"].said == "1\n"
    assert steps["denied"].said == "", "nothing that the guard is to see is shut to it as its unit confines it"


def test_the_box_dials_the_one_it_was_enrolled_to_and_nothing_stands_in_its_way(steps: dict[str, Step]) -> None:
    assert steps["dial"].code == steps["dial-stopped"].code == 0
    said = steps["dial-said"].said
    assert "connect to host 198.51.100.11 port 22: Network is unreachable" in said
    for word in ("ermission", "not accessible", "redentials", "No such file", "Bad configuration", "UNPROTECTED"):
        assert word not in said, said


def test_a_page_that_was_killed_is_there_for_the_next_who_asks(steps: dict[str, Step]) -> None:
    assert steps["page-killed"].code == 0 and steps["page-again"].said.startswith("200 ")


def test_the_journal_explains_with_the_fields_filled_in(steps: dict[str, Step]) -> None:
    said = steps["journal"].said
    assert "Subject: The guard began its work" in said and "version: 0" in said and "@VENUE" not in said


def test_a_frozen_guard_is_ended_by_the_watchdog_and_answers_again(steps: dict[str, Step]) -> None:
    assert steps["thawed"].code == steps["answers-again"].code == 0
    assert steps["watchdog"].said == "1\n", "systemd started it anew, once"


def test_nonsense_in_the_configuration_is_one_line_of_its_status_and_the_line_stays_closed(
    steps: dict[str, Step],
) -> None:
    assert steps["nonsense"].code == 0
    said = steps["nonsense-said"].said
    assert "status=78" in said and 'Status: "appliance.toml: ' in said
    assert "appliance.toml: rules.ups_hold_minutes: 0" in said
    assert "table inet venue" in steps["closed"].said
