"""Many bars for people who wait at a terminal: a line for each that moves, and one for all of it with an estimate."""

import os
import shutil
import sys
import threading
import time
from dataclasses import dataclass, field

from appliance.cli.columns import width

_EVERY_S, _WIDTH, _MOST_LINES = 0.2, 24, 40
# The estimate goes by what came in about this time: a line that breaks shows in it, one slow second does not.
_MEMORY_S = 20.0


@dataclass(slots=True)
class Bars:
    """On stderr, and only on a terminal. Safe to use from every thread; `shown` tells whether anything ever is."""

    shown: bool = field(default_factory=lambda: sys.stderr.isatty() and os.environ.get("TERM") != "dumb")
    _rows: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _total: dict[str, int] = field(default_factory=dict)
    _lines: int = 0
    _drawn_s: float = 0.0
    _rate: float = 0.0
    _seen: tuple[float, int] = (0.0, 0)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, key: str, text: str, done: int, total: int) -> None:
        """`key` is at `done` of `total` bytes; whole, its line goes."""
        if not self.shown:
            return
        with self._lock:
            self._done[f"{key} {text}"], self._total[f"{key} {text}"] = done, total
            if done < total:
                self._rows[key] = (text, done, total)
            else:
                self._rows.pop(key, None)
            self._draw(time.monotonic())

    def gone(self, key: str) -> None:
        """`key` stands still: its line goes."""
        with self._lock:
            self._rows.pop(key, None)

    def say(self, text: str) -> None:
        """A line that stays, above the bars."""
        with self._lock:
            self._clear()
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leaves the terminal clean."""
        with self._lock:
            self._clear()

    def _draw(self, now_s: float) -> None:
        if now_s - self._drawn_s < _EVERY_S:
            return
        done, total = sum(self._done.values()), sum(self._total.values())
        self._reckon(now_s, done)
        columns, height = shutil.get_terminal_size()
        lines = [f"{key}  {_bar(at, of)}  {text}" for key, (text, at, of) in sorted(self._rows.items())]
        lines = lines[: max(0, min(height - 2, _MOST_LINES))]
        left = f", {_span((total - done) / self._rate)}" if self._rate > 1 else ""
        lines.append(
            f"{_bar(done, total)}  {done >> 20}/{total >> 20} MiB, {self._rate / 1e6:.1f} MB/s{left}"
        )
        self._clear()
        print("\n".join(_cut(line, columns - 1) for line in lines), end="\r", file=sys.stderr, flush=True)
        self._lines, self._drawn_s = len(lines), now_s

    def _reckon(self, now_s: float, done: int) -> None:
        then_s, before = self._seen
        self._seen = (now_s, done)
        if then_s:
            share = min(1.0, (now_s - then_s) / _MEMORY_S)
            self._rate += share * (max(0, done - before) / max(now_s - then_s, 1e-6) - self._rate)

    def _clear(self) -> None:
        if self._lines:
            up = f"\x1b[{self._lines - 1}A" if self._lines > 1 else ""
            print(f"\r{up}\x1b[J", end="", file=sys.stderr, flush=True)
        self._lines = 0


def _bar(done: int, total: int) -> str:
    part = min(1.0, done / total) if total else 1.0
    return f"[{'#' * round(part * _WIDTH):<{_WIDTH}}] {part:4.0%}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _cut(text: str, columns: int) -> str:
    while width(text) > columns:
        text = text[:-1]
    return text
