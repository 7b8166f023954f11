"""What hinders a receipt hinders no bundle, and what was only named is never called here."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest
from appliance.backup.outbox import bundles
from appliance.backup.receipt import Receipt
from appliance.province import ca, contact
from appliance.province.fetch import Budget
from appliance.province.fleet import Verdict, fleet
from appliance.province.opening import Opener
from appliance.province.pull import Pull
from appliance.province.receipts import paths_in, was_accepted
from appliance.province.talk import Told
from appliance.province.wish import Wish
from tests.province.conftest import Serve
from tests.province.pulling import alarms, here, listed_but_down, pulled
from tests.province.served import Handler
from tests.province.two import Two


def test_a_venue_that_takes_no_receipts_is_pulled_from_all_the_same(two: Two, serve: Serve) -> None:
    def lie(handler: Handler, path: str) -> bool:
        if path.endswith("receipts"):
            handler.whole(b"{}", 507)
            return True
        return False

    served = serve(two, lie=lie)
    pulled(two)
    two.publish()
    told = pulled(two)
    assert [one.counter for one in here(two)] == [1, 2]
    assert any("takes its receipt later (507)" in text for text in alarms(told))
    served.lie = None
    assert alarms(pulled(two)) == [] and all(map(was_accepted, here(two)))


@pytest.mark.parametrize("rot", [b"\xff", b"", b'{"format": 1}'])
def test_a_receipt_that_rotted_here_is_written_anew_and_holds_up_nothing(
    two: Two, serve: Serve, rot: bytes
) -> None:
    served = serve(two)
    pulled(two)
    (first,) = here(two)
    paths_in(first.directory, first.name)[0].write_bytes(rot)
    (first.directory / f"{first.name}.receipt.accepted").unlink()
    two.publish()
    told = pulled(two)
    assert alarms(told) == [] and [one.bundle for one in told if one.kind == "withdrawn"] == [first.name]
    assert [one.counter for one in here(two)] == [1, 2] and len(served.receipts) == 3
    assert all(map(was_accepted, here(two)))


def test_a_receipt_that_cannot_be_read_here_is_an_alarm_and_holds_up_nothing(two: Two, serve: Serve) -> None:
    served = serve(two)
    pulled(two)
    (first,) = here(two)
    path = paths_in(first.directory, first.name)[0]
    path.unlink()
    path.mkdir()
    (first.directory / f"{first.name}.receipt.accepted").unlink()
    two.publish()
    found = [text for text in alarms(pulled(two)) if "its receipt cannot be read here" in text]
    assert len(found) == 1 and first.name in found[0]
    assert [one.counter for one in here(two)] == [1, 2] and len(served.receipts) == 2


def test_a_venue_whose_line_broke_before_its_new_bundles_were_asked_for_is_behind(
    two: Two, serve: Serve
) -> None:
    served = serve(two)
    pulled(two)
    assert [row.verdict for row in fleet(two.home, now=datetime.now(UTC))] == [Verdict.OK]
    name = two.publish().name

    def lie(handler: Handler, path: str) -> bool:
        if path.endswith(f"{name}.json"):
            handler.gone()
            return True
        return False

    served.lie = lie
    pulled(two)
    assert contact.read(two.home, two.venue).waiting == 1
    assert [row.verdict for row in fleet(two.home, now=datetime.now(UTC))] == [Verdict.BEHIND]


def test_one_round_ends_though_something_is_wrong_that_nobody_thought_of(two: Two, serve: Serve) -> None:
    serve(two)
    told: list[Told] = []
    pull = Pull(two.home, Wish(once=True), budget=Budget(), told=told.append)
    (two.home / ca.DIRECTORY / ca.CRL_NAME).write_text("no list", encoding="ascii")
    round_ = threading.Thread(target=pull.run, daemon=True)
    round_.start()
    round_.join(30)
    ended = not round_.is_alive()
    pull.stop()
    assert ended and [one.kind for one in told] == ["fault"] and pull.wrong == {two.venue}


def test_a_bundle_that_could_not_be_opened_for_want_of_room_is_opened_once_there_is_some(
    two: Two, serve: Serve
) -> None:
    served = serve(two)
    (bundle,) = bundles(two.state)
    in_the_way = two.home / "received" / two.venue / f"{bundle.name}.receipt.json"
    in_the_way.mkdir(parents=True)
    told: list[Told] = []

    def heard(one: Told) -> None:
        told.append(one)
        if one.kind == "alarm":
            in_the_way.rmdir()
        elif one.kind == "accepted":
            pull.ended()

    pull = Pull(two.home, Wish(every_s=0.05), budget=Budget(), told=heard)
    running = threading.Thread(target=pull.run, daemon=True)
    running.start()
    running.join(30)
    ended = not running.is_alive()
    pull.stop()
    assert ended and len(served.receipts) == 1
    assert [one.kind for one in told if one.kind in ("alarm", "fault", "opened")] == ["alarm", "opened"]


class Breaks(Opener):
    """Ends twice in a way that nobody thought of, as a program does whose memory is gone."""

    times = 0

    def receipt(self, bundle: Published, manifest: Manifest, *, told: Callable[[int], None] | None = None) -> Receipt:
        """A receipt, the third time."""
        self.times += 1
        if self.times < 3:
            raise MemoryError
        return super().receipt(bundle, manifest, told=told)


def test_a_bundle_whose_opening_ended_in_no_known_way_is_an_alarm_and_opened_later_all_the_same(
    two: Two, serve: Serve
) -> None:
    served = serve(two)
    told: list[Told] = []
    seen: list[Verdict] = []

    def heard(one: Told) -> None:
        told.append(one)
        if one.kind == "answered" and len(told) > 3 and not served.receipts:
            seen.extend(row.verdict for row in fleet(two.home, now=datetime.now(UTC)))
        if one.kind == "accepted":
            pull.ended()

    pull = Pull(two.home, Wish(every_s=0.05), budget=Budget(), told=heard, opener=Breaks(two.home))
    running = threading.Thread(target=pull.run, daemon=True)
    running.start()
    running.join(30)
    ended = not running.is_alive()
    pull.stop()
    assert ended and len(served.receipts) == 1
    kinds = [one.kind for one in told if one.kind in ("alarm", "fault", "opened")]
    assert kinds == ["fault", "fault", "opened"]
    assert Verdict.ALARM in seen


def test_venues_that_are_down_keep_the_only_worker_from_none_that_answers(two: Two, serve: Serve) -> None:
    served = serve(two)
    down = [f"520100-9{n}" for n in range(3)]
    listed_but_down(two, *down)
    tried: set[str] = set()

    def heard(one: Told) -> None:
        tried.add(one.venue)
        if one.kind == "accepted":
            pull.ended()

    pull = Pull(two.home, Wish(at_once=1, longest_wait_s=0.0), budget=Budget(), told=heard)
    running = threading.Thread(target=pull.run, daemon=True)
    running.start()
    running.join(30)
    ended = not running.is_alive()
    pull.stop()
    assert ended and len(served.receipts) == 1 and tried == {two.venue, *down}


def test_what_lies_in_the_way_of_one_venue_ends_the_pull_of_no_other(two: Two, serve: Serve) -> None:
    serve(two)
    other = Two(two.root, venue="520100-04")
    other.publish()
    other.known()
    serve(other)
    away = two.home / "received" / two.venue
    away.parent.mkdir(exist_ok=True)
    away.write_bytes(b"")  # or a directory that root made, and that is not the pull's to read
    told = pulled(two)
    assert [one.counter for one in here(other)] == [1]
    assert {one.venue for one in told if one.kind in ("alarm", "fault")} == {two.venue}
