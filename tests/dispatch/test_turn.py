"""One turn: rows before replies, posture made so and made so again, instruments gone silent."""

from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.events.bodies import PowerRead
from appliance.exam.acts import Refused
from tests.fakes.box import SEAL, START, Box, Killed, bodies, names_of, stored
from tests.fakes.clock import FakeClock


def test_the_rows_of_an_act_are_on_disk_before_its_reply(tmp_path: Path) -> None:
    box = Box(tmp_path)
    seen: list[list[str]] = []

    def at_reply(_: "Future[object]") -> None:
        seen.append([event.kind for event in stored(tmp_path)])

    reply = box.ask("seal", **SEAL)
    reply.add_done_callback(at_reply)
    box.dispatch.turn(0)
    (kinds,) = seen
    assert "seal.made" in kinds
    (seq,) = reply.result(timeout=0)["seqs"]
    assert stored(tmp_path)[seq - 1].kind == "seal.made"


def test_a_reply_survives_the_guard_that_gave_it(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.act("seal", **SEAL)
    box.die()
    box.begin()
    seal = box.dispatch.venue.seal
    assert seal is not None and (seal.batch, seal.chief, seal.technician) == ("1", "王主考", "张工")


def test_a_guard_that_dies_between_row_and_act_applies_everything_again_when_it_starts(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path)
    box.step()
    box.hands["network"].kills = True
    box.ask("seal", **SEAL)
    with pytest.raises(Killed):
        box.dispatch.turn(0)
    assert "seal.made" in box.kinds(), "the row comes before the act"
    box.die()
    for hand in box.hands.values():
        hand.told, hand.kills = [], False
    box.begin()
    assert [names_of(level) for level in box.hands["network"].told] == ["closed pull"]
    assert box.hands["usb"].told == ["leave"]
    assert box.hands["lamp"].told, "the lamp is applied again too"


def test_nothing_is_told_twice_while_it_holds(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.run(60)
    assert {key: len(hand.told) for key, hand in box.hands.items() if key != "lamp"} == {
        "usb": 1,
        "network": 1,
    }


def test_what_cannot_be_held_is_said_once_tried_ever_slower_and_its_end_is_said_once(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.run(5)
    usb = box.hands["usb"]
    usb.fails, usb.told = "no such device", []
    box.dispatch._reconciler.drifted("usb")
    tries: list[int] = []
    for _ in range(240):
        before = len(usb.told)
        box.step()
        if len(usb.told) > before:
            tries.append(round(box.clock.mono_s()))
    waits = [later - earlier for earlier, later in zip(tries, tries[1:], strict=False)]
    assert waits[:5] == [1, 2, 4, 8, 16] and set(waits[5:]) == {30}
    assert [(b.key, b.reason) for b in bodies(stored(tmp_path), "posture.failed")] == [
        ("usb", "no such device")
    ]
    assert box.open_kinds == ["posture"] and box.snapshot["verdict"]["level"] == "attention"
    usb.fails = ""
    box.run(31)
    assert [b.key for b in bodies(stored(tmp_path), "posture.held")] == ["usb"]
    box.run(240)
    assert box.open_kinds == [] and bodies(stored(tmp_path), "incident.closed")[-1].outcome == "recovered"


def test_one_key_that_fails_stops_no_other(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.step()
    box.hands["usb"].fails = "no such device"
    box.hands["network"].told = []
    box.dispatch._reconciler.drifted("usb")
    box.act("seal", **SEAL)
    assert [names_of(level) for level in box.hands["network"].told] == ["closed pull"]


def test_an_instrument_silent_for_five_real_seconds_is_unknown_whatever_it_said_last(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.run(10)
    assert box.snapshot["power"][0]["state"] == "mains"
    reading = box.readings.pop("power:server-ups")
    box.run(5)
    assert box.snapshot["power"][0]["state"] == "mains", "five seconds are allowed"
    box.run(2)
    (power,) = box.snapshot["power"]
    assert (power["state"], power["reason"], power["charge_percent"]) == ("unknown", "silent", None)
    assert box.snapshot["verdict"]["level"] == "unknown"
    box.run(5)
    assert box.open_kinds == ["ups_unknown"]
    box.readings["power:server-ups"] = reading
    box.run(2)
    assert box.snapshot["power"][0]["state"] == "mains"
    assert len(bodies(stored(tmp_path), "power.unknown")) == 1, "said once, however long it lasts"


def test_an_instrument_that_never_spoke_is_unknown_too(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.readings.clear()
    box.run(10)
    assert box.snapshot["power"][0]["reason"] == "silent" and box.open_kinds == ["ups_unknown"]


def test_mains_loss_opens_one_incident_however_often_it_is_read(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.read(PowerRead(ups="server-ups", status=("OB", "DISCHRG"), charge_percent=90.0))
    box.run(120, 0.2)
    assert [b.cause_kind for b in bodies(stored(tmp_path), "incident.opened")] == ["mains"]
    rows = bodies(stored(tmp_path), "power.read")
    assert 110 <= len(rows) <= 125, "an outage leaves a row a second, not five"


def test_a_refused_act_leaves_no_row(tmp_path: Path) -> None:
    box = Box(tmp_path)
    before = box.kinds()
    with pytest.raises(Refused, match="two-people-needed"):
        box.act("seal", chief="王", technician="王")
    assert box.kinds() == before


def test_the_revision_moves_only_when_something_visible_did(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.run(5)
    rev = box.board.read().rev
    box.run(30)
    assert box.board.read().rev == rev
    box.act("seal", **SEAL)
    assert box.board.read().rev == rev + 1


def test_an_idle_day_with_a_ups_that_jitters_writes_at_most_two_thousand_rows(tmp_path: Path) -> None:
    box = Box(tmp_path, clock=FakeClock(START - timedelta(days=30)))
    for n in range(24 * 3600 // 10):
        box.read(
            PowerRead(
                ups="server-ups",
                status=("OL",),
                charge_percent=99.0 + n % 2,
                runtime_s=4000.0 + 90 * (n % 3),
                load_percent=33.0 + n % 5,
            )
        )
        box.step(10.0)
    rows = len(box.kinds())
    assert 90 <= rows <= 2000, rows
