"""Every state of the built-in days in a real browser: nobody is shut out, nothing cut off, nothing asked outside."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.client import Client
from tests.demo.golden import DAYS, State, played
from tests.web import chrome, reports, snapshots
from tests.web.fake_guard import FakeGuard
from web import create_app

pytest.importorskip("axe_playwright_python", reason="playwright and axe-core are not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]

SHOTS = os.environ.get("VENUE_SHOTS")
PICTURED = {"laptop": (1366, 768), "phone": (390, 844)}


@dataclass(frozen=True)
class Stage:
    """A browser's page and the server it looks at; `asked` are all addresses it ever asked for."""

    page: Any
    served: chrome.Served
    guard: FakeGuard
    asked: list[str]

    def show(self, snapshot: dict[str, Any], events: list[dict[str, Any]], query: str) -> None:
        """Opens the page that a fresh process would show of this snapshot."""
        self.guard.snapshot, self.guard.events = snapshot, events
        self.served.app = create_app(client=Client(self.guard.path, timeout_s=5.0))
        self.page.goto(f"{self.served.address}/{query}")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One browser for the whole module."""
    served = chrome.Served()
    with FakeGuard(tmp_path_factory.mktemp("g") / "s", {}) as guard, chrome.opened() as browser:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        yield Stage(page=page, served=served, guard=guard, asked=asked)
        served.close()


def distinct(path: Path) -> list[State]:
    """A day's states that differ in more than the time of day."""
    kept: dict[object, State] = {}
    for state in played(path).states:
        shown = state.snapshot
        kinds = [i["cause_kind"] for i in shown["incidents"] if i["state"] != "closed"]
        key = (shown["phase"]["name"], str(shown["verdict"]["code"]), shown["drill"], tuple(sorted(kinds)))
        kept.setdefault(key, state)
    return list(kept.values())


def faults_of(stage: Stage, *, fits: bool = True) -> list[str]:
    """What is wrong with the page that is open, measured on a laptop, zoomed to 200 % and on narrow screens."""
    page = stage.page
    faults = []
    wide, tall = chrome.resized(page, chrome.LAPTOP)
    if wide > chrome.LAPTOP[0] or (fits and tall > chrome.LAPTOP[1]):
        faults.append(f"{wide} × {tall} pixels on a laptop")
    for size in (chrome.ZOOMED, chrome.NARROW):
        if chrome.resized(page, size)[0] > size[0]:
            faults.append(f"scrolls sideways at {size[0]} pixels")
    chrome.resized(page, chrome.LAPTOP)
    if (least := page.evaluate(chrome.CONTRAST))[0] < 4.5:
        faults.append(f"contrast {least[0]:.2f} of {least[1]!r}")
    if (smallest := page.evaluate(chrome.SIZES)) < 16:
        faults.append(f"a text of {smallest} px")
    return faults + chrome.axe(page)


def pictures(stage: Stage, name: str) -> None:
    """Both sizes as PNGs where VENUE_SHOTS names a directory: what CI keeps of a run."""
    for size, (width, height) in PICTURED.items():
        if SHOTS:
            chrome.resized(stage.page, (width, height))
            chrome.picture(stage.page, SHOTS, f"{name}-{size}")


@pytest.mark.parametrize("path", DAYS, ids=lambda path: path.stem)
def test_every_state_of_a_day_can_be_read_by_everybody_and_fits(stage: Stage, path: Path) -> None:
    faults = []
    for state in distinct(path):
        stage.show(state.snapshot, state.events, "?lang=zh")
        faults += [f"{state.name}: {fault}" for fault in faults_of(stage)]
        pictures(stage, f"{path.stem}-{state.name}")
        stage.show(state.snapshot, state.events, "?lang=en")
        wide, tall = chrome.resized(stage.page, chrome.LAPTOP)
        if wide > chrome.LAPTOP[0] or tall > chrome.LAPTOP[1]:
            faults.append(f"{state.name}: {wide} × {tall} pixels on a laptop, in English")
    assert not faults, "\n".join(faults)


SCENES: dict[str, Callable[[], dict[str, Any]]] = {
    "all-well": snapshots.all_well,
    "mains-lost": snapshots.mains_lost,
    "seat-gone": snapshots.seat_gone,
    "nothing-read": snapshots.nothing_read,
    "guard-hangs": lambda: snapshots.seat_gone() | {"turned_age_s": 47.2},
}


