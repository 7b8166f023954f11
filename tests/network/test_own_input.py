"""The box's own doors: staff open the page, the province pulls and is called in its window, nobody else gets in."""

import socket
from collections.abc import Iterator

import pytest

from appliance.enforce.firewall.place import PAGE, PULL
from tests.lab import net
from tests.lab.net import BOX, DIALED, TOPOLOGIES, Lab, within
from tests.lab.net_plan import OPEN, load
from tests.lab.net_plan import PULL as PULLING
from tests.lab.net_shoot import open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
ANSWERED_S, NOBODY_S = 10.0, 0.3
DIAL = 22


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def reaches(lab: Lab, caller: str, listener: str, at: str, port: int, *, within_s: float = NOBODY_S) -> bool:
    """Whether a program of `caller` gets a connection to one of `listener`."""
    with within(lab.namespace(listener)):
        listening = socket.create_server((at, port))
    with within(lab.namespace(caller)):
        calling = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with listening, calling:
        calling.settimeout(within_s)
        try:
            calling.connect((at, port))
        except OSError:
            return False
        return True


def test_staff_open_the_page_and_no_seat_server_or_province_does(lab: Lab) -> None:
    assert reaches(lab, "seat1", "box", BOX.ip, PAGE, within_s=ANSWERED_S), "the control"
    load(lab)
    assert reaches(lab, "management", "box", BOX.ip, PAGE, within_s=ANSWERED_S)
    for caller in ("seat1", "server", "province"):
        at = lab.line_box.ip if caller == "province" else BOX.ip
        assert not reaches(lab, caller, "box", at, PAGE), caller


def test_the_province_pulls_and_is_called_while_its_window_is_open_and_not_before(lab: Lab) -> None:
    lab.run("province", "ip", "address", "add", f"{DIALED}/32", "dev", "lan0")
    lab.run("isp", "ip", "route", "add", DIALED, "dev", "province")
    ways = (("province", "box", lab.line_box.ip, PULL), ("box", "province", DIALED, DIAL))
    for way in ways:
        assert reaches(lab, *way, within_s=ANSWERED_S), f"the control: {way}"
    load(lab, (OPEN,))
    for way in ways:
        assert not reaches(lab, *way), way
    load(lab, (OPEN, PULLING))
    for way in ways:
        assert reaches(lab, *way, within_s=ANSWERED_S), way
    assert not reaches(lab, "internet", "box", lab.line_box.ip, PULL)
    assert not reaches(lab, "seat1", "box", BOX.ip, PULL)
