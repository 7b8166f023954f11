"""The door to other programs: absolute, timed, with the program's own words when it fails."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from appliance import command
from appliance.command import STDERR_SHOWN, CommandError, CommandLate, Finished, Piped, run, start
from tests.fakes.wait import wait_for

SH = "/bin/sh"


def test_a_program_that_ends_well_gives_what_it_wrote() -> None:
    argv = (SH, "-c", "cat; echo to stderr >&2")
    done = run(argv, timeout_s=10, stdin=b"\x00\xff in")
    assert done == Finished(argv=argv, code=0, stdout=b"\x00\xff in", stderr="to stderr\n")


def test_an_error_carries_the_programs_exit_code_and_own_words() -> None:
    with pytest.raises(CommandError, match="^/bin/sh: exit 3: no such ruleset$"):
        run([SH, "-c", "echo no such ruleset >&2; exit 3"], timeout_s=10)
    with pytest.raises(CommandError, match="exit 4: no message"):
        run([SH, "-c", "exit 4"], timeout_s=10)


def test_where_a_failure_is_an_answer_it_is_given_back() -> None:
    assert run([SH, "-c", "exit 3"], timeout_s=10, check=False).code == 3
    assert run([SH, "-c", "kill -9 $$"], timeout_s=10, check=False).code == -9


def test_of_a_long_stderr_the_end_is_kept() -> None:
    script = (
        "import sys; sys.stderr.write('x' * 1_000_000 + 'the end'); sys.stderr.flush();"
        "sys.stderr.buffer.write(bytes([255]))"
    )
    done = run([sys.executable, "-c", script], timeout_s=30)
    assert len(done.stderr) == STDERR_SHOWN and done.stderr.endswith("the end\ufffd")


def test_a_program_that_takes_too_long_is_ended_and_named() -> None:
    before_s = time.monotonic()
    with pytest.raises(CommandError, match=r"^/bin/sleep: not done after 0\.2 s$"):
        run(["/bin/sleep", "60"], timeout_s=0.2)
    assert time.monotonic() - before_s < 10


def test_a_childs_child_that_keeps_the_pipe_does_not_outlast_the_limit() -> None:
    before_s = time.monotonic()
    with pytest.raises(CommandError, match="not done"):
        run([SH, "-c", "sleep 5 & sleep 60"], timeout_s=0.2)
    assert time.monotonic() - before_s < 4


@pytest.mark.parametrize("argv", [[], ["sh"], ["./sh"], ["bin/sh"], [""], [" /bin/sh"]])
def test_only_absolute_paths_are_run_whatever_path_says(argv: list[str]) -> None:
    for door in (lambda: run(argv, timeout_s=1), lambda: start(argv)):
        with pytest.raises(CommandError, match="an absolute path was expected"):
            door()


def test_a_program_that_is_not_there_or_can_not_be_run_is_named(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("echo")
    for path in ("/nowhere/nft", str(plain), str(tmp_path)):
        for door in (lambda p=path: run([p], timeout_s=1), lambda p=path: start([p])):  # type: ignore[misc]
            with pytest.raises(CommandError, match=f"^{path}: "):
                door()


def test_an_argument_no_program_can_be_given_is_told() -> None:
    for door in (lambda: run([SH, "a\0b"], timeout_s=1), lambda: start([SH, "a\0b"])):
        with pytest.raises(CommandError, match="null byte"):
            door()


def test_arguments_are_no_shells_words() -> None:
    done = run(["/bin/echo", "$HOME; exit 1", "`id`", "*"], timeout_s=10)
    assert done.stdout == b"$HOME; exit 1 `id` *\n"


def test_the_environment_is_the_one_given() -> None:
    assert run(["/usr/bin/env"], timeout_s=10, environ={"LC_ALL": "C"}).stdout == b"LC_ALL=C\n"


def test_a_started_program_has_its_own_session_and_no_input() -> None:
    script = "import os, sys; sys.exit(os.getsid(0) == os.getpid() and not sys.stdin.read())"
    assert start([sys.executable, "-c", script]).wait(30) == 1


def test_a_quiet_childs_stderr_can_be_read() -> None:
    child = start([SH, "-c", "echo out; echo err >&2"], quiet=True)
    _, err = child.communicate(timeout=30)
    assert err == b"err\n"


def test_a_child_is_asked_to_end_and_ended_where_it_does_not_listen() -> None:
    willing = start(["/bin/sleep", "60"])
    command.end(willing, timeout_s=5)
    assert willing.returncode == -15
    script = "trap '' TERM; echo deaf >&2; while :; do sleep 1; done"
    stubborn = start([SH, "-c", script], quiet=True)
    assert stubborn.stderr is not None
    with stubborn.stderr:
        assert stubborn.stderr.readline() == b"deaf\n"
        command.end(stubborn, timeout_s=0.1)
    assert stubborn.returncode == -9


# Output that is read while the program runs.


def poured(script: str, *, timeout_s: float = 30) -> bytes:
    with Piped([SH, "-c", script], timeout_s=timeout_s) as program:
        taken = b""
        while chunk := program.read():
            taken += chunk
        program.finish()
    return taken


def gone(pid: int) -> bool:
    """Whether the process is no more; a zombie that waits for its parent runs no code either."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture(autouse=True)
