"""Names, serials and notes of strangers in a real browser: nothing of them runs, asks, or turns a page round."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.client import Client
from tests.web import chrome, reports, snapshots, usbs
from tests.web.fake_guard import FakeGuard
from web import create_app

pytest.importorskip("axe_playwright_python", reason="playwright is not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]

MARKUP = (
    "\"'><script>alert(1);window.ran=1</script><img src=x onerror=\"alert(2);window.ran=1\"><svg onload=alert(3)>"
    "</title></style><iframe src=javascript:alert(4)></iframe>{{7*7}}{%x%}"
)
TURNED = "\u202e\u2066\u200f\u061cטקסט\u2069"
LONG = "长" * 3_400  # 10 kB
# What picks a word or a look, not what is shown: strangers do not write these.
CODES = ("trace", "level", "code", "state", "cause_kind", "kind", "at", "timezone", "name_", "phase", "head_hash")


def poisoned(value: Any, evil: str, key: str = "") -> Any:
    """The same shape, every text that somebody outside could have written replaced."""
    if isinstance(value, dict):
        return {name: poisoned(each, evil, name) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, evil, key) for each in value]
    kept = key in CODES or key.endswith(("_at", "_until", "since", "start", "end", "due")) or not isinstance(value, str)
    return value if kept else evil


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    served = chrome.Served()
    with FakeGuard(tmp_path_factory.mktemp("g") / "s", {}) as guard, chrome.opened() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 657})
        page.seen = []
        page.on("dialog", lambda dialog: (page.seen.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.seen.append(request.url) if not ours(request.url) else None)

        def ours(url: str) -> bool:
            return url.startswith(served.address + "/") and "javascript" not in url and not url.endswith("/x")

        def show(snapshot: dict[str, Any], events: list[dict[str, Any]], report: dict[str, Any], path: str) -> Any:
            guard.snapshot, guard.events, guard.acts["sitting.report"] = snapshot, events, report
            served.app = create_app(client=Client(guard.path, timeout_s=5.0))
            page.goto(served.address + path)
            return page

        yield show
        served.close()


@pytest.mark.parametrize("evil", [MARKUP, TURNED, LONG], ids=["markup", "turned", "long"])
@pytest.mark.parametrize("path", ["/?lang=zh", "/?lang=en", "/wall", "/report/am", "/incident/4"])
def test_nothing_a_stranger_wrote_runs_asks_or_breaks_the_page(open_page: Any, path: str, evil: str) -> None:
    clean = snapshots.seat_gone()
    clean["usb"], clean["seats"] = usbs.worst()["usb"], clean["seats"][:30]
    snapshot = poisoned(copy.deepcopy(clean), evil) | {"steps": clean["steps"]}  # the guard's own words
    events = poisoned(snapshots.told(), evil)
    page = open_page(snapshot, events, poisoned(reports.report(), evil), path)
    assert page.seen == [] and page.evaluate("() => window.ran") is None
    shown = page.evaluate("() => [document.scripts.length, document.querySelectorAll('img,iframe,[onload]').length]")
    assert shown[0] <= 1 and shown[1] == 0
    text = page.evaluate("() => document.documentElement.outerHTML")
    assert len(text) < 120_000 and not set("\u202e\u2066\u200f\u061c") & set(text)
    for size in (chrome.LAPTOP, chrome.PHONE):
        assert chrome.resized(page, size)[0] <= size[0]
    chrome.resized(page, chrome.LAPTOP)
