"""What every area shares: figures beside a reference of the same run, their table, the machine's line."""

import math
import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

IN_MEMORY = {"tmpfs", "ramfs", "devtmpfs"}
HEADER = """# Benchmarks

Written by `scripts/bench AREA --write`. A number of its own says little about another machine, so each one
stands beside a reference that was measured in the same run, turn by turn with it; their ratio is what
travels. Every cell is a median, with the two quartiles in brackets; a ratio's is that of the turns. Nothing
here is a test: no ratio fails a build.
"""


class CannotMeasure(Exception):
    """Something that is needed is missing or does not answer; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What an area is given: `kept` outlives the run, `directory` does not; `say` tells what goes on."""

    quick: bool
    kept: Path
    directory: Path
    say: Callable[[str], None]

    def times(self, full: int, quick: int) -> int:
        """How often, or for how long: `full`, or `quick` where it is only to be shown that it works."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What the issue asks for: at most `most`, of the `ratio` or of the figure itself."""

    most: float
    of_ratio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`values` in `unit`, each beside the one of the `reference_values` of `reference` that was taken with it."""

    name: str
    unit: str
    values: Sequence[float]
    reference: str
    reference_values: Sequence[float]
    limit: Limit | None = None

    @property
    def ratios(self) -> list[float]:
        """Each value beside its own reference: a disk that is busy for a while then disturbs little."""
        pairs = zip(self.values, self.reference_values, strict=True)
        return [value / (beside or float("nan")) for value, beside in pairs]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        if self.limit is None:
            return None
        found = self.ratio if self.limit.of_ratio else statistics.median(self.values)
        return found <= self.limit.most


def in_turn(
    count: int, measured: Callable[[], float], reference: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Both `count` times, turn by turn and each first every other time: what disturbs one disturbs both."""
    values: list[float] = []
    reference_values: list[float] = []
    for number in range(count):
        pairs = [(values, measured), (reference_values, reference)]
        for kept, call in pairs if number % 2 else reversed(pairs):
            kept.append(call())
    return values, reference_values


def elapsed_ms(call: Callable[[], object]) -> float:
    """How long `call` took, in milliseconds."""
    began_s = time.perf_counter()
    call()
    return (time.perf_counter() - began_s) * 1000


def together(before: Sequence[Figure], after: Sequence[Figure]) -> list[Figure]:
    """The figures of two runs as one: what differs from run to run then shows in the spread."""
    if not before:
        return list(after)
    return [
        replace(
            one,
            values=[*one.values, *other.values],
            reference_values=[*one.reference_values, *other.reference_values],
        )
        for one, other in zip(before, after, strict=True)
    ]


def section(area: str, text: str, figures: Sequence[Figure], *, place: Path, how: str = "") -> str:
    """The area's part of the page; `place` is where it was measured, `how` the options of the command."""
    command = f"scripts/bench {area}{how}"
    lines = [f"## {area}", "", f"{text[0].upper()}{text[1:]}.", ""]
    lines += [f"`{command}`, {datetime.now(tz=UTC):%Y-%m-%d}, on {machine(place)}.", ""]
    lines += [
        "| measured | here | reference of the same run | ratio | limit | |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(figure) for figure in figures)]) + "\n"


def _row(figure: Figure) -> str:
    reference = f"{_spread(figure.reference_values, figure.unit)}: {figure.reference}"
    ratio = _number(figure.ratio) + _quartiles(figure.ratios)
    limit = ""
    if figure.limit:
        limit = f"≤ {_number(figure.limit.most)} {'×' if figure.limit.of_ratio else figure.unit}"
    met = {True: "met", False: "**not met**", None: ""}[figure.met]
    cells = [figure.name, _spread(figure.values, figure.unit), reference, f"{ratio} ×", limit, met]
    return f"| {' | '.join(cells)} |"


def _spread(values: Sequence[float], unit: str) -> str:
    return f"{_number(statistics.median(values))}{_quartiles(values)} {unit}"


def _quartiles(values: Sequence[float]) -> str:
    if len(values) < 2:
        return ""
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f" ({_number(low)}–{_number(high)})"


def _number(value: float) -> str:
    """Three digits that mean something, and thousands told apart; a ratio to nothing is none."""
    if math.isnan(value):
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def machine(directory: Path) -> str:
    """The machine's line: processor, cores, kernel, Python, file system of `directory`."""
    kernel, python = platform.release(), platform.python_version()
    return (
        f"{_processor()}, {os.cpu_count()} cores, Linux {kernel} {platform.machine()}, "
        f"Python {python}, {file_system(directory)}"
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        board = Path("/proc/device-tree/model")
        model = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
        if board.exists():
            return board.read_text(encoding="utf-8").strip("\0 \n")
    except (OSError, UnicodeDecodeError):
        return platform.machine()
    return model[1].strip() if model else platform.machine()


def file_system(directory: Path) -> str:
    """The type of the file system that holds `directory`. Source: proc_pid_mountinfo(5)."""
    device = directory.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[2] == wanted:
            return after.split()[0]
    return "unknown file system"


def refuse_memory(directory: Path) -> None:
    """Raises CannotMeasure where a sync of `directory` reaches no disk."""
    found = file_system(directory)
    if found in IN_MEMORY:
        raise CannotMeasure(f"{directory} lies in memory ({found}): name another place with --dir")


def write(page: Path, area: str, text: str) -> None:
    """Puts the area's section in its place on the page, or at the end; the page is made where there is none."""
    begin, end = f"<!-- {area}: from here on written by scripts/bench -->", f"<!-- {area}: to here -->"
    told = page.read_text(encoding="utf-8") if page.exists() else HEADER
    block = f"{begin}\n\n{text}\n{end}"
    before, found, rest = told.partition(begin)
    if found:
        _, _, after = rest.partition(end)
        told = before + block + after
    else:
        told = f"{told.rstrip()}\n\n{block}\n"
    beside = page.with_name(f".{page.name}.part")
    beside.write_text(told, encoding="utf-8")
    beside.replace(page)
