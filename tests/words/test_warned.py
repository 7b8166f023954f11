"""What `venue config check` warns of reads Chinese where a person reads Chinese."""

import re
from pathlib import Path

import pytest

from appliance.words.setup.warned import _SENTENCES, warned_sentence

SAID = [
    "network.province: empty: no paper can be fetched and no bundle handed on through the line",
    "venue.seats: 3 of 30 seats have no mac or no ip: they are taken for strangers",
    "venue.seats: room 2 has 0 spares, the rules ask for 1",
    "ups: old-ups is declared, not watched: the page says 未接入监测",
    "ups: none: the page can not say how long the server holds",
    "lockdown.conf: 1-1 05e3:0608 is listed and not let in at boot: venue config apply",
    "/etc/venue-appliance/unconfigured: it may leave USB and the line open at a boot: venue config apply takes it away",
    "/boot/firmware/cmdline.txt: does not say usbcore.authorized_default=0: venue-install",
]


@pytest.mark.parametrize("text", SAID)
def test_a_warning_is_said_in_chinese_with_its_figures_and_in_english_as_it_came(text: str) -> None:
    said = warned_sentence("zh_CN", text)
    assert re.search("[一-鿿]{4}", said) and all(word in said for word in re.findall(r"\d+|venue-install", text))
    assert warned_sentence("en", text) == text


def test_a_warning_without_a_chinese_sentence_stays_as_it_came() -> None:
    assert warned_sentence("zh_CN", "something: else") == "something: else"


def test_each_warning_of_the_daemon_has_a_chinese_sentence() -> None:
    """The texts as they stand in the code, whatever is filled in."""
    daemon = Path(__file__).resolve().parents[2] / "appliance/daemon"
    found = []
    for name in ("board", "cards", "lockdown", "supply", "network", "settings"):
        text = (daemon / f"{name}.py").read_text(encoding="utf-8")
        for function in re.split(r"\n(?=def )", text):
            if re.match(r"def (warnings|_open|_differing)\(", function):
                bodies = re.findall(r'(?:yield|append\()\s*\(?((?:\s*f?(?:"[^"\n]*"|\'[^\'\n]*\'))+)', function)
                found += bodies
    assert len(found) > 15
    for body in found:
        parts = [a or b for a, b in re.findall(r'"([^"\n]*)"|\'([^\'\n]*)\'', body)]
        text = re.sub(r"\{[^{}]*\}", "7", "".join(parts)).replace("{{", "{").replace("}}", "}")
        if "lockdown" not in text and text.startswith("7: 7"):
            text = text.replace("7:", "lockdown.conf:", 1)
        assert any(re.fullmatch(pattern, text, re.DOTALL) for pattern in _SENTENCES), text
