"""The page in a real browser: shows the verdict, goes on by itself, fits, and says the same without scripts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.client import Client
from tests.web import chrome, snapshots, supplies, usbs
from tests.web.fake_guard import FakeGuard
from web import create_app

pytest.importorskip("axe_playwright_python", reason="playwright is not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]

Start = Callable[[object], FakeGuard]
SIZES = (chrome.LAPTOP, (390, 844), (320, 640))
TALL = "() => document.documentElement.scrollHeight"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chrome.opened() as opened:
        yield opened


@pytest.fixture
def serve() -> Iterator[Callable[[FakeGuard], chrome.Served]]:
    """Serves the page of a guard on a port of its own."""
    started: list[chrome.Served] = []

    def start(guard: FakeGuard) -> chrome.Served:
        started.append(chrome.Served(create_app(client=Client(guard.path, timeout_s=1.0))))
        return started[-1]

    yield start
    for served in started:
        served.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport=dict(zip(("width", "height"), chrome.LAPTOP, strict=True)))
    yield opened
    opened.close()


def test_the_page_shows_the_verdict_and_follows_the_guard_without_losing_the_readers_place(
    page: Any, guard_with: Start, serve: Callable[[FakeGuard], chrome.Served]
) -> None:
    guard = guard_with(snapshots.all_well())
    page.goto(serve(guard).address + "/")
    assert page.locator("#headline").inner_text() == "已监测的部分一切正常"
    guard.snapshot = snapshots.seat_gone()
    page.wait_for_function("() => document.title.startsWith('▲2 可以继续，有 2 项需要处理')", timeout=8000)
    # What was open and where the reader stood survive the swap.
    page.evaluate(
        "() => { document.getElementById('call-4').open = true; document.getElementById('other-language').focus() }"
    )
    guard.snapshot = snapshots.mains_lost() | {"incidents": snapshots.seat_gone()["incidents"]}
    page.wait_for_function("() => document.title.includes('停电')", timeout=8000)
    kept = "() => document.getElementById('call-4').open && document.activeElement.id"
    assert page.evaluate(kept) == "other-language"


STATES = ("all_well", "mains_lost", "seat_gone", "nothing_read", *supplies.EVERY, *usbs.EVERY)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hundred_seats_fit_a_small_laptop_and_nothing_overflows_a_phone(
    page: Any, guard_with: Start, serve: Callable[[FakeGuard], chrome.Served], language: str
) -> None:
    guard = guard_with({})
    served = serve(guard)
    faults = []
    for name in STATES:
        guard.snapshot = (supplies.EVERY | usbs.EVERY).get(name, getattr(snapshots, name, None))()
        served.app = create_app(client=Client(guard.path, timeout_s=5.0))
        page.goto(f"{served.address}/?lang={language}")
        for size in SIZES:
            page.evaluate(
                "() => document.querySelectorAll('#usb-more').forEach(list => { list.open = true; })"
            )
            wide, tall = chrome.resized(page, size)
            if wide > size[0] or (size == chrome.LAPTOP and tall > size[1]):
                faults.append(f"{name}: {wide} × {tall} on {size}")
            if page.evaluate(chrome.SIZES) < 16 or page.evaluate(chrome.CONTRAST)[0] < 4.5:
                faults.append(f"{name}: too small or too faint on {size}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_open_list_of_usb_devices_lies_over_the_page_and_moves_nothing(
    page: Any, guard_with: Start, serve: Callable[[FakeGuard], chrome.Served], language: str
) -> None:
    served = serve(guard_with(usbs.worst()))
    for size in SIZES:
        page.goto(f"{served.address}/?lang={language}")
        chrome.resized(page, size)
        closed = page.evaluate(TALL)
        page.evaluate("() => { document.getElementById('usb-more').open = true }")
        assert page.evaluate(chrome.EXTENT)[0] <= size[0]
        assert size != chrome.LAPTOP or page.evaluate(TALL) == closed
        assert page.evaluate(chrome.SIZES) >= 16 and page.evaluate(chrome.CONTRAST)[0] >= 4.5


def test_without_scripts_the_page_says_the_same_and_asks_to_be_loaded_again(
    browser: Any, guard_with: Start, serve: Callable[[FakeGuard], chrome.Served]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(serve(guard_with(snapshots.seat_gone())).address + "/")
    assert plain.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
    assert "1 考场 23 号" in plain.locator("body").inner_text()
    context.close()
