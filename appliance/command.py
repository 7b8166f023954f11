"""The only door to other programs: an argument list, an absolute path, a time limit."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STDERR_SHOWN = 2000

Child = subprocess.Popen[bytes]


class CommandError(Exception):
    """A program could not be started, took too long, or ended with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a program left behind; `stderr` is cut to its last 2,000 characters."""

    argv: tuple[str, ...]
    code: int
    stdout: bytes
    stderr: str


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    stdin: bytes = b"",
    environ: Mapping[str, str] | None = None,
    check: bool = True,
) -> Finished:
    """Runs `argv` to its end. Raises CommandError, with the program's own words, unless `check` is off."""
    _absolute(argv)
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, timeout=timeout_s, env=environ, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{argv[0]}: not done after {timeout_s:g} s") from error
    except OSError as error:
        raise CommandError(f"{argv[0]}: {error.strerror}") from error
    finished = Finished(argv=tuple(argv), code=done.returncode, stdout=done.stdout, stderr=_tail(done.stderr))
    if check and finished.code != 0:
        raise CommandError(f"{argv[0]}: exit {finished.code}: {finished.stderr.strip() or 'no message'}")
    return finished


def start(argv: Sequence[str], *, environ: Mapping[str, str] | None = None, quiet: bool = False) -> Child:
    """Starts `argv` and returns at once, in a process group of its own. Raises CommandError."""
    _absolute(argv)
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.PIPE if quiet else None,
            env=environ,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(f"{argv[0]}: {error.strerror}") from error


def end(child: Child, *, timeout_s: float) -> None:
    """Asks a child to end (SIGTERM), ends it (SIGKILL) after `timeout_s`, and waits until it is gone."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _absolute(argv: Sequence[str]) -> None:
    if not argv or not argv[0].startswith("/"):
        raise CommandError(f"{argv[0] if argv else ''!r}: an absolute path was expected")
    if any("\0" in part for part in argv):
        raise CommandError(f"{argv[0]!r}: an argument with a null byte")


def _tail(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")[-STDERR_SHOWN:]
