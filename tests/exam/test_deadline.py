"""The half hour for the province's receipt runs from the real end: delayed, extended, for one candidate too."""

from datetime import timedelta
from typing import Any

import pytest

from tests.exam.ledger import CONSENT, Ledger, at, running


def debts(day: Ledger) -> list[dict[str, Any]]:
    owed = day.snapshot["debts"]
    assert isinstance(owed, list)
    return owed


def due(day: Ledger) -> str:
    (debt,) = debts(day)
    return str(debt["due"])


@pytest.mark.parametrize(
    ("verb", "args", "end", "deadline"),
    [
        ("sitting.extend", {"minutes": 20}, "11:50", "12:20"),
        ("sitting.extend", {"minutes": 20, "seat": "1-01"}, "11:50", "12:20"),
        ("sitting.extend", {"minutes": 10, "seat": "2-03"}, "11:40", "12:10"),
    ],
)
def test_what_was_extended_moves_the_deadline_for_one_seat_too(
    verb: str, args: dict[str, Any], end: str, deadline: str
) -> None:
    day = running()
    day.act(verb, sitting="am", **args, **CONSENT)
    day.until(end, bundles=True)
    assert due(day) == at(deadline).isoformat() and "receipt_late" not in day.kinds
    day.wall = at(deadline) - timedelta(seconds=1)
    day.settle()
    assert "receipt_late" not in day.kinds
    day.step_wall(1)
    assert day.one("receipt_late").cause == "am" and debts(day)[0]["overdue"] is True


def test_a_delayed_start_moves_the_deadline_with_the_end() -> None:
    day = running(clock="08:50")
    day.act("sitting.delay", sitting="am", minutes=30, **CONSENT)
    day.until("12:01", bundles=True)
    assert due(day) == at("12:30").isoformat() and "receipt_late" not in day.kinds


def test_finishing_late_gives_no_time_more() -> None:
    day = running()
    day.until("12:05", bundles=True)
    assert day.one("receipt_late").cause == "am" and debts(day)[0]["what"] == "final_bundle"
    day.act("sitting.finish", by="王主考")
    day.until("12:06", bundles=True)
    assert [(debt["what"], debt["overdue"]) for debt in debts(day)] == [("receipt", True)]
    assert day.one("receipt_late").ceased is None
    day.receipt(day.venue.backup.finals["am"].name)
    assert day.one("receipt_late").ceased is not None and debts(day) == []


def test_finishing_early_brings_the_deadline_no_nearer() -> None:
    day = running()
    day.until("11:31", bundles=True)
    day.act("sitting.finish", by="王主考")
    day.until("11:59:30", bundles=True)
    assert due(day) == at("12:00").isoformat() and "receipt_late" not in day.kinds


def test_an_extension_after_the_deadline_takes_the_item_back() -> None:
    day = running()
    day.until("11:29", bundles=True)
    day.until("12:01", bundles=True)
    assert day.one("receipt_late").ceased is None
    day.act("sitting.extend", sitting="am", minutes=40, seat="1-01", **CONSENT)
    assert debts(day) == [] and day.one("receipt_late").ceased is not None
    day.until("12:11")
    assert due(day) == at("12:40").isoformat()
