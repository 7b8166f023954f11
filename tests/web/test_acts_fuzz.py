"""Forms of nonsense: whatever is sent, the page answers with a page, and what a guard would get is plain JSON."""

import json
import random
from typing import Any

import pytest

from tests.web import snapshots
from tests.web.conftest import Visit

PATHS = (
    "/signin", "/signin/first", "/signout", "/incident/4/close", "/incident/4/reported", "/incident/4/note",
    "/incident/4/class", "/incident/4/take", "/incident/4/resume", "/sitting/extend", "/sitting/delay",
    "/sitting/finish", "/sitting/paper", "/sitting/uploaded", "/sitting/more", "/seats/swap", "/seats/retire",
    "/seats/register", "/usb/grant", "/seal", "/seal/lift", "/seal/clock", "/seal/morning", "/seal/say/panel",
    "/seal/say/nothing", "/seal/try/lamps", "/seal/try/nothing",
)  # fmt: skip
NAMES = (
    "role", "name", "pin", "pin_again", "code", "next", "form", "once", "text", "to", "answer", "told_at", "class",
    "outcome", "spare", "seat", "minutes", "consent", "reason", "room", "sure", "sitting", "mac", "ip", "device",
    "chief", "technician", "pin_chief", "pin_technician",
    "offset_s", "shown", "revision", "choice", "why-clock",
)  # fmt: skip
PIECES = (
    "", "0", "-1", "9" * 30, "1e9", "NaN", "24:61", "::", "|", "||", "'", '"><script>alert(1)</script>', "\u202e",
    "\x00", "\x1b[2J", "\ufffe", "长" * 300, "{{7*7}}", "%s%n", "../../etc/passwd", "//evil.example",
    "\r\nSet-Cookie: x=y", "１２", "²", "1-23", "swapped", "general", "chief", "1-1.4|0781:5567",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_form_of_nonsense_gets_a_page_that_repeats_nothing_live(
    path: str, visit: Visit, guard_with: Any
) -> None:
    chance = random.Random(path)
    guard = guard_with(snapshots.seat_gone())
    guard.acts["session"] = {"role": "chief", "name": "王主考", "form": "f"}
    client = visit(guard)
    client.set_cookie("venue_session", "t")
    for _ in range(25):
        names = chance.sample(NAMES, chance.randrange(len(NAMES)))
        fields = {name: "".join(chance.choices(PIECES, k=chance.randrange(3))) for name in names}
        answer = client.post(path, data=fields)
        page = answer.get_data(as_text=True)
        assert answer.status_code in (303, 403, 409, 503), (path, fields)
        assert "<script>alert" not in page and "\x1b" not in page and "\u202e" not in page, fields
        assert answer.headers.get("Location", "/").startswith("/") and "x=y" not in str(answer.headers)
    for question in guard.done:
        json.dumps(question, allow_nan=False)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"%", b"a=%ff%fe&b=%", b"=" * 5000, b"a&" * 3000, b"form=%ed%a0%80"]
)
@pytest.mark.parametrize("path", ["/signin", "/incident/4/note"])
def test_bytes_that_are_no_form_get_a_page(path: str, body: bytes, visit: Visit, guard_with: Any) -> None:
    client = visit(guard_with(snapshots.seat_gone()))
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "x/y",
    ):
        answer = client.post(path, data=body, content_type=kind)
        assert answer.status_code < 500 or answer.status_code == 503


@pytest.mark.parametrize(
    ("path", "fields", "headers"),
    [
        ("/seal/clock", {"offset_s": "--5"}, {}),
        ("/seal/clock", {"offset_s": "-"}, {}),
        ("/seal/clock", {"offset_s": "５"}, {}),
        ("/incident/4/reported", {"to": "x", "told_at": "9" * 30 + ":00"}, {}),
        ("/incident/4/reported", {"to": "x", "told_at": "09:" + "9" * 5000}, {}),
        ("/seal", {}, {"Origin": "http://["}),
    ],
)
def test_what_is_no_number_no_time_and_no_origin_is_refused_and_breaks_nothing(
    path: str, fields: dict[str, str], headers: dict[str, str], visit: Visit, guard_with: Any
) -> None:
    answer = visit(guard_with(snapshots.seat_gone())).post(path, data=fields, headers=headers)
    assert answer.status_code in (303, 403, 409), answer.status_code
