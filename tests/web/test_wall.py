"""The wall view and the metrics: what they answer, and what of a silent guard."""

from collections.abc import Callable

import pytest

from tests.web import snapshots
from tests.web.conftest import Visit
from tests.web.fake_guard import FakeGuard

Start = Callable[[object], FakeGuard]
EVIL = '"} 1\nvenue_guard_up 1\n\\\u202e<script>'


def test_the_wall_says_verdict_countdown_clock_and_the_one_thing_to_do(
    guard_with: Start, visit: Visit
) -> None:
    page = visit(guard_with(snapshots.seat_gone())).get("/wall").get_data(as_text=True)
    for words in ("可以继续，有 2 项需要处理", "01:31:39", "09:58:21", "1 考场 23 号", "另有 1 项"):
        assert words in page, words
    assert page.count('class="todo"') == 1 and "登录" not in page and "处理…" not in page


def test_the_wall_is_asked_for_anew_only_where_something_changed(guard_with: Start, visit: Visit) -> None:
    client = visit(guard_with(snapshots.all_well()))
    first = client.get("/wall/fragment")
    assert client.get("/wall/fragment", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get("/fragment", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_wall_of_a_silent_guard_says_so_and_hides_what_to_do(guard_with: Start, visit: Visit) -> None:
    page = (
        visit(guard_with(snapshots.seat_gone() | {"turned_age_s": 47.2})).get("/wall").get_data(as_text=True)
    )
    assert "监控盒 47 秒无回应" in page and "unknown dead" in page and 'class="todo"' not in page


def test_the_metrics_are_what_prometheus_reads(guard_with: Start, visit: Visit) -> None:
    parser = pytest.importorskip("prometheus_client.parser", reason="prometheus-client is not installed")
    answer = visit(guard_with(snapshots.seat_gone())).get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }
    assert told["venue_guard_up", ()] == 1
    assert (
        told["venue_verdict", (("level", "attention"),)] == 1
        and told["venue_verdict", (("level", "ok"),)] == 0
    )
    assert told["venue_incidents_open", (("cause", "seat"),)] == 1
    assert told["venue_ups_charge_ratio", (("ups", "ups1"),)] == pytest.approx(0.98)
    assert told["venue_ups_hold_seconds", (("source", "proven"), ("ups", "ups1"))] == 4330
    assert told["venue_seats", (("state", "present"),)] == 99
    assert told["venue_backup_age_seconds", ()] == 201 and told["venue_debts_overdue", ()] == 1


def test_of_a_silent_guard_the_metrics_tell_that_alone(guard_with: Start, visit: Visit) -> None:
    for guard in (guard_with(snapshots.all_well(turned_age_s=47.2)),):
        lines = visit(guard).get("/metrics").get_data(as_text=True).splitlines()
        assert [line for line in lines if line[0] != "#"] == ["venue_guard_up 0"]


def test_a_hold_time_that_nobody_knows_is_no_figure(guard_with: Start, visit: Visit) -> None:
    told = visit(guard_with(snapshots.nothing_read())).get("/metrics").get_data(as_text=True)
    assert "\nvenue_ups_hold_seconds{" not in told and "\nvenue_ups_charge_ratio{" not in told
    assert 'venue_ups_state{ups="ups1",state="unknown"} 1' in told


def test_no_person_seat_or_serial_is_a_label_and_no_name_breaks_a_line(
    guard_with: Start, visit: Visit
) -> None:
    snapshot = snapshots.seat_gone()
    snapshot["power"][0]["name"] = EVIL
    snapshot["incidents"][1].update(acknowledged_by=EVIL, detail=EVIL)
    told = visit(guard_with(snapshot)).get("/metrics").get_data(as_text=True)
    for name in ("张工", "李主考", "1-23", "Kingston", "实验中学"):
        assert name not in told, name
    assert told.count("\nvenue_guard_up") == 1


@pytest.mark.parametrize("nonsense", [{}, {"power": [None, 3], "seats": {}, "verdict": 7, "at": "yesterday"}])
def test_a_snapshot_that_lacks_everything_still_gives_metrics(
    guard_with: Start, visit: Visit, nonsense: dict[str, object]
) -> None:
    answer = visit(guard_with(nonsense)).get("/metrics")
    assert answer.status_code == 200 and 'venue_verdict{level="unknown"} 1' in answer.get_data(as_text=True)
