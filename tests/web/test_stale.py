"""The page while time goes by: it follows the guard, looks dead in time, comes back, and disturbs nobody who reads."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.client import Client
from tests.fakes.wait import wait_for
from tests.web import chrome, snapshots
from tests.web.fake_guard import FakeGuard
from web import create_app

pytest.importorskip("axe_playwright_python", reason="playwright is not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chrome.opened() as opened:
        yield opened


@pytest.fixture
def served(socket_path: Path) -> Iterator[chrome.Served]:
    """The page on a port of its own, asking whoever listens on `socket_path`."""
    server = chrome.Served(create_app(client=Client(socket_path, timeout_s=1.0)))
    yield server
    server.close()


@pytest.fixture
def page(browser: Any, served: chrome.Served, guard_with: Callable[[object], FakeGuard]) -> Iterator[Any]:
    """An open page whose clock the test drives: an hour of the browser's takes no hour."""
    guard = guard_with(snapshots.seat_gone())
    opened = browser.new_page(viewport={"width": 1366, "height": 657})
    opened.clock.install()
    opened.goto(served.address + "/?lang=zh")
    opened.guard = guard
    yield opened
    opened.close()


def pass_until(page: Any, condition: str, *, real_s: float = 30.0) -> int:
    """Lets the browser's seconds go by until `condition` holds; gives how many went. The server's go by as they do."""
    gone, deadline_s = 0, time.monotonic() + real_s
    while not page.evaluate(condition):
        assert time.monotonic() < deadline_s, f"{condition} did not come true"
        page.clock.run_for(1000)
        page.evaluate(
            "() => fetch('/healthz').catch(() => 0)"
        )  # what was asked before this has been answered
        gone += 1
    return gone


DEAD = "() => document.getElementById('page').classList.contains('dead')"
ALIVE = "() => !document.getElementById('page').classList.contains('dead')"


def test_a_guard_that_is_killed_is_said_and_one_that_comes_back_is_shown(
    page: Any, socket_path: Path
) -> None:
    page.guard.die()
    pass_until(page, DEAD)
    pass_until(page, "() => document.getElementById('headline').textContent.includes('无回应')")
    told = page.locator("#headline").text_content()
    assert told.startswith("监控盒 ") and told.endswith("秒无回应，本页已过时，请勿据此判断")
    assert "考试照常进行，请技术人员查看机柜里的“考场守护”盒" in page.locator("#below").text_content()
    assert page.title().startswith("?")
    socket_path.unlink()
    with FakeGuard(socket_path, snapshots.all_well(rev=99), snapshots.told()):
        pass_until(page, ALIVE)
        assert page.locator("#headline").text_content() == "已监测的部分一切正常"
        assert page.title().startswith("●")
        assert page.locator("link[rel=icon]").get_attribute("href") == "/static/icon-ok.svg"


def test_without_its_server_the_page_looks_dead_after_twelve_seconds_and_lives_again_with_it(
    page: Any, served: chrome.Served, socket_path: Path
) -> None:
    page.route("**/fragment?*", lambda route: route.abort())
    gone = pass_until(page, DEAD)
    assert 11 <= gone <= 14
    assert "本页已过时，请勿据此判断" in page.locator("#headline").text_content()
    page.unroute("**/fragment?*")
    assert pass_until(page, ALIVE) <= 30, "it asks less often, but goes on asking"
    assert page.locator("#headline").text_content() == "可以继续，有 2 项需要处理"


def test_a_swap_of_the_panels_takes_neither_focus_nor_scroll_nor_what_is_open(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 500})
    page.locator("#call-4 summary").click()
    page.locator("#help summary").click()
    page.locator("#help summary").focus()
    page.evaluate("() => window.scrollTo(0, 222)")
    page.guard.snapshot = snapshots.mains_lost() | {"incidents": snapshots.seat_gone()["incidents"]}
    pass_until(page, "() => document.title.includes('停电')")
    assert page.evaluate(
        "() => document.getElementById('call-4').open && document.getElementById('help').open"
    )
    assert page.evaluate("() => document.activeElement.parentElement.id") == "help"
    assert page.evaluate("() => window.scrollY") == 222


def test_it_asks_every_three_seconds_with_jitter_and_is_told_unchanged_without_a_body(page: Any) -> None:
    asked: list[str] = []
    answers: list[int] = []
    page.on("request", lambda request: asked.append(request.url) if "/fragment" in request.url else None)
    page.on("response", lambda answer: answers.append(answer.status) if "/fragment" in answer.url else None)

    def answered() -> bool:
        page.evaluate("() => fetch('/healthz').then(() => 0)")
        return len(answers) == len(asked)

    for _ in range(30):
        page.clock.run_for(1000)
        wait_for(answered)  # the next question is counted from there
    assert 10 <= len(answers) <= 12, "from question to question 2.5 to 3 s"
    assert answers.count(200) <= 2 and answers.count(304) >= 5, "the first has no tag yet"


def test_a_page_that_somebody_comes_back_to_asks_at_once(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/fragment" in request.url else None)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("() => fetch('/healthz').then(() => 0)")
    assert len(asked) == 1


def test_what_is_typed_in_a_form_is_never_swapped_away(page: Any, served: chrome.Served) -> None:
    page.goto(served.address + "/signin?lang=zh")
    field = page.locator("input[type=text], input:not([type])").first
    field.fill("李主考")
    page.guard.snapshot = snapshots.mains_lost()
    page.clock.run_for(20_000)
    assert field.input_value() == "李主考"


def test_a_silent_port_is_no_answer_and_no_hang(browser: Any) -> None:
    """A server that takes connections and says nothing: the question is given up, the page looks dead in time."""
    with socket.create_server(("127.0.0.1", 0)) as mute, FakeGuardless() as served:
        opened = browser.new_page()
        opened.clock.install()
        opened.goto(served.address + "/?lang=zh")
        deaf = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        opened.route("**/fragment?*", lambda route: route.continue_(url=deaf))
        assert pass_until(opened, "() => document.getElementById('chip').textContent.startsWith('×')") <= 20
        opened.close()


class FakeGuardless:
    """The page with nobody behind it."""

    def __enter__(self) -> chrome.Served:
        self._served = chrome.Served(create_app(client=Client(Path("/nowhere/guard.sock"), timeout_s=0.5)))
        return self._served

    def __exit__(self, *_: object) -> None:
        self._served.close()
