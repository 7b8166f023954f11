"""One venue fills its own share of the province's disk and nobody else's; a list that is changed counts at once."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.backup.bundle import Published, parsed_name
from appliance.backup.keep import Group, remove
from appliance.backup.outbox import bundles
from appliance.backup.verify import trusted_manifest
from appliance.province import contact, venues
from appliance.province.fetch import Budget
from appliance.province.openings import AT_ONCE, LARGE_BYTES, Openings
from appliance.province.pull import Pull
from appliance.province.revoke import revoke
from appliance.province.row import Row
from appliance.province.share import Share
from appliance.province.talk import Told
from appliance.province.venues import Venue, VenuesFault
from appliance.province.watched import Watched
from appliance.province.wish import Wish
from tests.fakes.wait import wait_for
from tests.province.conftest import Serve
from tests.province.pulling import alarms, cut_once, grow, here, pulled
from tests.province.two import Two


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def with_limits(two: Two, **fields: int) -> None:
    rows = [venue for venue in venues.read(two.home) if venue.code != two.venue]
    (own,) = [venue for venue in venues.read(two.home) if venue.code == two.venue]
    made = {name: getattr(own, name) for name in ("code", "name", "address")} | fields
    venues.write(two.home, [*rows, Venue(**made)])


def test_a_venue_that_fills_its_share_is_named_and_another_is_not_held_up(two: Two, serve: Serve) -> None:
    serve(two)
    other = Two(two.root, venue="520100-04")
    other.publish()
    other.known()
    serve(other)
    pulled(two)
    for _ in range(3):
        grow(two, 2_000_000)
        two.publish()
    grow(other, 2_000_000)
    other.publish()
    quota = 5_000_000
    told = pulled(two, quota_bytes=quota)
    (alarm,) = alarms(told)
    assert "its share of the disk here is full" in alarm
    assert [one.venue for one in told if one.kind == "alarm"] == [two.venue]
    assert size(two.home / "received" / two.venue) <= quota
    assert [one.counter for one in here(other)] == [1, 2]
    left = contact.read(two.home, two.venue)
    assert left.waiting >= 1 and left.alarms == (alarm,)
    with_limits(two, quota_gb=1)
    assert alarms(pulled(two, quota_bytes=quota)) == [], "what venues.toml says of one venue counts for it"
    assert [one.counter for one in here(two)] == [1, 2, 3, 4]


def test_a_cut_line_near_the_end_of_a_share_costs_nothing_that_came(two: Two, serve: Serve) -> None:
    served = serve(two)
    pulled(two)
    grow(two, 2_000_000)
    last = two.publish()
    served.lie = cut_once(last.name, 1_800_000)
    quota = size(two.home / "received" / two.venue) + last.data.stat().st_size + 200_000
    told = alarms(pulled(two, quota_bytes=quota))
    assert "too early" in told[0]
    assert not [one for one in told if "is full" in one], "it fits, and what came of it is a part of it"
    assert here(two)[-1].name == last.name
    assert [one for one in served.of(last.name + ".tar.zst.age") if one], "it went on where it broke"


def test_a_share_is_told_before_it_is_full_and_counts_what_the_medium_gave(tmp_path: Path) -> None:
    assert Share(tmp_path / "nothing", 100).alarm() == ""
    for n in range(10):
        (tmp_path / f"{n}").write_bytes(b"x")
    share = Share(tmp_path, 45_000)
    assert share.takes(1000) and not share.takes(10_000), "ten files of a byte take ten blocks"
    assert "is full" in share.alarm() and "1 bundles wait" in share.alarm()
    assert "nearly full" in Share(tmp_path, 42_000).alarm() and Share(tmp_path, 80_000).alarm() == ""


def test_the_list_is_taken_over_while_it_runs_and_a_broken_one_keeps_the_old(two: Two, serve: Serve) -> None:
    serve(two)
    other = Two(two.root, venue="520100-04")
    other.publish()
    other.known()
    serve(other)
    both = venues.read(two.home)
    own = [venue for venue in both if venue.code == two.venue]
    venues.write(two.home, own)
    told: list[Told] = []
    pull = Pull(two.home, Wish(every_s=0.05, at_once=1), budget=Budget(), told=told.append)
    running = threading.Thread(target=pull.run, daemon=True)
    running.start()

    def heard(kind: str, venue: str) -> int:
        return sum((one.kind, one.venue) == (kind, venue) for one in list(told))

    try:
        wait_for(lambda: heard("accepted", two.venue))
        assert not heard("answered", other.venue)
        (two.home / venues.NAME).write_text("[[venue]]\ncode = 7\n", encoding="utf-8")
        wait_for(lambda: heard("fault", venues.NAME))
        answered = heard("answered", two.venue)
        wait_for(lambda: heard("answered", two.venue) > answered + 3)
        assert heard("fault", venues.NAME) == 1 and pull.wrong == {venues.NAME}
        venues.write(two.home, both)
        wait_for(lambda: heard("accepted", other.venue))
        assert pull.wrong == set()
        venues.write(two.home, [Venue(code=v.code, address=v.address, revoked=v.code == two.venue) for v in both])
        wait_for(lambda: two.venue not in pull.courses)
        gone = heard("answered", two.venue)
        answered = heard("answered", other.venue)
        wait_for(lambda: heard("answered", other.venue) > answered + 3)
        assert heard("answered", two.venue) <= gone + 1, "a talk that was on may end"
    finally:
        pull.stop()
        running.join(30)


def test_a_list_that_cannot_be_looked_at_is_said_once_and_the_old_one_counts_on(two: Two) -> None:
    path = two.home / venues.NAME
    venues.write(two.home, [Venue(code=two.venue, address="127.0.0.1:1")])
    watched, raw = Watched(two.home, ()), path.read_bytes()
    path.unlink()
    path.symlink_to(path)
    assert "counts on" in (watched.changed() or "") and watched.changed() is None
    assert [one.code for one in watched.venues] == [two.venue]
    path.unlink()
    path.write_bytes(raw)
    assert watched.changed() == ""


def test_what_the_box_took_away_itself_is_no_alarm_and_what_nobody_accounts_for_is(two: Two, serve: Serve) -> None:
    two.publish()
    found = bundles(two.state)
    remove(two.state / "outbox", Group(bundles=tuple(found), size_bytes=0))
    two.publish()
    serve(two)
    assert alarms(pulled(two)) == [] and [one.counter for one in here(two)] == [3]
    assert contact.read(two.home, two.venue).gone == "1 to 2"
    two.publish().signature.unlink()
    two.publish()
    assert alarms(pulled(two)) == ["missing: bundle 4"]
    with_limits(two, first=5)
    assert alarms(pulled(two)) == [], "somebody looked into it"
    revoke(two.home, two.venue, now=datetime.now(UTC))
    (row,) = venues.read(two.home)
    assert row.revoked and row.first == 0, "the next box counts from one"


def test_a_gap_is_what_the_newest_manifest_does_not_account_for(two: Two) -> None:
    (bundle,) = bundles(two.state)
    manifest, digest = trusted_manifest(bundle, two.signers)
    assert manifest.pruned == ()
    for spans, alarm, gone in (
        ((), ["missing: bundle 1 to 9"], ""),
        (((1, 9),), [], "1 to 9"),
        (((2, 3), (5, 5)), ["missing: bundle 1", "missing: bundle 4", "missing: bundle 6 to 9"], "2 to 3, 5"),
        (((1, 4), (8, 90)), ["missing: bundle 5 to 7"], "1 to 4, 8 to 9"),
    ):
        row = Row()
        object.__setattr__(bundle, "counter", 10)
        row.add(bundle, digest, spans)
        assert (row.alarms(), row.gone()) == (alarm, gone)
    assert row.alarms(first=7) == ["missing: bundle 7"] and row.alarms(first=8) == []


def made(venue: str, counter: int) -> Published:
    name = f"{venue}-{counter:06d}-20260905T{counter:06d}Z-full"
    return parsed_name(Path("/"), name)  # type: ignore[return-value]


def test_a_huge_bundle_or_many_of_one_venue_hold_up_no_others_receipt() -> None:
    openings = Openings()
    for venue in ("a", "b", "c", "d"):
        openings.put(made(venue, 1), size_bytes=LARGE_BYTES)
    huge = [openings.take() for _ in range(AT_ONCE - 1)]
    for n in range(1, 4):
        openings.put(made("e", n), size_bytes=1)
    openings.put(made("f", 1), size_bytes=1)
    assert not openings.put(made("f", 1), size_bytes=1)
    order = []
    for _ in range(4):
        small = openings.take()
        assert small is not None
        order.append((small.venue, small.counter))
        openings.done(small)
    assert order == [("e", 3), ("f", 1), ("e", 2), ("e", 1)], "by turns, of each its newest first"
    taken: list[object] = []
    waits = threading.Thread(target=lambda: taken.append(openings.take()))
    waits.start()
    assert huge[0] is not None and not taken
    openings.done(huge[0])
    waits.join(10)
    assert [one.venue for one in taken] == ["c"]  # type: ignore[attr-defined]
    openings.end()
    assert openings.take() is None


@pytest.mark.parametrize("line", ["quota_gb = -1", 'quota_gb = "x"', "first = -3", "quota_gb = 99999999999"])
def test_a_share_or_a_first_number_that_none_is_are_refused(two: Two, line: str) -> None:
    (two.home / venues.NAME).write_text(f'[[venue]]\ncode = "x"\n{line}\n', encoding="utf-8")
    with pytest.raises(VenuesFault):
        venues.read(two.home)
