"""A rehearsal of the line: who begins it and when, what ends it, and what it lists."""

from typing import Any

import pytest

from appliance.events.bodies import NetworkProven
from appliance.events.readings import Dropped, FirewallReading, LedgerReading
from appliance.exam.acts import Refused
from appliance.exam.net.view import network_row
from appliance.exam.posture import held_windows, posture
from appliance.exam.verdict import unmonitored
from tests.exam.ledger import SIGNED, Ledger, plan, running, sealed
from tests.exam.net.places import mac_of, networked

WHO = {"technician": "张工", "minutes": 120}
STEP_S = 60
DNS, TUNNEL = 4, 9
MAC = mac_of("1-01")


def refusal(day: Ledger, verb: str, **args: object) -> str:
    with pytest.raises(Refused) as refused:
        day.act(verb, **args)
    return refused.value.code


def rehearsing(**act: object) -> Ledger:
    day = Ledger(networked()).all_read()
    day.read(FirewallReading(digest="d"))
    day.act("net.rehearse.start", **(WHO | act))
    return day


def level(day: Ledger) -> str:
    return posture(day.venue, day.now).levels["network"]


def row(day: Ledger) -> dict[str, Any]:
    return network_row(day.venue, day.now, ())


def why(day: Ledger) -> list[str]:
    return [event.body.why for event in day.recorded("network.rehearsal_ended")]  # type: ignore[attr-defined]


def dropped(day: Ledger, packets: int, number: int = DNS) -> None:
    day.read(LedgerReading(rows=(Dropped(mac=MAC, number=number, packets=packets, ip="", to=""),)))


def test_a_technician_rehearses_before_the_seal_and_the_page_never_calls_it_closed() -> None:
    day = rehearsing()
    assert refusal(day, "net.rehearse.start", **WHO) == "rehearsal-runs"
    (word,) = held_windows(level(day))
    assert (word.name, word.by_boot, word.through) == ("rehearse", True, ())
    assert row(day)["state"] == "rehearsing" and row(day)["rehearsal"]["on"] is True
    assert row(day)["windows"] == [] and row(day)["level"] == level(day)
    assert "network" in unmonitored(day.venue, day.now)
    day.act("net.rehearse.stop", by="李工")
    assert level(day) == "closed" and row(day)["state"] == "closed" and why(day) == ["person"]
    assert "network" not in unmonitored(day.venue, day.now)
    assert refusal(day, "net.rehearse.stop", by="李工") == "no-rehearsal"


def test_in_no_other_phase_no_longer_than_eight_hours_and_not_where_the_line_is_not_held() -> None:
    assert refusal(sealed(networked()), "net.rehearse.start", **WHO) == "rehearsal-only-open"
    assert refusal(running(networked()), "net.rehearse.start", **WHO) == "rehearsal-only-open"
    day = Ledger(networked()).all_read()
    for minutes in (0, 481, "9", True, None):
        assert refusal(day, "net.rehearse.start", technician="张工", minutes=minutes) == "bad-minutes"
    assert refusal(day, "net.rehearse.start", technician=" ", minutes=9) == "missing"
    for laid_down in (plan(network="off"), networked(mode="watch")):
        assert refusal(Ledger(laid_down).all_read(), "net.rehearse.start", **WHO) == "line-not-held"


def test_the_seal_ends_it() -> None:
    day = rehearsing()
    day.act("seal", **SIGNED)
    assert "rehearse" not in level(day) and why(day) == ["sealed"]


def test_its_time_ends_it() -> None:
    day = rehearsing(minutes=30)
    day.advance(29 * 60, every_s=STEP_S)
    assert "rehearse" in level(day)
    day.advance(2 * 60, every_s=STEP_S)
    assert level(day) == "closed" and why(day) == ["expired"]


def test_a_start_of_the_guard_and_a_boot_end_it() -> None:
    day = rehearsing()
    day.restart()
    assert level(day) == "closed" and why(day) == ["restarted"]
    day = rehearsing()
    day.reboot(5.0)
    assert level(day) == "closed" and why(day) == ["restarted"]


def test_the_kernel_is_given_minutes_at_a_time_and_never_beyond_the_end() -> None:
    day = rehearsing(minutes=30)
    end_s = day.now.mono_s + 30 * 60
    levels = set()
    for _ in range(29):
        (word,) = held_windows(level(day))
        assert 0 < word.end_s - day.now.mono_s <= 240 and word.end_s <= end_s
        levels.add(level(day))
        day.advance(STEP_S, every_s=STEP_S)
    assert 10 <= len(levels) <= 16


def test_it_lists_what_would_have_been_dropped_since_it_began_and_keeps_that_list() -> None:
    day = Ledger(networked()).all_read()
    dropped(day, 100)
    day.advance(61, every_s=STEP_S)
    assert row(day)["rehearsal"] is None
    day.act("net.rehearse.start", **WHO)
    dropped(day, 140)
    dropped(day, 3, TUNNEL)
    assert day.recorded("network.ledger")[-1].body.rehearsed  # type: ignore[attr-defined]
    day.advance(61, every_s=STEP_S)
    found = [(r["seat"], r["what"], r["class"], r["packets"]) for r in row(day)["rehearsal"]["rows"]]
    assert found == [("1-01", "tunnel", "attempt", 3), ("1-01", "dns", "background", 40)]
    day.act("net.rehearse.stop", by="张工")
    dropped(day, 900)
    kept = row(day)["rehearsal"]
    assert [r["packets"] for r in kept["rows"]] == [3, 40] and kept["on"] is False
    assert not day.recorded("network.ledger")[-1].body.rehearsed  # type: ignore[attr-defined]


def test_what_was_proven_before_a_rehearsal_or_in_it_is_not_proven_after_it() -> None:
    proven = NetworkProven(sent=60, seen_inside=60, kinds=60)
    day = Ledger(networked()).all_read()
    day.read(FirewallReading(digest="d"))
    day.record(proven)
    assert "verified_at" in row(day)
    day.act("net.rehearse.start", **WHO)
    day.record(proven)
    day.act("net.rehearse.stop", by="张工")
    assert row(day)["state"] == "closed" and "verified_at" not in row(day)
    day.record(proven)
    assert "verified_at" in row(day)
