"""The only door to other programs: an argument list, an absolute path, a time limit."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

STDERR_SHOWN = 2000
_CHUNK_BYTES = 1 << 18
_GRACE_S = 2.0

Child = subprocess.Popen[bytes]


class CommandError(Exception):
    """A program could not be started, took too long, or ended with an error."""


class CommandLate(CommandError):
    """A program was not done within its time limit."""


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
        raise CommandLate(f"{argv[0]}: not done after {timeout_s:g} s") from error
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


class Piped:
    """A program whose output is read while it runs, and which may be spoken to; one deadline for all of it.

    To be used in a `with`: on leaving it the program is gone, with everything it started that stayed in its process
    group (SIGTERM, after 2 s SIGKILL), whatever happened inside. No zombie is left. `stderr` is read beside and its
    first 2,000 characters are kept: what went wrong first stands there. Raises CommandError.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float,
        environ: Mapping[str, str] | None = None,
        spoken_to: bool = False,
    ) -> None:
        _absolute(argv)
        self._argv, self._timeout_s = tuple(argv), timeout_s
        self._deadline_s = time.monotonic() + timeout_s
        self._heard = b""
        try:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE if spoken_to else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise CommandError(f"{argv[0]}: {error.strerror}") from error
        self._open = {pipe.fileno(): pipe for pipe in (self._child.stdout, self._child.stderr) if pipe}
        try:
            self._ended = os.pidfd_open(self._child.pid)
        except OSError as error:
            self._child.kill()
            self._child.wait()
            for pipe in self._open.values():
                pipe.close()
            raise CommandError(f"{argv[0]}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended >= 0:
            self._end_group()

    @property
    def stderr(self) -> str:
        """What the program said so far, its first 2,000 characters."""
        return self._heard.decode("utf-8", "replace")[:STDERR_SHOWN]

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        """The next bytes of its output, at most `size`; empty at the end. Raises CommandLate."""
        output = _number(self._child.stdout)
        while output in self._open:
            if output in self._ready(list(self._open), []):
                if data := os.read(output, size):
                    return data
                del self._open[output]
        return b""

    def write(self, data: bytes) -> None:
        """Say `data` to it. Raises CommandError where it no longer listens, CommandLate."""
        listening = _number(self._child.stdin)
        view = memoryview(data)
        while view:
            if listening not in self._ready(list(self._open), [listening]):
                continue
            try:
                # A pipe that is writable takes this much without waiting.
                view = view[os.write(listening, view[: select.PIPE_BUF]) :]
            except OSError as error:
                raise CommandError(f"{self._argv[0]}: no longer listens: {error.strerror}") from error

    def finish(self, *, check: bool = True) -> Finished:
        """Wait until it has ended, its output read or not wanted. Raises CommandLate, and CommandError for its exit
        code unless `check` is off; `stdout` is empty."""
        if self._child.stdin:
            self._child.stdin.close()
        while self.read():
            pass
        while self._ended not in self._ready([*self._open, self._ended], []):
            pass
        # What it left behind of its group may hold stderr open: gone before the rest is read.
        self._end_group()
        done = Finished(argv=self._argv, code=self._child.returncode, stdout=b"", stderr=self.stderr)
        if check and done.code != 0:
            raise CommandError(
                f"{self._argv[0]}: exit {done.code}: {_first_line(done.stderr) or 'no message'}"
            )
        return done

    def ask_to_end(self) -> None:
        """SIGTERM, from whatever thread: its output then comes to its end."""
        self._child.terminate()

    def _ready(self, readable: list[int], writable: list[int]) -> list[int]:
        """Which of the descriptors can be used now, at least one; stderr is read here. Raises CommandLate."""
        left_s = self._deadline_s - time.monotonic()
        found = select.select(readable, writable, [], max(left_s, 0)) if left_s > 0 else ([], [], [])
        if not found[0] and not found[1]:
            raise CommandLate(f"{self._argv[0]}: not done after {self._timeout_s:g} s")
        said = _number(self._child.stderr)
        if said in found[0]:
            self._hear(said)
        return found[0] + found[1]

    def _hear(self, said: int) -> None:
        data = os.read(said, _CHUNK_BYTES)
        self._heard = (self._heard + data)[: 4 * STDERR_SHOWN]
        if not data:
            self._open.pop(said, None)

    def _end_group(self) -> None:
        """Ends what is left of the group. The child is reaped last: while it is not, nobody else has its number."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGTERM)
        if not select.select([self._ended], [], [], _GRACE_S)[0]:
            os.killpg(self._child.pid, signal.SIGKILL)
        select.select([self._ended], [], [])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        os.close(self._ended)
        self._ended = -1
        said = _number(self._child.stderr)
        while said in self._open and select.select([said], [], [], 0)[0]:
            self._hear(said)
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe:
                pipe.close()
        self._open.clear()


def _number(pipe: IO[bytes] | None) -> int:
    return pipe.fileno() if pipe else -1


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _absolute(argv: Sequence[str]) -> None:
    if not argv or not argv[0].startswith("/"):
        raise CommandError(f"{argv[0] if argv else ''!r}: an absolute path was expected")
    if any("\0" in part for part in argv):
        raise CommandError(f"{argv[0]!r}: an argument with a null byte")


def _tail(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")[-STDERR_SHOWN:]
