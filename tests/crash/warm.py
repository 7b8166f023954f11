"""A process that has `venue` loaded and forks it for each run: a start takes 2 ms and not a second.

Run as a program it is that process; `Warm` is who asks it.
"""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance import daemon
from appliance.cli import main

ROOT = Path(__file__).resolve().parents[2]


class Warm:
    """Forks `venue WORDS` where it is asked; what a run says stands in files of its own."""

    def __init__(self, directory: Path, config: Path) -> None:
        self.out, self.err = directory / "said-out", directory / "said-err"
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.crash.warm", str(config), str(self.out), str(self.err)), cwd=ROOT, env=kept,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, *words: str, held: bool = False, without: Sequence[str] = ()) -> int:
        """A run's process id; `held` waits for SIGCONT, `without` names flushes that it leaves out."""
        return int(self._asked({"words": words, "held": held, "without": list(without)}))

    def stopped(self) -> None:
        """Comes back when the run has stopped, by SIGSTOP."""
        self._asked({"wait": True, "held": True})

    def ended(self) -> int:
        """How the run ended: its exit code, or a signal's number below 0."""
        return int(self._asked({"wait": True}))

    def run(self, *words: str, without: Sequence[str] = ()) -> int:
        """One run to its end."""
        self.start(*words, without=without)
        return self.ended()

    def said(self) -> str:
        """What the last run said on stderr."""
        return self.err.read_text(encoding="utf-8")

    def announced(self) -> list[str]:
        """The names that the last run printed."""
        return self.out.read_text(encoding="utf-8").split()

    def close(self) -> None:
        """No more runs."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _asked(self, question: dict[str, Any]) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def _serve(config: str, out: str, err: str) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        assert main(["backup", "list", "--config", config]) == 0  # loads what a run loads
        daemon.read(Path(config))
    pid = 0
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("wait"):
            _, status = os.waitpid(pid, os.WUNTRACED if question.get("held") else 0)
            answer = 0 if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
        else:
            # Here and not in the run: one that is killed at once must not seem to have said what the last one did.
            said = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for path in (out, err)]
            answer = pid = os.fork()
            if not pid:
                _child(question, said)
            for fd in said:
                os.close(fd)
            if question["held"]:
                os.waitpid(pid, os.WUNTRACED)
        print(answer, flush=True)


def _child(question: dict[str, Any], said: Sequence[int]) -> None:
    for fd, file in enumerate(said, start=1):
        os.dup2(file, fd)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _leave_out(question["without"])
    if question["held"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    code = 1
    try:
        code = main(question["words"])
    except BaseException:  # noqa: BLE001 - a process ends here, and the test reads why
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _leave_out(flushes: Sequence[str]) -> None:
    """A product that forgot them: what a test of power cuts must notice."""
    fsync = os.fsync

    def left(fd: int) -> None:
        path = os.readlink(f"/proc/self/fd/{fd}")
        what = "head" if path.endswith(".head.part") else "files"
        if ("directories" if stat.S_ISDIR(os.fstat(fd).st_mode) else what) not in flushes:
            fsync(fd)

    os.fsync = os.fdatasync = left


if __name__ == "__main__":
    _serve(*sys.argv[1:])
