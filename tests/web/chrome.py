"""Debian's Chromium driven by Playwright, a page's server in this process, and what is measured on a page."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

# No QUIC, no first-run page, no background request: the page is all it may open.
FLAGS = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
LAPTOP, PHONE, NARROW = (1366, 657), (390, 844), (320, 640)
# A window of 640 pixels is one of 1280 zoomed to 200 % (WCAG 2.2, 1.4.4 and 1.4.10).
ZOOMED = (640, 360)
GRAVE = ("serious", "critical")

# The smallest size of any text that is seen, and the least contrast of any against its background.
SIZES = """() => Math.min(...[...document.querySelectorAll('body *')].filter(e => e.offsetParent &&
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
CONTRAST = """() => {
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const part = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const lum = c => { const [r, g, b] = c.map(part); return .2126 * r + .7152 * g + .0722 * b; };
  const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
    if (getComputedStyle(e).backgroundImage !== 'none') return [217, 221, 226]; }
    return [255, 255, 255]; };
  const seen = [...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.closest('svg') &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const faded = e => { let all = 1; for (; e; e = e.parentElement) all *= getComputedStyle(e).opacity; return all; };
  return seen.map(e => {
    const under = back(e), all = faded(e);
    const ink = rgb(getComputedStyle(e).color).slice(0, 3).map((v, n) => v * all + under[n] * (1 - all));
    const [a, b] = [lum(ink), lum(under)].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.textContent.trim().slice(0, 30)]; })
    .sort((x, y) => x[0] - y[0])[0]; }"""
EXTENT = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
AXE_OPTIONS = """{resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"""

needs_chromium = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not installed (Debian: chromium)"
)


@contextmanager
def opened() -> Iterator[Browser]:
    """One Chromium; each `new_page` of it is a profile of its own."""
    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(FLAGS), chromium_sandbox=False, timeout=60_000
        )
        yield browser
        browser.close()


class Served:
    """A WSGI application on a loopback port, real waitress; `app` may be changed at any time."""

    def __init__(self, app: Callable[..., Any] | None = None) -> None:
        self.app = app
        self._map: dict[Any, Any] = {}
        listener = socket.create_server(("127.0.0.1", 0))
        self._server = create_server(self._answer, sockets=[listener], map=self._map, threads=4)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="served")
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            self._server.asyncore.loop(timeout=1.0, map=self._map, count=1)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        assert self.app is not None
        return self.app(environ, start)

    def close(self) -> None:
        """Stops answering and lets its threads and sockets go."""
        self._over.set()
        self._server.trigger.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown(timeout=5)
        self._server.close()
        for channel in list(self._map.values()):
            channel.close()


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page that is serious or critical, each in a line."""
    if not page.evaluate("() => typeof axe !== 'undefined'"):
        page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(f"() => axe.run(document, {AXE_OPTIONS}).then(all => all.violations)")
    return [
        f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
    ]


def resized(page: Page, size: tuple[int, int]) -> tuple[int, int]:
    """How wide and tall the whole page is in a viewport of `size`."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    wide, tall = page.evaluate(EXTENT)
    return wide, tall


def picture(page: Page, directory: str | None, name: str) -> None:
    """The viewport as a PNG in `directory`, where one is asked for."""
    if directory:
        Path(directory).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(directory) / f"{name}.png"))
