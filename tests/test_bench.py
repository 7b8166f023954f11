"""The benches measure: each area runs, and writes its table between its own markers. No figure is judged."""

import subprocess
from pathlib import Path

import pytest

from scripts.benches import frame
from scripts.benches.__main__ import AREAS
from scripts.benches.frame import Bench, Figure, Limit

ROOT = Path(__file__).resolve().parent.parent


def bench(*argv: str | Path) -> "subprocess.CompletedProcess[str]":
    """`scripts/bench` as a person starts it."""
    words = [str(ROOT / "scripts" / "bench"), *map(str, argv)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def quiet(directory: Path) -> Bench:
    """What an area is given."""
    return Bench(quick=True, kept=directory, directory=directory, say=lambda line: None)


def a_figure(value: float, *, limit: Limit | None = None) -> Figure:
    """A figure of one value beside a reference of 2 ms."""
    return Figure(name="it", unit="ms", values=[value], reference="that", reference_values=[2], limit=limit)


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_an_area_measures_and_writes_its_section(area: str, tmp_path: Path) -> None:
    if frame.file_system(tmp_path) in frame.IN_MEMORY:
        pytest.skip("no disk to measure")
    page = tmp_path / "benchmarks.md"
    done = bench(area, "--quick", "--write", "--page", page, "--dir", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    told = page.read_text(encoding="utf-8")
    assert f"## {area}" in told and f"`scripts/bench {area} --quick`" in told
    assert told.count("\n| ") > 2 and " × |" in told and "cores, Linux" in told


def test_the_areas_are_listed() -> None:
    done = bench("--list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(AREAS)


def test_an_area_that_is_not_there_is_a_usage_error() -> None:
    done = bench("spin")
    assert done.returncode == 64
    assert done.stderr.splitlines()[-1] == f"spin: no such area; there are {', '.join(AREAS)}"


def test_a_place_in_memory_is_no_place_to_measure() -> None:
    if frame.file_system(Path("/dev/shm")) not in frame.IN_MEMORY:
        pytest.skip("/dev/shm is no tmpfs here")
    with pytest.raises(frame.CannotMeasure, match="lies in memory"):
        frame.refuse_memory(Path("/dev/shm"))


def test_a_section_is_replaced_in_place_and_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    for area, text in (("one", "first\n"), ("two", "second\n"), ("one", "anew\n")):
        frame.write(page, area, text)
    told = page.read_text(encoding="utf-8")
    assert "first" not in told
    assert told.startswith("# Benchmarks") and told.index("anew") < told.index("second")
    assert told.count("<!-- one:") == 2 and told.count("<!-- two:") == 2


def test_a_limit_bounds_the_ratio_or_the_figure(tmp_path: Path) -> None:
    figures = [
        a_figure(3, limit=Limit(most=2, of_ratio=True)),
        a_figure(5, limit=Limit(most=2, of_ratio=True)),
        a_figure(5, limit=Limit(most=5)),
        a_figure(5),
    ]
    assert [figure.met for figure in figures] == [True, False, True, None]
    rows = frame.section("some", "text", figures, quiet(tmp_path)).splitlines()[-4:]
    assert rows[0] == "| it | 3 ms | 2 ms: that | 1.5 × | ≤ 2 × | met |"
    assert rows[1].endswith("| 2.5 × | ≤ 2 × | **not met** |")
    assert rows[2].endswith("| 2.5 × | ≤ 5 ms | met |")
    assert rows[3].endswith("| 2.5 × |  |  |")
