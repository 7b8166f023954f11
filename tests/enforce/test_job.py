"""Bundles are made one at a time; what was asked meanwhile is asked again by its level, and is one."""

import json
from pathlib import Path

from appliance.enforce.job import BackupJobs
from appliance.events.bodies import BackupFailed
from appliance.exam.posture import BackupWanted
from tests.fakes.wait import wait_for


def test_while_one_runs_no_other_is_started_and_the_next_gets_what_is_wanted_then(tmp_path: Path) -> None:
    told: list[BackupFailed] = []
    program = tmp_path / "job"
    program.write_text(
        f'#!/bin/sh\ncat "$1" >> {tmp_path}/asked\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.02; done\n'
    )
    program.chmod(0o755)
    jobs = BackupJobs(argv=(str(program),), request=tmp_path / "request.json", report=told.append)
    first = BackupWanted(newer_than_seq=1, reason="phase")
    assert jobs.start(first, (10, "aa"), "running")
    wait_for(lambda: (tmp_path / "asked").exists() and (tmp_path / "asked").read_text())
    for seq in (2, 3):
        assert not jobs.start(
            BackupWanted(newer_than_seq=seq, reason="interval"), (10 + seq, "bb"), "running"
        )
    (tmp_path / "go").touch()
    wait_for(lambda: jobs.start(BackupWanted(newer_than_seq=9, reason="interval"), (19, "cc"), "running"))
    wait_for(lambda: (tmp_path / "asked").read_text().count("}") == 2)
    jobs.stop(10)
    asked = [json.loads(part + "}") for part in (tmp_path / "asked").read_text().split("}") if part]
    assert [row["log_seq"] for row in asked] == [10, 19] and told == []


def test_a_gentle_one_gives_way_to_one_that_presses_and_that_is_no_failure(tmp_path: Path) -> None:
    told: list[BackupFailed] = []
    program = tmp_path / "job"
    program.write_text(
        f'#!/bin/sh\ngrep -q "gentle.: true" "$1" || {{ touch {tmp_path}/pressed; exit 0; }}\n'
        f"touch {tmp_path}/begun\nwhile :; do sleep 0.02; done\n"
    )
    program.chmod(0o755)
    jobs = BackupJobs(argv=(str(program),), request=tmp_path / "request.json", report=told.append)
    gentle = BackupWanted(newer_than_seq=1, reason="interval", gentle=True)
    assert jobs.start(gentle, (10, "aa"), "running")
    wait_for((tmp_path / "begun").exists)
    assert not jobs.start(gentle, (11, "bb"), "running") and not (tmp_path / "pressed").exists()
    dying = BackupWanted(newer_than_seq=2, reason="ending")
    wait_for(lambda: jobs.start(dying, (12, "cc"), "running"))
    wait_for((tmp_path / "pressed").exists)
    jobs.stop(10)
    assert told == []
