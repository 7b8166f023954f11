"""The report of a sitting: its own facts, by room, without what drills left, and nothing of its neighbours."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.events import Body, Event, from_text
from appliance.events.bodies import (
    BundlePublished,
    BundleReceipted,
    DrillEnded,
    DrillStarted,
    IncidentClosed,
    IncidentGrew,
    IncidentOpened,
    IncidentReported,
    IncidentResumed,
    PhaseChanged,
    PostureFailed,
    SealMade,
    SeatSwapped,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
)
from appliance.events.plan import Plan, SeatPlan, Sitting
from appliance.exam.report import Stretch, latest, report, stretch
from tests.demo.golden import DAYS, played

START = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)
PLAN = Plan(
    code="520100-03",
    name="实验中学考点",
    sittings=(
        Sitting(id="am", batch="1", subject="审计", start=START, end=START + timedelta(minutes=150)),
        Sitting(
            id="pm",
            batch="1",
            subject="税法",
            start=START + timedelta(hours=5),
            end=START + timedelta(hours=7),
        ),
    ),
    seats=tuple(
        SeatPlan(id=f"{room}-{n}", room=room, spare=n == 3) for room in ("1", "2") for n in (1, 2, 3)
    ),
)


def rows(*bodies: Body) -> list[Event]:
    """The bodies a minute after each other."""
    return [
        Event(seq=n, at=START + timedelta(minutes=n), mono_s=60.0 * n, boot_id="b", body=body)
        for n, body in enumerate(bodies, start=1)
    ]


def told(*bodies: Body, drilled: bool = False) -> dict[str, Any]:
    found = report("am", PLAN, rows(*bodies), None, drilled)
    assert found is not None
    return json.loads(json.dumps(found))  # what the socket would give


def opened(number: int, cause_kind: str = "seat", place: str = "1-2", **more: Any) -> IncidentOpened:
    return IncidentOpened(number=number, cause_kind=cause_kind, cause=place, place=place, **more)


def test_a_stretch_goes_from_the_first_phase_of_a_sitting_to_the_row_before_the_next_ones() -> None:
    marks = [(3, ""), (10, "am"), (20, "am"), (30, "pm"), (40, "pm")]
    assert stretch(marks, "am") == Stretch(first=10, last=29)
    assert stretch(marks, "pm") == Stretch(first=30, last=None)
    assert stretch(marks, "never") is None
    assert (latest(marks), latest([(3, "")]), latest([*marks, (50, "")])) == ("pm", "", "pm")


def test_a_phase_that_went_back_and_forth_is_one_stretch() -> None:
    assert stretch([(10, "am"), (20, ""), (30, "am"), (40, "")], "am") == Stretch(first=10, last=39)


def test_an_item_is_told_with_whom_was_told_what_was_lost_and_how_it_ended() -> None:
    found = told(
        opened(4, members=("1-2",)),
        IncidentReported(number=4, by="王主考", to="省值班室", answer="同意"),
        IncidentResumed(number=4, by="李监考", lost_minutes=3),
        IncidentClosed(number=4, outcome="swapped", by="李监考"),
    )
    (item,) = found["incidents"]
    assert (item["lost_minutes"], item["outcome"], item["closed_by"]) == (3, "swapped", "李监考")
    assert [(row["to"], row["answer"]) for row in item["reported"]] == [("省值班室", "同意")]
    assert item["lasted_minutes"] == 2


def test_a_room_has_its_own_items_swaps_and_minutes_and_no_other_rooms() -> None:
    found = told(
        opened(1, "mains", "ups1", members=("1-1", "2-1", "2-2")),
        opened(2, members=("1-2",)),
        SeatSwapped(seat="1-2", spare="1-3", by="李监考"),
        SittingExtended(sitting="am", seat="1-2", minutes=5, by="王主考", consent="省", reason="换机"),
        SittingExtended(sitting="am", minutes=10, by="王主考", consent="省", reason="停电"),
    )
    one, two = found["rooms"]
    assert [(i["number"], i["seats"]) for i in one["incidents"]] == [(1, ["1-1"]), (2, ["1-2"])]
    assert [(i["number"], i["seats"]) for i in two["incidents"]] == [(1, ["2-1", "2-2"])]
    assert [event["kind"] for event in one["events"]] == ["seat.swapped", "sitting.extended"]
    assert two["events"] == []


def test_a_usb_port_that_is_called_as_a_seat_is_no_seat_of_a_room() -> None:
    found = told(opened(5, "usb", "1-2"))
    assert [item["place"] for item in found["incidents"]] == ["1-2"]
    assert found["rooms"][0]["incidents"] == []


def test_what_a_drill_left_is_not_in_it_nor_what_was_said_of_it_after_the_drill() -> None:
    found = told(
        opened(1),
        DrillEnded(by="x"),
        opened(2, "mains", "ups1"),
        DrillStarted(mode="drill", by="x"),
        opened(3),
        SeatSwapped(seat="1-1", spare="1-3", by="x"),
        DrillEnded(by="x"),
        IncidentClosed(number=3, outcome="recovered"),
        IncidentGrew(number=2, again=True),
        drilled=True,
    )
    assert [(item["number"], item["count"]) for item in found["incidents"]] == [(2, 2)]
    assert found["rooms"][0]["events"] == []


def test_an_item_that_another_one_took_in_is_told_there_alone() -> None:
    found = told(
        opened(1), opened(2, "mains", "ups1", absorbs=(1,)), IncidentClosed(number=1, outcome="absorbed")
    )
    assert [item["number"] for item in found["incidents"]] == [2]


def test_the_sitting_stands_as_the_acts_moved_it() -> None:
    found = told(
        SittingDelayed(sitting="am", minutes=10, by="王", consent="省", reason="停电"),
        SittingExtended(sitting="am", minutes=15, by="王", consent="省", reason="停电"),
        SittingFinished(sitting="am", by="王"),
    )["sitting"]
    assert found["start"] == "2026-09-05T01:10:00+00:00" and found["end"] == "2026-09-05T03:55:00+00:00"
    assert found["finished_at"] == "2026-09-05T01:03:00+00:00"


def test_each_bundle_is_told_with_its_receipt_or_none() -> None:
    def bundle(name: str, stage: str) -> BundlePublished:
        return BundlePublished(
            name=name, counter=1, bundle_kind="delta", stage=stage, sitting="am", log_seq=1, files=2, source_bytes=3,
            sealed_bytes=4, sha256="ab" * 32,
        )  # fmt: skip

    found = told(bundle("a", ""), bundle("b", "final"), BundleReceipted(name="b"))["bundles"]
    assert [(row["name"], row["stage"], bool(row["receipted_at"])) for row in found] == [
        ("a", "", False),
        ("b", "final", True),
    ]


def test_a_plan_without_the_sitting_gives_no_report() -> None:
    assert report("never", PLAN, [], None, False) is None


def test_the_seal_is_told_with_its_people() -> None:
    seal = rows(SealMade(batch="1", chief="王主考", technician="张工"))[0]
    found = report("am", PLAN, [], seal, False)
    assert found is not None and found["seal"] == {
        "at": "2026-09-05T01:01:00+00:00",
        "batch": "1",
        "chief": "王主考",
        "technician": "张工",
    }


def test_the_exam_days_first_sitting_is_told_as_it_was_played() -> None:
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    events = [
        from_text(text)
        for kind, text in played(path).rows
        if kind.partition(".")[0] in ("incident", "sitting")
    ]
    plan = next(from_text(text).body.plan for kind, text in played(path).rows if kind == "venue.configured")  # type: ignore[attr-defined]
    found = report("2026-09-05-am", plan, events, None, False)
    assert found is not None
    kinds = [item["cause_kind"] for item in found["incidents"]]  # type: ignore[attr-defined]
    assert kinds[:3] == ["mains", "usb", "seat"]


def test_a_seal_of_another_batch_or_of_a_drill_is_not_the_sittings() -> None:
    for other in (
        SealMade(batch="2", chief="王主考", technician="张工"),
        SealMade(batch="1", chief="王主考", technician="张工", drill="drill"),
    ):
        found = report("am", PLAN, [], rows(other)[0], False)
        assert found is not None and found["seal"] is None


def test_the_windows_that_the_phases_opened_stand_in_the_report_and_a_line_that_did_not_hold() -> None:
    plan = replace(PLAN, network="route")
    bodies = (
        PhaseChanged(phase="preparing", sitting="am", previous="sealed"),
        PostureFailed(key="network", want="paper", reason="nft: no"),
        PostureFailed(key="lamp", want="red", reason="no line"),
        PhaseChanged(phase="running", sitting="am", previous="preparing"),
        PhaseChanged(phase="closing", sitting="am", previous="running"),
    )
    events = [replace(event, at=event.at - timedelta(minutes=91)) for event in rows(*bodies)]
    events[3] = replace(events[3], at=START)
    told: Any = report("am", plan, events, None, False)
    paper, upload = told["phase_windows"]
    assert paper == {
        "name": "paper", "from": (START - timedelta(minutes=75)).isoformat(), "until": START.isoformat()
    }  # fmt: skip
    assert (upload["name"], upload["until"]) == ("upload", None)
    assert [row["kind"] for row in told["windows"]] == ["posture.failed"]
    unheld: Any = report("am", PLAN, events, None, False)
    assert unheld["phase_windows"] == [], "where the box does not hold the line it opened nothing"
