"""Seats and ports on the page: moved, retired, registered; a USB device let in by two people."""

import re
from typing import Any

import pytest

from tests.control.conftest import Answering
from tests.fakes.box import stored
from tests.web import snapshots, usbs
from tests.web.conftest import Visit
from tests.web.desk import PINS, Browser

NEW = {"room": "1", "seat": "12", "mac": "02-50-00-00-00-99", "ip": "10.50.0.99"}


@pytest.fixture
def technician(person: Browser) -> Browser:
    person.sign_in("technician", "张工")
    return person


def last(venue: Answering, kind: str) -> Any:
    """The body of the newest row of a kind."""
    return stored(venue.box.directory, kind=kind)[-1].body


def test_a_candidate_is_moved_to_a_spare(venue: Answering, technician: Browser) -> None:
    page = technician.get("/seats?seat=1-3")
    page = technician.follow(technician.send(page, "/seats/swap", spare="1-9"))
    assert "已记录：1 考场 3 号 换到备用机 1 考场 9 号（张工）" in page
    assert (last(venue, "seat.swapped").seat, last(venue, "seat.swapped").by) == ("1-3", "张工")


def test_a_machine_is_retired_with_a_reason_and_a_new_one_registered(
    venue: Answering, technician: Browser
) -> None:
    page = technician.get("/seats")
    page = technician.follow(technician.send(page, "/seats/retire", seat="1-3", reason="主板坏"))
    assert "1 考场 3 号停用：主板坏（张工）" in page
    page = technician.follow(technician.send(page, "/seats/register", **(NEW | {"seat": "3"})))
    assert "1 考场 3 号登记新机 02:50:00:00:00:99，10.50.0.99（张工）" in page
    assert last(venue, "seat.registered").spare is False


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"mac": "zz"}, "MAC 须写成"),
        ({"ip": "10.50.0"}, "IP 须写成"),
        ({"room": "<b>"}, "只能用字母、数字"),
        ({"ip": ""}, "缺少IP 地址"),
        ({"seat": "长" * 40}, "过长"),
    ],
)
def test_a_machine_that_can_not_be_meant_says_why_and_keeps_what_was_typed(
    venue: Answering, technician: Browser, changed: dict[str, str], why: str
) -> None:
    fields = NEW | changed
    answer = technician.send(technician.get("/seats"), "/seats/register", **fields, spare="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and why in page and "<b>" not in page
    assert f'value="{NEW["mac"]}"' in page or changed.get("mac") == "zz"
    assert 'value="1" checked' in page, "the tick is kept as well"
    assert not stored(venue.box.directory, kind="seat.registered")


def test_a_refused_swap_keeps_its_own_form_alone(technician: Browser) -> None:
    answer = technician.send(technician.get("/seats?seat=1-3"), "/seats/swap", spare="1-4")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "1-4 不是备用机" in page
    swap, retire = (re.search(f'id="{name}".*?</section>', page, re.DOTALL) for name in ("swap", "retire"))
    assert swap and 'name="seat" value="1-3"' in swap[0] and "1 考场 3 号" in swap[0]
    assert retire and "selected" not in retire[0]


def test_the_seat_is_chosen_first_so_that_its_own_rooms_spares_come_first(
    visit: Visit, guard_with: Any
) -> None:
    guard = guard_with(snapshots.seat_gone())
    guard.acts["session"] = {"role": "technician", "name": "张工", "form": "f"}
    client = visit(guard)
    client.set_cookie("venue_session", "t")
    page = client.get("/seats").get_data(as_text=True)
    assert "/seats/swap" not in page and '<form method="get" action="/seats">' in page
    page = client.get("/seats?seat=2-7").get_data(as_text=True)
    spares = re.findall('<option value="([^"]+)">([^<]+)</option>', page.split('id="retire"')[0])
    assert spares[0] == ("2-25", "2 考场 25 号（本考场）") and all(
        "其他考场" in words for _, words in spares[1:]
    )
    for nonsense in ("9-9", "", "<b>", "x" * 500):
        page = client.get("/seats", query_string={"seat": nonsense}).get_data(as_text=True)
        assert "/seats/swap" not in page and "<b>" not in page


def test_who_only_looks_sees_no_form_for_seats(venue: Answering) -> None:
    page = Browser(venue).get("/seats")
    assert "要办理，请先登录" in page and "<form" not in page


def blocked(visit: Visit, guard_with: Any) -> tuple[Any, Any]:
    """A page whose guard tells of a stick that is blocked, and the guard."""
    snapshot = snapshots.all_well()
    snapshot["usb"] = usbs.EVERY["stick"]()["usb"]
    guard = guard_with(snapshot)
    guard.acts["usb.grant"] = {"seqs": [5]}
    return visit(guard), guard


def test_a_device_is_let_in_by_both_names_and_both_pins(visit: Visit, guard_with: Any) -> None:
    client, guard = blocked(visit, guard_with)
    page = client.get("/usb").get_data(as_text=True)
    device = re.search('name="device" value="([^"]+)"', page)
    assert device is not None
    fields = {"device": device[1], "minutes": "10", "reason": "拷贝", "chief": "王主考", "technician": "张工"}
    answer = client.post(
        "/usb/grant", data=fields | {"pin_chief": "1234", "pin_technician": "5678", "once": "1"}
    )
    assert answer.status_code == 303
    asked = guard.done[-1]
    port, _, id_ = device[1].partition("|")
    assert asked["pins"] == {"chief": "1234", "technician": "5678"}
    assert (asked["args"]["port"], asked["args"]["id"], asked["args"]["minutes"]) == (port, id_, 10)


def test_a_refused_grant_keeps_no_pin(venue: Answering, person: Browser) -> None:
    fields = {"device": "1-2|0781:5567", "minutes": "10", "reason": "拷贝", "chief": "王", "technician": "张"}
    pins = {"pin_chief": PINS["chief"], "pin_technician": PINS["technician"]}
    answer = person.post("/usb/grant", **fields, **pins)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "监控盒没有接管 USB 口" in page
    assert not any(pin in page for pin in PINS.values())
