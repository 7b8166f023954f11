"""A person at a terminal: a program on a pseudo-terminal, what it shows, what is typed."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.fakes.wait import WAIT_S


class Terminal:
    """A program that believes a person sits before it; gone with its `with`."""

    def __init__(self, argv: Sequence[str], *, environ: Mapping[str, str], cwd: Path) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            argv, env=dict(environ), cwd=cwd, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(slave)
        self.shown = ""
        self._read_to = 0

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        os.close(self._master)

    def expect(self, text: str) -> None:
        """Wait until it shows `text` beyond what was waited for before. Raises AssertionError."""
        ends_s = time.monotonic() + WAIT_S * 2
        while (at := self.shown.find(text, self._read_to)) < 0:
            assert time.monotonic() < ends_s and self._more(), f"no {text!r} in:\n{self.shown}"
        self._read_to = at + len(text)

    def type(self, text: str = "") -> None:
        """A line and Enter."""
        os.write(self._master, f"{text}\n".encode())

    def answer(self, question: str, text: str = "") -> None:
        """Wait for a question, then type."""
        self.expect(question)
        self.type(text)

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.write(self._master, b"\x03")

    def end(self) -> int:
        """Its exit code, once it ended."""
        ends_s = time.monotonic() + WAIT_S * 2
        while self._more():
            assert time.monotonic() < ends_s, self.shown
        return self.process.wait(20)

    def _more(self) -> bool:
        if not select.select([self._master], [], [], 1.0)[0]:
            return self.process.poll() is None
        try:
            got = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has the terminal any more
            return False
        self.shown += got.decode("utf-8", "replace")
        return bool(got)


def _take_terminal() -> None:
    """The new session's terminal is the one it reads from: Ctrl-C becomes a signal."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))