@pytest.mark.parametrize("query", ["?lang=zh", "?lang=en"])
@pytest.mark.parametrize("name", SCENES)
def test_each_look_of_the_page_can_be_read_by_everybody(stage: Stage, name: str, query: str) -> None:
    stage.show(SCENES[name](), snapshots.told(), query)
    assert not faults_of(stage)
    pictures(stage, f"scene-{name}-{query[-2:]}")


def test_the_keyboard_reaches_everything_in_the_order_it_is_read(stage: Stage) -> None:
    chrome.resized(stage.page, chrome.LAPTOP)
    stage.show(snapshots.seat_gone(), snapshots.told(), "?lang=zh")
    reached = []
    for _ in range(40):
        stage.page.keyboard.press("Tab")
        at = stage.page.evaluate(
            "() => { const e = document.activeElement, b = e.getBoundingClientRect();"
            "return [e.id || e.parentElement.id || e.textContent.trim().slice(0, 20), e.tagName, b.width > 0] }"
        )
        if at[1] == "BODY":
            break
        reached.append(at[0])
        assert at[2], f"{at[0]} has the focus and is not seen"
    assert reached[0].startswith("跳到"), "first the way past the head"
    assert len(reached) == len(set(reached)), "nothing holds the focus, nothing gets it twice"
    order = [name for name in reached if name in ("other-language", "call-4", "call-5", "told")]
    assert order == ["other-language", "call-4", "call-5", "told"]


def test_nothing_is_ever_asked_of_anybody_else(stage: Stage) -> None:
    stage.show(snapshots.seat_gone(), snapshots.told(), "?lang=zh")
    own = stage.served.address + "/"
    assert len(stage.asked) > 3
    assert [url for url in stage.asked if not url.startswith(own)] == []


def test_the_first_paint_needs_one_page_and_three_files(stage: Stage) -> None:
    stage.asked.clear()
    stage.page.context.clear_cookies()
    stage.show(snapshots.all_well(), snapshots.told(), "?lang=zh")
    paths = sorted(url.removeprefix(stage.served.address).partition("?")[0] for url in stage.asked)
    static = [path for path in paths if path.startswith("/static/")]
    assert paths[0] == "/" and len(static) == len(set(static)) <= 3
    assert set(paths) - {"/", *static} == set()


WALLS = ((1920, 1080), (1280, 720))
BIG = 0.022  # of the width: 12 mm on a screen of 24 inches; at five metres a good eye reads 7


@pytest.mark.parametrize("name", SCENES)
def test_the_wall_fits_its_screen_and_is_read_from_five_metres(stage: Stage, name: str) -> None:
    stage.show(SCENES[name](), snapshots.told(), "wall?lang=zh")
    for size in WALLS:
        assert chrome.resized(stage.page, size) == size
        assert stage.page.evaluate(chrome.SIZES) >= BIG * size[0]
        assert stage.page.evaluate(chrome.CONTRAST)[0] >= 4.5
    assert not chrome.axe(stage.page)
    chrome.picture(stage.page, SHOTS, f"wall-{name}")


def test_the_report_can_be_read_by_everybody_and_prints_a_page_for_each_room(stage: Stage) -> None:
    stage.guard.acts["sitting.report"] = reports.report()
    for query in ("report/am?lang=zh", "report/am?lang=en"):
        stage.show(snapshots.all_well(), [], query)
        assert not faults_of(stage, fits=False)
    stage.show(snapshots.all_well(), [], "report/am?lang=zh")
    printed = stage.page.pdf(prefer_css_page_size=True)
    sheets = [part for part in printed.split(b"/Type")[1:] if part.lstrip().startswith(b"/Page") and part[6:7] != b"s"]
    assert len(sheets) == 3, "the venue's, and one for each of two rooms"
    if SHOTS:
        Path(SHOTS, "report.pdf").write_bytes(printed)


@pytest.mark.parametrize("query", ["?lang=zh", "?lang=en"])
def test_help_opens_over_the_page_moves_nothing_and_is_read_by_everybody(stage: Stage, query: str) -> None:
    chrome.resized(stage.page, chrome.LAPTOP)
    stage.show(snapshots.all_well(), snapshots.told(), query)
    closed = stage.page.evaluate(chrome.EXTENT)
    stage.page.locator("#help summary").click()
    assert stage.page.locator("#help li:visible").count() == 3
    assert stage.page.evaluate(chrome.EXTENT) == closed
    assert not faults_of(stage)
