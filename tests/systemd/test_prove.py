"""The unit of the ghost machine."""

import shutil
import subprocess
from pathlib import Path

UNIT = Path(__file__).resolve().parent.parent.parent / "systemd" / "venue-prove.service"


def test_the_unit_may_what_a_ghost_needs_and_is_understood_by_systemd() -> None:
    text = UNIT.read_text()
    for line in (
        "Type=oneshot",
        "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_ADMIN",
        "RestrictNamespaces=net",
    ):
        assert f"\n{line}\n" in text
    assert "net prove --job" in text
    if shutil.which("systemd-analyze"):
        argv = ["systemd-analyze", "verify", "--man=no", str(UNIT)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        said = [
            line
            for line in done.stderr.splitlines()
            if "is not executable" not in line and "venue-prove" in line
        ]
        assert said == []
