"""The page in a real browser: shows the verdict, goes on by itself, and looks dead when the guard is."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web import snapshots, supplies, usbs
from tests.web.browser import Browser, chromium
from tests.web.fake_guard import FakeGuard

ROOT = Path(__file__).parents[2]
Start = Callable[[object], FakeGuard]
Serve = Callable[[Path], tuple[str, subprocess.Popen[str]]]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium is not installed (Debian: chromium)"),
]

# Every visible text's smallest size, and the least contrast of any text against its background.
SIZES = """Math.min(...[...document.querySelectorAll('body *')].filter(e => e.offsetParent &&
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
CONTRAST = """(() => {
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const part = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const lum = c => { const [r, g, b] = c.map(part);
    return .2126 * r + .7152 * g + .0722 * b; };
  const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
    if (getComputedStyle(e).backgroundImage !== 'none') return [217, 221, 226]; }
    return [255, 255, 255]; };
  return Math.min(...[...document.querySelectorAll('#live *')].filter(e => e.offsetParent &&
    !e.closest('svg') && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
      const [a, b] = [lum(rgb(getComputedStyle(e).color).slice(0, 3)), lum(back(e))].sort((x, y) => y - x);
      return (a + .05) / (b + .05); })); })()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = chromium()
    assert path is not None
    with Browser(path, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves the page from a process of its own; gives its address and the process."""
    started: list[subprocess.Popen[str]] = []

    def start(socket: Path) -> tuple[str, subprocess.Popen[str]]:
        argv = [sys.executable, "-m", "tests.web.serve_page", str(socket)]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return f"http://127.0.0.1:{int(process.stdout.readline())}", process

    yield start
    for process in started:
        with process:
            process.kill()


def test_the_page_shows_the_verdict_follows_the_guard_and_goes_stale_with_it(
    browser: Browser, guard_with: Start, serve: Serve
) -> None:
    guard = guard_with(snapshots.all_well())
    address, _ = serve(guard.path)
    browser.resize(1366, 657)
    browser.open(address + "/")
    assert browser.value("document.getElementById('headline').textContent") == "已监测的部分一切正常"
    guard.snapshot = snapshots.seat_gone()
    assert browser.wait_until("document.title.startsWith('▲2 可以继续，有 2 项需要处理')", limit_s=8)
    # What was open and where the reader stood survive the swap.
    browser.value(
        "document.getElementById('call-4').open = true; document.getElementById('other-language').focus()"
    )
    guard.snapshot = snapshots.mains_lost() | {"incidents": snapshots.seat_gone()["incidents"]}
    assert browser.wait_until("document.title.includes('停电')", limit_s=8)
    assert (
        browser.value("document.getElementById('call-4').open && document.activeElement.id")
        == "other-language"
    )
    guard.die()
    assert browser.wait_until("document.querySelector('#page.dead')", limit_s=15)
    assert "无回应，本页已过时，请勿据此判断" in browser.value(
        "document.getElementById('headline').textContent"
    )
    assert "考试照常进行" in browser.value("document.getElementById('below').textContent")


def test_a_page_whose_server_is_gone_looks_dead_after_twelve_seconds(
    browser: Browser, guard_with: Start, serve: Serve
) -> None:
    guard = guard_with(snapshots.all_well())
    address, page = serve(guard.path)
    browser.resize(1366, 657)
    browser.open(address + "/?lang=en")
    page.kill()
    page.wait()
    assert not browser.wait_until("document.querySelector('#page.dead')", limit_s=8)
    assert browser.wait_until("document.querySelector('#page.dead')", limit_s=8)
    assert "has not answered for 1" in browser.value("document.getElementById('headline').textContent")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "name",
    ["all_well", "mains_lost", "seat_gone", "nothing_read", *supplies.EVERY, "in_order", "stick", "granted"],
)
def test_a_hundred_seats_fit_a_small_laptop_and_nothing_overflows_a_phone(
    browser: Browser,
    guard_with: Start,
    serve: Serve,
    name: str,
    language: str,
) -> None:
    guard = guard_with((supplies.EVERY | usbs.EVERY).get(name, getattr(snapshots, name, None))())
    address, _ = serve(guard.path)
    for width, height in ((1366, 657), (390, 844), (320, 640)):
        browser.resize(width, height)
        browser.open(f"{address}/?lang={language}")
        browser.value("document.querySelectorAll('#usb-more').forEach(list => { list.open = true; })")
        root = browser.value("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert root[0] <= width
        # Whoever needs English may scroll while something needs doing: it takes half as many lines again.
        calm = language == "zh" or guard.snapshot["verdict"]["level"] == "ok"
        assert width < 1366 or not calm or root[1] <= height
        assert browser.value(SIZES) >= 16
        assert browser.value(CONTRAST) >= 4.5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_open_list_of_usb_devices_lies_over_the_page_and_moves_nothing(
    browser: Browser, guard_with: Start, serve: Serve, language: str
) -> None:
    address, _ = serve(guard_with(usbs.worst()).path)
    for width, height in ((1366, 657), (390, 844), (320, 640)):
        browser.resize(width, height)
        browser.open(f"{address}/?lang={language}")
        tall = "document.documentElement.scrollHeight"
        closed = browser.value(tall)
        browser.value("document.getElementById('usb-more').open = true")
        assert browser.value("document.documentElement.scrollWidth") <= width
        assert width < 1366 or browser.value(tall) == closed
        assert browser.value(SIZES) >= 16 and browser.value(CONTRAST) >= 4.5


def test_without_scripts_the_page_says_the_same_and_asks_to_be_loaded_again(
    tmp_path: Path, guard_with: Start, serve: Serve
) -> None:
    guard = guard_with(snapshots.seat_gone())
    address, _ = serve(guard.path)
    path = chromium()
    assert path is not None
    with Browser(path, tmp_path / "profile") as plain:
        plain.without_scripts()
        plain.open(address + "/")
        plain.picture(tmp_path / "plain.png")
        assert plain.value("document.querySelector('meta[http-equiv=refresh]').content") == "10"
        assert "1 考场 23 号" in plain.value("document.body.innerText")
