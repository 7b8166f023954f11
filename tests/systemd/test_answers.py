"""The units of what answers in the exam network, as systemd and nginx read them."""

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parent.parent.parent / "systemd"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian: systemd)"
)
def test_the_unit_is_one_that_systemd_understands_and_may_little() -> None:
    unit = SYSTEMD / "venue-answers.service"
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
    )
    said = [
        line for line in done.stderr.splitlines() if "is not executable" not in line and unit.name in line
    ]
    assert said == []
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(unit)],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, "less confined than it was"


def test_without_a_file_of_ours_debians_own_are_left_alone() -> None:
    drop_in = (SYSTEMD / "chrony.service.d" / "venue.conf").read_text()
    assert "BindReadOnlyPaths=-/etc/venue-appliance/chrony.conf:/etc/chrony/chrony.conf" in drop_in
    included = (SYSTEMD / "nginx" / "venue.conf").read_text()
    assert "include /etc/venue-appliance/nginx-*.conf;" in included, "a pattern may match nothing"
    assert (
        "ConditionPathExists=/etc/venue-appliance/dnsmasq.conf"
        in (SYSTEMD / "venue-answers.service").read_text()
    )
