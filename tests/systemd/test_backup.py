"""The unit of a backup: its user may read everything, write its own and report; systemctl is asked where it runs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.config import DEFAULT_PATH
from appliance.config.glance import RUN_DIR
from appliance.enforce import unit
from appliance.enforce.job import UNIT
from tests.fakes.place import ROOT, Place

UNIT_FILE = ROOT / "systemd" / UNIT
UID, GROUP = 64801, 64802
# The guard, and a job with the rights of the unit, where user and group exist: in a mount namespace of their own.
SCRIPT = f"""\
set -e
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
chown -R {UID} "$2/outbox" "$2/index" "$2/spool" "$2/keys"
"$3" -m appliance run & guard=$!
trap 'kill $guard; wait $guard || true' EXIT
until "$3" -m appliance status >/dev/null 2>&1 || [ $? -lt 3 ]; do kill -0 $guard; done
chgrp {GROUP} "$1/run/control.sock"
setpriv --reuid {UID} --regid {GROUP} --clear-groups --no-new-privs --bounding-set -all,+dac_read_search \\
    --inh-caps +dac_read_search --ambient-caps +dac_read_search \\
    "$3" -m appliance backup run --job "$1/request.json"
"$3" -m appliance events --json --kind bundle.published
"""


@pytest.fixture
def place() -> "Place":
    made = Place()
    yield made
    made.close()


def test_the_unit_says_who_it_is_what_it_may_and_that_everything_else_comes_first() -> None:
    text = UNIT_FILE.read_text()
    for line in (
        "Type=oneshot", "User=venue-backup", "Group=venue", "CapabilityBoundingSet=CAP_DAC_READ_SEARCH",
        "IOWeight=20", "MemoryMax=384M", "SuccessExitStatus=75",
    ):  # fmt: skip
        assert f"\n{line}\n" in text
    assert f"run --config {DEFAULT_PATH} --job {RUN_DIR}/backup-request.json\n" in text


def test_the_unit_is_asked_only_where_systemd_runs_and_has_it(tmp_path: Path) -> None:
    assert not unit.runs(UNIT, tmp_path)
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/system" / UNIT).touch()
    assert not unit.runs(UNIT, tmp_path), "a chroot has the file, and nobody who starts it"
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert unit.runs(UNIT, tmp_path)


@pytest.mark.root
def test_with_the_units_rights_a_bundle_is_made_of_what_only_root_may_read_and_reported(place: Place) -> None:
    if os.getuid() != 0 or not shutil.which("setpriv") or not shutil.which("unshare"):
        pytest.skip("needs root and util-linux: a user and a group of its own")
    place.write(backup=True)
    (place.answers / "1" / "17.ans").chmod(0o600)
    place.answers.chmod(0o700)
    for name in ("outbox", "index", "spool", "keys"):
        (place.state / name).mkdir(parents=True, mode=0o700)
    (place.directory / "passwd").write_text(
        Path("/etc/passwd").read_text() + f"venue-backup:x:{UID}:{UID}::/:/usr/sbin/nologin\n"
    )
    (place.directory / "group").write_text(Path("/etc/group").read_text() + f"venue:x:{GROUP}:\n")
    request = place.directory / "request.json"
    request.write_text(json.dumps({"kind": "full", "reason": "test", "log_seq": 1, "log_hash": "00"}))
    request.chmod(0o600)
    done = subprocess.run(
        ("unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", str(place.directory),
         str(place.state), sys.executable),
        cwd=ROOT, env=place.environ(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    name, *told = done.stdout.split("\n", 1)
    (event,) = json.loads(told[0])["events"]
    assert event["body"]["name"] == name and event["body"]["files"] == 1 and event["body"]["incomplete"] == []
    (data,) = (place.state / "outbox").glob("*.age")
    assert data.stat().st_uid == UID
