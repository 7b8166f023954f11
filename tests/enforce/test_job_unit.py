"""A backup that is a unit of systemd: started by it, and its end told where it could not tell it itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.enforce.job import UNIT, BackupJobs
from appliance.events.bodies import BackupFailed
from appliance.exam.posture import BackupWanted
from tests.fakes.wait import wait_for

WANTED = BackupWanted(newer_than_seq=1, kind="delta", stage="final", sitting="am", reason="finish")
HEAD = (7, "ab" * 32)
# As systemctl does it: `start` waits for a oneshot and says nothing of its exit code, `show` knows it.
SYSTEMCTL = """\
#!/bin/sh
echo "$@" >> "{root}/asked"
case "$1" in
start) [ -z "{said}" ] || echo "{said}" >&2; exit {code} ;;
show) printf 'Result={result}\\nExecMainStatus={status}\\n' ;;
esac
"""


def machine(root: Path, *, code: int = 0, result: str = "success", status: int = 0, said: str = "") -> Path:
    """A root directory where systemd runs, has the unit, and its run ends like that."""
    (root / "run/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system" / UNIT).touch()
    program = root / "usr/bin/systemctl"
    program.parent.mkdir(parents=True)
    program.write_text(SYSTEMCTL.format(root=root, code=code, result=result, status=status, said=said))
    program.chmod(0o755)
    return root


def jobs(root: Path, failed: list[BackupFailed]) -> BackupJobs:
    return BackupJobs(
        argv=("/nowhere/venue",),
        request=root / "request.json",
        report=failed.append,
        unit_name=UNIT,
        root=root,
    )


def over(runner: BackupJobs) -> None:
    """Until the run is over, whichever way."""
    wait_for(lambda: runner.start(WANTED, HEAD, "closing"))
    runner.stop()


def test_where_systemd_has_the_unit_it_is_started_and_no_child(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    runner = jobs(machine(tmp_path), failed)
    assert runner.start(WANTED, HEAD, "closing") is True
    over(runner)
    assert (tmp_path / "asked").read_text().splitlines()[:2] == [
        f"start {UNIT}", f"show --property=Result,ExecMainStatus {UNIT}"
    ]  # fmt: skip
    assert '"stage": "final"' in (tmp_path / "request.json").read_text() and failed == []


def test_a_unit_that_failed_and_told_so_is_not_told_again(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    runner = jobs(machine(tmp_path, code=1, result="exit-code", status=2, said="Job failed."), failed)
    runner.start(WANTED, HEAD, "closing")
    over(runner)
    assert failed == []


@pytest.mark.parametrize(
    ("code", "result", "status", "said", "reason"),
    [
        (1, "oom-kill", 9, "Job failed.", f"{UNIT}: its memory ran out"),
        (1, "timeout", 15, "Job failed.", f"{UNIT}: it was not done in time"),
        (1, "exit-code", 78, "Job failed.", f"{UNIT} ended with 78: journalctl -u {UNIT} says why"),
        (1, "success", 0, "Failed to start: Unit is masked.", "Failed to start: Unit is masked."),
        (4, "new-word", 0, "", "the job ended with 4"),
    ],
)
def test_a_unit_that_could_not_say_it_itself_has_its_reason_told(
    tmp_path: Path, code: int, result: str, status: int, said: str, reason: str
) -> None:
    failed: list[BackupFailed] = []
    jobs(machine(tmp_path, code=code, result=result, status=status, said=said), failed).start(
        WANTED, HEAD, "closing"
    )
    wait_for(lambda: failed)
    assert failed[0].reason == reason


def test_a_systemctl_that_answers_nonsense_is_believed_in_its_exit_code_alone(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    root = machine(tmp_path, code=1, said="no bus")
    (root / "usr/bin/systemctl").write_text(
        "#!/bin/sh\necho \xff=; echo no bus >&2; exit 1\n", encoding="latin-1"
    )
    jobs(root, failed).start(WANTED, HEAD, "closing")
    wait_for(lambda: failed)
    assert failed[0].reason == "no bus"


def test_somebody_elses_bundle_is_no_failure_of_a_unit_either(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    runner = jobs(machine(tmp_path, status=75), failed)
    runner.start(WANTED, HEAD, "closing")
    over(runner)
    assert failed == []


def test_a_gentle_unit_is_asked_to_stop_where_another_bundle_presses(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    root = machine(tmp_path)
    waits = f'until [ -e "{root}/stopped" ]; do sleep 0.02; done; echo "Job canceled." >&2; exit 1'
    (root / "usr/bin/systemctl").write_text(
        f'#!/bin/sh\necho "$@" >> "{root}/asked"\ncase "$1" in\n'
        f'start) [ ! -e "{root}/stopped" ] || exit 0; {waits} ;;\nstop) touch "{root}/stopped" ;;\nesac\n'
    )
    runner = jobs(root, failed)
    assert runner.start(replace(WANTED, stage="", gentle=True), HEAD, "running")
    wait_for(lambda: runner.start(WANTED, HEAD, "closing"))
    over(runner)
    assert (root / "asked").read_text().splitlines().count(f"stop --no-block {UNIT}") == 1 and failed == []
