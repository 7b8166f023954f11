"""A bar for people who wait at a terminal."""

import sys
import time

_AFTER_S, _EVERY_S, _WIDTH = 1.0, 0.1, 40


class Bar:
    """A progress bar on stderr: only on a terminal, only when it takes more than a second. `what` stands before it."""

    def __init__(self, what: str = "") -> None:
        self._what = f"{what} " if what else ""
        self._begun_s = self._told_s = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Draw `done` of `total` bytes."""
        now_s = time.monotonic()
        if not sys.stderr.isatty() or now_s - self._begun_s < _AFTER_S or now_s - self._told_s < _EVERY_S:
            return
        self._told_s, self._shown = now_s, True
        part = min(1.0, done / total) if total else 1.0
        bar = "#" * round(part * _WIDTH)
        print(
            f"\r{self._what}[{bar:<{_WIDTH}}] {part:4.0%} {done >> 20} MiB",
            end="",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """Leave the line clean."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
