"""The pages on which people act, in a real browser: read by everybody, on narrow screens, with the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from appliance.client import Client
from tests.web import chrome, readies, snapshots, usbs
from tests.web.fake_guard import FakeGuard
from web import create_app

pytest.importorskip("axe_playwright_python", reason="playwright and axe-core are not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]
PATHS = ("/signin", "/signin?first=1", "/incident/4", "/sitting", "/seats", "/usb", "/seal")


def told() -> dict[str, Any]:
    """A seat gone, a stick blocked, a machine retired, a window open, the sitting over and not collected."""
    snapshot = snapshots.seat_gone()
    for incident in snapshot["incidents"]:
        if incident["cause_kind"] == "seat":
            incident |= {"cause": "1-23", "lost_minutes": 3, "reported": [], "notes": []}
    snapshot["usb"] = usbs.EVERY["stick"]()["usb"]
    snapshot["seats"][1]["state"] = "retired"
    snapshot["seal"], snapshot["readiness"] = None, readies.readiness(morning=readies.morning())
    snapshot["sitting"] |= {"last_end": snapshot["at"], "end": snapshot["at"], "finished_at": None}
    snapshot["phase"] |= {"name": "closing", "sitting": snapshot["sitting"]["id"]}
    return snapshot


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of a browser whose visitor has signed in; `goto` takes a path."""
    served = chrome.Served()
    with (
        FakeGuard(tmp_path_factory.mktemp("g") / "s", told(), snapshots.told()) as guard,
        chrome.opened() as browser,
    ):
        guard.acts["session"] = {"role": "chief", "name": "王主考", "form": "f"}
        served.app = create_app(client=Client(guard.path, timeout_s=5.0))
        context = browser.new_context(base_url=served.address)
        context.add_cookies([{"name": "venue_session", "value": "t", "url": served.address}])
        yield context.new_page()
        served.close()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_acts_can_be_read_and_filled_in_by_everybody(page: Any, path: str) -> None:
    faults = []
    for language in ("zh", "en"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        for width, height in (chrome.LAPTOP, chrome.ZOOMED, chrome.PHONE, chrome.NARROW):
            if chrome.resized(page, (width, height))[0] > width:
                faults.append(f"{language}: scrolls sideways at {width} pixels")
        least, smallest = page.evaluate(chrome.CONTRAST), page.evaluate(chrome.SIZES)
        faults += [f"{language}: contrast {least}"] if least[0] < 4.5 else []
        faults += [f"{language}: a text of {smallest} px"] if smallest < 16 else []
        faults += [f"{language}: {fault}" for fault in chrome.axe(page)]
    assert not faults, "\n".join(faults)


def test_a_form_is_filled_in_and_sent_by_a_browser_without_a_mouse(page: Any) -> None:
    """Our own headers let our own form through: a browser tells where it comes from."""
    page.goto("/signin?lang=zh")
    page.focus("#name")
    page.keyboard.type("李副主考")
    page.keyboard.press("Tab")
    page.keyboard.type("0000")
    page.check("input[value=deputy]")
    page.focus("#pin")
    page.keyboard.press("Enter")
    page.wait_for_selector("#why")
    assert "没有这个操作" in page.inner_text("#why"), "it reached the guard, who is none here"
    assert page.input_value("#name") == "李副主考" and page.input_value("#pin") == ""
