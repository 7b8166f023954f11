"""The door to other programs: absolute, timed, with the program's own words when it fails."""

import sys
import time
from pathlib import Path

import pytest

from appliance import command
from appliance.command import STDERR_SHOWN, CommandError, Finished, run, start

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