def _every_child_is_reaped() -> Iterator[None]:
    """What a test begins has ended with it and is no zombie. Others of this process may have children of theirs."""
    before = {child.pid for child in psutil.Process().children()}
    yield
    assert {child.pid for child in psutil.Process().children()} <= before


def test_output_far_larger_than_a_pipe_is_read_whole_while_stderr_is_full_too() -> None:
    noisy = "head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait"
    assert poured(noisy) == bytes(5_000_000)


def test_of_a_program_that_fails_the_first_line_it_said_is_the_reason() -> None:
    with pytest.raises(CommandError, match="^/bin/sh: exit 7: the cause$"):
        poured("echo half; echo the cause >&2; echo what follows from it >&2; exit 7")
    with pytest.raises(CommandError, match="exit -9: no message"):
        poured("kill -9 $$")


def test_a_stream_that_stalls_ends_at_its_time_limit_with_all_it_started(tmp_path: Path) -> None:
    script = f"sleep 1000 & echo $! > {tmp_path}/pid; echo out; wait"
    before_s = time.monotonic()
    with pytest.raises(CommandLate, match=r"^/bin/sh: not done after 0\.3 s$"):
        poured(script, timeout_s=0.3)
    assert time.monotonic() - before_s < 10
    left = int((tmp_path / "pid").read_text())
    wait_for(lambda: gone(left), seconds=5)


def test_a_stream_is_ended_with_its_group_when_its_reader_has_had_enough(tmp_path: Path) -> None:
    script = f"sleep 1000 & echo $! > {tmp_path}/pid; while echo more; do :; done"
    with pytest.raises(ValueError, match="enough"), Piped([SH, "-c", script], timeout_s=30) as program:
        assert program.read(4) == b"more"
        raise ValueError("enough")
    left = int((tmp_path / "pid").read_text())
    wait_for(lambda: gone(left), seconds=5)


def test_a_program_deaf_to_sigterm_is_ended_all_the_same() -> None:
    with Piped([SH, "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], timeout_s=30) as program:
        assert program.read() == b"deaf\n"


def test_what_a_program_leaves_running_in_its_group_does_not_outlive_it(tmp_path: Path) -> None:
    script = f"sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/pid; echo done"
    assert poured(script) == b"done\n"
    left = int((tmp_path / "pid").read_text())
    wait_for(lambda: gone(left), seconds=5)


def test_a_program_that_is_spoken_to_answers_and_one_that_left_is_named() -> None:
    with Piped(["/bin/cat"], timeout_s=30, spoken_to=True) as program:
        program.write(b"ping")
        assert program.read(4) == b"ping"
        assert program.finish().code == 0
    with (
        pytest.raises(CommandError, match="^/bin/true: no longer listens: Broken pipe$"),
        Piped(["/bin/true"], timeout_s=30, spoken_to=True) as program,
    ):
        while True:
            program.write(bytes(1 << 16))


def test_what_is_said_to_a_program_that_does_not_listen_ends_at_the_time_limit() -> None:
    with (
        pytest.raises(CommandLate, match="not done"),
        Piped(["/bin/sleep", "60"], timeout_s=0.3, spoken_to=True) as program,
    ):
        program.write(bytes(1 << 20))


def test_a_stream_has_the_doors_other_rules_too() -> None:
    for argv in (["sh"], [SH, "a\0b"], ["/nowhere/pg_dump"]):
        with pytest.raises(CommandError):
            Piped(argv, timeout_s=1)
