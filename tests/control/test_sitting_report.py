"""Reading a sitting's report from the log: its own rows, whatever lies around them and however many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.question import ControlError
from appliance.control.sitting_report import sitting_report
from appliance.eventlog import EventLog, Record
from appliance.eventlog.files import begin_beside
from appliance.events import to_text
from appliance.events.bodies import (
    DrillEnded,
    DrillStarted,
    IncidentClosed,
    IncidentNoted,
    IncidentOpened,
    PhaseChanged,
    SealLifted,
    SealMade,
    VenueConfigured,
)
from tests.demo.golden import DAYS, played
from tests.exam.test_report import PLAN, rows


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventLog]:
    """The exam day's own log, which has two sittings in it."""
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    opened = EventLog(tmp_path_factory.mktemp("log") / "events-1.sqlite")
    opened.append(played(path).rows)
    yield opened
    opened.close()


def test_each_sitting_has_its_own_items_and_bundles_and_receipts_of_hours_later(log: EventLog) -> None:
    am, pm = (sitting_report(log, f"2026-09-05-{half}") for half in ("am", "pm"))
    assert [item["cause_kind"] for item in am["incidents"]] == ["mains", "usb", "seat"]
    numbers = {item["number"] for item in am["incidents"]}
    assert not numbers & {item["number"] for item in pm["incidents"]}
    assert am["bundles"][-1]["stage"] == "final" and am["bundles"][-1]["receipted_at"]
    assert am["seal"]["chief"] == "王主考" and am["venue"]["name"] == "实验中学考点"
    assert am["log"]["head_hash"] == log.head_hash.hex() and not am["more"]


def test_a_seal_that_was_lifted_before_the_sitting_is_not_its_seal(tmp_path: Path) -> None:
    made = SealMade(batch="1", chief="王主考", technician="张工")
    lifted = SealLifted(batch="1", by="王主考", reason="换机")
    begun = PhaseChanged(phase="preparing", sitting="am", previous="open")
    days = ((made, lifted, begun), False), ((lifted, made, begun), True), ((made, begun, lifted), True)
    for bodies, sealed in days:
        log = EventLog(tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite")
        log.append([(event.kind, to_text(event)) for event in rows(VenueConfigured(plan=PLAN), *bodies)])
        assert (sitting_report(log, "am")["seal"] is not None) is sealed
        log.close()


def test_no_name_means_the_one_that_is_on_or_was_last(log: EventLog) -> None:
    assert sitting_report(log, "")["sitting"]["id"] == "2026-09-05-pm"


def test_the_head_is_the_one_of_now_though_another_process_writes(log: EventLog, tmp_path: Path) -> None:
    (path,) = (path for path in DAYS if path.stem == "exam-day")
    writer = EventLog(tmp_path / "events-1.sqlite")
    writer.append(played(path).rows[:400])
    reader = EventLog(tmp_path / "events-1.sqlite", read_only=True)
    writer.append(played(path).rows[400:])
    assert sitting_report(reader, "2026-09-05-am")["log"]["head_seq"] == writer.head_seq
    reader.close()
    writer.close()


@pytest.mark.parametrize("asked", ["never", 7, None, "x" * 65, "2026-09-05-am'; DROP TABLE log; --"])
def test_a_sitting_that_is_none_is_refused_in_one_word(log: EventLog, asked: object) -> None:
    with pytest.raises(ControlError) as refusal:
        sitting_report(log, asked)
    assert refusal.value.code in ("unknown-sitting", "bad-question")


def test_before_any_sitting_there_is_nothing_to_report(tmp_path: Path) -> None:
    empty = EventLog(tmp_path / "events-1.sqlite")
    with pytest.raises(ControlError) as refusal:
        sitting_report(empty, "")
    empty.close()
    assert refusal.value.code == "no-sitting-now"


def test_a_flood_of_one_kind_is_cut_off_and_said(log: EventLog) -> None:
    found = sitting_report(log, "2026-09-05-am", most=2)
    assert len(found["bundles"]) == 2 and found["more"]


def test_an_item_that_was_open_before_the_sitting_and_still_is_stands_in_its_report(tmp_path: Path) -> None:
    opened = {"cause_kind": "usb", "cause": "1-3", "place": "1-3"}
    log = EventLog(tmp_path / "events-1.sqlite")
    bodies = (
        VenueConfigured(plan=PLAN),
        DrillStarted(mode="drill", by="张工"),
        IncidentOpened(number=1, **opened),
        DrillEnded(by="张工"),
        IncidentOpened(number=2, **opened),
        IncidentOpened(number=3, **opened),
        IncidentNoted(number=2, by="张工", text="昨晚就在"),
        IncidentClosed(number=3, outcome="recovered", by="张工"),
        PhaseChanged(phase="preparing", sitting="am", previous="open"),
        IncidentOpened(number=4, **opened),
        IncidentClosed(number=2, outcome="recorded", by="王主考"),
    )
    log.append([(event.kind, to_text(event)) for event in rows(*bodies)])
    told = sitting_report(log, "am")["incidents"]
    assert [item["number"] for item in told] == [2, 4], "not the drill's, not the one that was over"
    assert told[0]["notes"][0]["text"] == "昨晚就在" and told[0]["outcome"] == "recorded"
    log.close()


def test_a_report_reads_what_an_older_log_file_holds(tmp_path: Path) -> None:
    told = rows(
        VenueConfigured(plan=PLAN),
        PhaseChanged(phase="preparing", sitting="am", previous="open"),
        IncidentOpened(number=1, cause_kind="usb", cause="1-3", place="1-3"),
        IncidentClosed(number=1, outcome="recorded", by="王主考"),
    )
    first = EventLog(tmp_path / "events-1.sqlite")
    first.append([(event.kind, to_text(event)) for event in told[:3]])
    first.close()
    second = begin_beside(tmp_path / "events-1.sqlite", base=3)
    second.append([(event.kind, to_text(event)) for event in told[3:]])
    second.close()
    record = Record(tmp_path)
    (item,) = sitting_report(record, "am")["incidents"]
    assert item["outcome"] == "recorded"
    record.close()
    (tmp_path / "events-1.sqlite").write_bytes(b"no log")
    record = Record(tmp_path)
    with pytest.raises(ControlError):
        sitting_report(record, "am")
    record.close()
