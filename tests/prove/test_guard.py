"""A real guard between an exam switch and a line, an exam about to begin: it asks for the proof by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.fakes.place import Place, morning
from tests.fakes.wait import wait_for
from tests.lab.wires import Wires, missing

pytestmark = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
NETWORK = """
[network]
mode = "route"
exam_ports = ["sw"]
uplink = "line"
address = "10.50.0.1/16"
province = ["198.51.100.10:443"]
[[network.exam_server]]
name = "exam-server"
ip = "10.50.0.2"
mac = "02:50:00:00:00:02"
tcp = [443]
"""
SITTING = """
[[sitting]]
id = "am"
batch = "1"
subject = "财务管理"
start = {start}
end = {end}
"""
FIRST_S = 40
NEAR, FAR = timedelta(minutes=30), timedelta(days=2)


@pytest.fixture(params=[NEAR])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    here = morning()
    begins = datetime.now(tz=here).replace(microsecond=0, tzinfo=None) + request.param
    times = {"start": begins.isoformat(), "end": (begins + timedelta(hours=2)).isoformat()}
    with Wires() as wires:
        wires.space("box")
        wires.host("switch", mac="02:50:00:00:01:01", ip="10.50.1.1/16", at="box", port="sw")
        wires.host("outside", mac="02:77:00:00:00:01", ip="198.51.100.1/24", at="box", port="line")
        made = Place()
        made.write(NETWORK, timetable=SITTING.format(**times), timezone=here.key)
        with wires.inside("box"):
            made.guard()
        yield made
        made.close()


def test_before_a_sitting_the_guard_has_the_line_proven_and_only_then_says_so(place: Place) -> None:
    def told() -> list[dict[str, object]]:
        found: list[dict[str, object]] = place.client.call("events", kind="network.proven")["events"]
        return found

    wait_for(lambda: bool(told()), seconds=FIRST_S)
    status = place.client.call("status")
    assert status["phase"]["name"] == "preparing"
    network = status["network"]
    assert (network["proof"]["leaked"], network["proof"]["reason"]) == ([], "")
    assert network["proof"]["seen_inside"] == network["proof"]["sent"] >= 60
    assert network["verified_at"] == network["proof"]["at"]
    assert len(told()) == 1, "one a minute"


@pytest.mark.parametrize("place", [FAR], indirect=True)
def test_before_a_seal_a_proof_of_every_kind_is_made_as_soon_as_somebody_asks_for_it(place: Place) -> None:
    def proof() -> dict[str, object]:
        found: dict[str, object] = place.client.call("status")["network"]["proof"]
        return found

    wait_for(lambda: place.client.call("status")["network"]["state"] == "closed", seconds=FIRST_S)
    assert proof()["full_at"] is None and not place.client.call("events", kind="network.proven")["events"]
    place.client.call("net.prove", by="张工")
    wait_for(lambda: proof()["full_at"], seconds=FIRST_S)
    (told,) = place.client.call("events", kind="network.proven")["events"]
    assert told["body"]["full"] is True and told["body"]["leaked"] == []
    assert (proof()["full_owed"], proof()["fresh"]) == (False, True)
