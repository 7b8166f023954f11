"""A morning in the browser, everything real but the hardware: check, seal, an outage, in hand, the report."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.backup.age_keys import new_identity
from appliance.client import Client, ClientError
from appliance.clock import Segment, write_segments
from appliance.demo import script, venue
from appliance.demo.world import World
from tests.demo.golden import DAYS
from tests.fakes.place import free_port, get
from tests.fakes.wait import wait_for
from tests.web import chrome

pytest.importorskip("axe_playwright_python", reason="playwright is not installed (extra: test)")
pytestmark = [pytest.mark.slow, chrome.needs_chromium]

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 9, 5, 0, 10, tzinfo=UTC)  # 08:10 in Shanghai, fifty minutes before the start
PINS = {"chief": "271828", "technician": "314159"}


@dataclass(frozen=True)
class Morning:
    """A guard and its page as processes, and the world that they watch."""

    address: str
    client: Client
    world: World


@pytest.fixture(scope="module")
def morning() -> Iterator[Morning]:
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    with tempfile.TemporaryDirectory(prefix="va-") as name:
        directory, listen = Path(name), f"127.0.0.1:{free_port()}"
        config, world = venue.write(directory, script.read(path), recipient=new_identity()[1], listen=listen)
        began_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        segment = Segment(real_s=began_s, simulated_s=0.0, rate=1.0)
        write_segments(world.root / "clock.toml", MORNING, [segment])
        world.do({"seats_on": ["all", "spares"]})
        client = Client(directory / "run" / "control.sock", timeout_s=10)
        children = []
        try:
            for verb in ("run", "page"):
                argv = [sys.executable, "-m", "appliance", verb, "--config", str(config)]
                children.append(
                    subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                )
            wait_for(lambda: answers(client) and get(f"http://{listen}/")[0] == 200)
            for role, pin in PINS.items():
                client.call("pin.set", role=role, pin=pin)
            yield Morning(f"http://{listen}", client, world)
        finally:
            for child in children:
                child.kill()
                child.wait(30)


def answers(client: Client) -> bool:
    try:
        return bool(client.call("status")["rev"])
    except ClientError:
        return False


def sign_in(page: Any, address: str) -> None:
    page.goto(f"{address}/signin?lang=zh&next=/seal")
    page.locator("input[name=role][value=chief]").check()
    page.fill("#name", "李主考")
    page.fill("#pin", PINS["chief"])
    page.get_by_role("button", name="登录").click()


def seal(page: Any, address: str) -> None:
    page.goto(f"{address}/seal?lang=zh")
    for reason in page.locator("textarea[form=seal]").all():
        reason.fill("演示设备，由技术负责人现场确认")
    form = page.locator("form#seal")
    for role, name in (("chief", "李主考"), ("technician", "张工")):
        form.locator(f"input[name={role}]").fill(name)
        form.locator(f"input[name=pin_{role}]").fill(PINS[role])
    form.get_by_role("button").last.click()


def test_a_morning_from_the_check_to_the_report(morning: Morning) -> None:
    with chrome.opened() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 657})
        page.goto(f"{morning.address}/seal?lang=zh")
        assert page.locator("ol.points > li").count() >= 8, "the check, open to who only looks"
        sign_in(page, morning.address)
        seal(page, morning.address)
        wait_for(lambda: morning.client.call("status")["seal"] is not None)
        page.goto(f"{morning.address}/?lang=zh")
        assert "封场中" in page.locator("body").inner_text()

        morning.world.do({"ups": {"ups.status": "OB DISCHRG"}})
        page.wait_for_function(
            "() => document.getElementById('headline').textContent.includes('停电')", timeout=30_000
        )
        item = wait_for(lambda: mains(morning.client))[0]
        page.goto(f"{morning.address}/incident/{item['number']}?lang=zh")
        page.locator("form[action*='/take'] button").click()
        assert "处理中" in page.locator("body").inner_text()
        page.fill("#to", "省值班室")
        page.fill("textarea[name=answer]", "同意，继续观察")
        page.locator("form[action*='/reported'] button").click()
        wait_for(lambda: mains(morning.client)[0]["reported"])

        page.goto(f"{morning.address}/report/?lang=zh")
        told = page.locator("article.sheet").first.inner_text()
        for words in ("停电", "李主考 报告 省值班室，答复：同意，继续观察", "本场尚未结束", "主考 李主考"):
            assert words in told, words
        assert page.locator("article.sheet").count() == 5


def mains(client: Client) -> list[dict[str, Any]]:
    return [i for i in client.call("status")["incidents"] if i["cause_kind"] == "mains"]
