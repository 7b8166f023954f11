"""The benches measure: each area runs and writes its table. No figure is judged; what keeps them small is."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from appliance.demo.world import UPS
from appliance.events.bodies import PowerRead
from appliance.events.readings import UsbReading
from scripts.benches import frame
from scripts.benches.__main__ import AREAS, EXIT_UNAVAILABLE
from scripts.benches.frame import Figure, Limit
from scripts.benches.stage import Stepped, site
from tests.lab.nut import missing
from tests.watch import usb_storm

ROOT = Path(__file__).resolve().parent.parent
MAINS = PowerRead(ups=UPS, status=("OL",), charge_percent=100.0)


def bench(*argv: str | Path) -> "subprocess.CompletedProcess[str]":
    """`scripts/bench` as a person starts it."""
    words = [str(ROOT / "scripts" / "bench"), *map(str, argv)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def a_figure(value: float, *, limit: Limit | None = None) -> Figure:
    """A figure of one value beside a reference of 2 ms."""
    return Figure(name="it", unit="ms", values=[value], reference="that", reference_values=[2], limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One area under way, and the page that it writes."""

    page: Path
    process: "subprocess.Popen[bytes]"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """Every area that can be measured here, all at once: no figure is judged, and most of them wait."""
    pages = tmp_path_factory.mktemp("pages")
    able = [area for area in AREAS if not _lacks(area)]
    with tempfile.TemporaryDirectory(prefix="venue-bench-test-", dir="/var/tmp") as disk:  # /tmp may be memory
        begun = {area: _begun(area, Path(disk), pages) for area in able}
        try:
            yield begun
        finally:
            for run in begun.values():
                run.process.kill()
                run.process.wait()


def _lacks(area: str) -> str:
    if area == "power":
        return missing()
    return "root and /sys/class/mem are needed" if area == "usb" and not usb_storm.possible() else ""


def _begun(area: str, disk: Path, pages: Path) -> Run:
    (disk / area).mkdir()
    argv = [sys.executable, "-m", "scripts.benches", area, "--quick", "--write"]
    page = pages / f"{area}.md"
    argv += ["--page", str(page), "--dir", str(disk / area)]
    with page.with_suffix(".log").open("w") as log:
        return Run(page=page, process=subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log))


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_an_area_measures_and_writes_its_section(area: str, runs: dict[str, Run]) -> None:
    if lack := _lacks(area):
        pytest.skip(lack)
    page = runs[area].page
    code, said = runs[area].process.wait(timeout=600), page.with_suffix(".log").read_text(encoding="utf-8")
    if code == EXIT_UNAVAILABLE and (os.geteuid() != 0 or not shutil.which("nginx", path="/usr/sbin:/usr/bin")):
        pytest.skip(said.splitlines()[-1])
    assert code == 0, said
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
    rows = frame.section("some", "text", figures, place=tmp_path).splitlines()[-4:]
    assert rows[0] == "| it | 3 ms | 2 ms: that | 1.5 × | ≤ 2 × | met |"
    assert rows[1].endswith("| 2.5 × | ≤ 2 × | **not met** |")
    assert rows[2].endswith("| 2.5 × | ≤ 5 ms | met |")
    assert rows[3].endswith("| 2.5 × |  |  |")


def test_two_runs_are_one_figure_whose_spread_holds_both() -> None:
    (found,) = frame.together(frame.together([], [a_figure(1)]), [a_figure(3)])
    assert (found.values, found.reference_values, found.ratio) == ([1, 3], [2, 2], 1)


def test_a_ratio_is_that_of_the_turns_so_that_a_busy_disk_disturbs_both_sides() -> None:
    values, beside = [2.0, 2.0, 40.0, 44.0, 2.0], [1.0, 1.0, 20.0, 22.0, 1.0]
    found = replace(a_figure(1), values=values, reference_values=beside)
    assert (found.ratio, found.ratios) == (2.0, [2.0] * 5)


@pytest.fixture
def stepped(tmp_path: Path) -> Stepped:
    """A guard at rest that has just judged everything."""
    found = Stepped(site(tmp_path), {})
    found.observe(f"power:{UPS}", MAINS)
    found.dispatch.turn(0)
    return found


def test_a_reading_that_says_nothing_new_is_judged_again_only_after_the_second(stepped: Stepped) -> None:
    judged_s = stepped.board.read().turned_s
    for _ in range(3):
        stepped.clock.advance(0.2)
        stepped.observe(f"power:{UPS}", MAINS)
        stepped.dispatch.turn(0)
    assert stepped.board.read().turned_s == judged_s
    stepped.clock.advance(0.2)
    stepped.observe(f"power:{UPS}", MAINS)
    stepped.dispatch.turn(0)
    assert stepped.board.read().turned_s == stepped.clock.mono_s()


def test_a_reading_that_says_something_new_is_judged_at_once(stepped: Stepped) -> None:
    stepped.clock.advance(0.2)
    stepped.observe(f"power:{UPS}", replace(MAINS, status=("OB",)))
    stepped.dispatch.turn(0)
    assert stepped.board.read().snapshot["power"][0]["state"] == "battery"  # type: ignore[index]  # plain JSON


def test_a_drift_is_put_right_at_once(tmp_path: Path) -> None:
    held: list[str] = []
    stepped = Stepped(site(tmp_path), {"usb": held.append})
    stepped.observe("usb", UsbReading(closed=True))
    stepped.dispatch.turn(0)
    assert held == ["close", "deny"]
    before = len(held)
    stepped.clock.advance(0.1)
    stepped.observe("usb", UsbReading(closed=True))
    stepped.dispatch.turn(0)
    assert len(held) == before
    stepped.clock.advance(0.1)
    stepped.observe("usb", UsbReading(closed=False))
    stepped.dispatch.turn(0)
    assert len(held) == before + 1


def test_a_reference_of_nothing_gives_no_ratio(tmp_path: Path) -> None:
    figure = Figure(name="off", unit="%", values=[3.0, 4.0], reference="one who knew", reference_values=[0.0, 0.0])
    row = frame.section("some", "text", [figure], place=tmp_path, how="").splitlines()[-1]
    assert "| – (–––) × |" in row
