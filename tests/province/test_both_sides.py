"""Province and venue as they are: the file of one, nginx and the page of the other, the pull between them."""

import json
import os
from collections.abc import Iterator

import pytest

from appliance.backup.outbox import bundles
from appliance.backup.receipt import accepted
from appliance.cli import main
from appliance.enrolment.enrolled import stage, turn
from appliance.province import keys, venues
from tests.lab import pull
from tests.lab.pull import Box, Door
from tests.province.pulling import alarms, grow, here, pulled
from tests.province.test_enrol import TIMETABLE, file_of
from tests.province.two import Two

pytestmark = pytest.mark.skipif(bool(pull.missing()), reason=pull.missing())


@pytest.fixture
def door(two: Two) -> Iterator[Door]:
    """The venue's side, with the file that the province made."""
    (two.home / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
    (two.home / "enrol.toml").write_text('timetable = "timetable.toml"\n', encoding="utf-8")
    assert main(["province", "enrol", two.venue, "--name", "x", "--home", str(two.home)]) == 0
    os.chmod(two.root, 0o755)
    box = Box(etc=two.state / "etc", outbox=two.state / "outbox", incoming=two.state / "incoming")
    box.etc.mkdir()
    box.incoming.mkdir()
    turn(box.etc, stage(box.etc, file_of(two.home, two.venue), "x", site=pull.SITES / "none"))
    opened = Door(two.state, box=box)
    venues.write(two.home, [venues.Venue(code=two.venue, address=f"127.0.0.1:{opened.port}")])
    yield opened
    opened.close()


def test_an_enrolled_venue_is_pulled_without_its_guard_too_and_its_receipt_lies_with_it(
    two: Two, door: Door
) -> None:
    grow(two)
    two.publish()
    assert alarms(pulled(two)) == []
    assert [one.counter for one in here(two)] == [1, 2]
    line = (two.home / keys.RECEIPTS_PUBLIC_NAME).read_text(encoding="utf-8").strip()
    found = []
    for path in door.incoming.glob("[!.]*"):
        told = json.loads(path.read_text(encoding="utf-8"))
        raw, signature = told["receipt"].encode(), told["signature"].encode()
        found.append(
            accepted(raw, signature, keys=[line], here=bundles(two.state), signers=two.signers).bundle
        )
    assert sorted(found) == [one.name for one in here(two)]


def test_a_box_that_was_revoked_is_not_talked_to(two: Two, door: Door) -> None:
    listed = venues.read(two.home)
    assert main(["province", "revoke", two.venue, "--home", str(two.home)]) == 0
    venues.write(two.home, listed)
    two.known()
    assert "revoked" in alarms(pulled(two))[0] and here(two) == []
