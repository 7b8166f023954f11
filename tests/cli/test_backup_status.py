"""What `venue backup status` makes of a snapshot: an exit code that is never better than what is known."""

from datetime import timedelta
from typing import Any

import pytest

from appliance.cli.backup_status import judged, lines

LAST = {
    "name": "b7", "at": "2026-09-05T04:00:00+00:00", "expected": 93, "collected": 90, "sources": [],
}  # fmt: skip


def snapshot(**backup: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "state": "ok", "last": LAST, "failed": None, "copies": [], "drill": None, "recipients": [],
        "room": {"state": "ok", "used_bytes": 5_000_000, "limit_bytes": 16_000_000_000, "owed": 2, "owed_bytes": 9},
    }  # fmt: skip
    return {
        "backup": row | backup, "province": {"state": "none"}, "debts": [], "turned_age_s": 0.1,
        "at": "2026-09-05T04:08:00+00:00", "venue": {"timezone": "UTC"},
    }  # fmt: skip


def debt(*, overdue: bool) -> list[dict[str, Any]]:
    return [{"sitting": "am", "what": "receipt", "due": "2026-09-05T04:20:00+00:00", "overdue": overdue}]


def copy(state: str) -> list[dict[str, Any]]:
    return [{"place": "/mnt/ssd", "state": state, "fault": "missing" * (state == "failed"), "lacking": 2}]


@pytest.mark.parametrize(
    ("told", "code", "why"),
    [
        (snapshot(), 0, []),
        (snapshot(state="incomplete"), 1, ["incomplete"]),
        (snapshot(state="failed"), 2, ["failed"]),
        (snapshot(state="late"), 2, ["late"]),
        (snapshot(state="none", last=None), 2, ["none"]),
        (snapshot(room=snapshot()["backup"]["room"] | {"state": "low"}), 1, ["room"]),
        (snapshot(room=snapshot()["backup"]["room"] | {"state": "full"}), 2, ["room"]),
        (snapshot(room=snapshot()["backup"]["room"] | {"state": "unknown"}), 1, ["room"]),
        (snapshot(copies=copy("ok")), 0, []),
        (snapshot(copies=copy("failed")), 1, ["copy:/mnt/ssd"]),
        (snapshot(copies=copy("unknown")), 1, ["copy:/mnt/ssd"]),
        (snapshot(recipients=[{"state": "expired"}]), 1, ["recipients"]),
        (snapshot() | {"debts": debt(overdue=False)}, 1, ["owed:am"]),
        (snapshot() | {"debts": debt(overdue=True)}, 2, ["owed:am"]),
        (snapshot() | {"turned_age_s": 6.0}, 3, ["guard-silent"]),
        (snapshot(state="unmonitored"), 3, ["unmonitored"]),
        (snapshot(state="of a newer guard"), 3, ["of a newer guard"]),
    ],
)
def test_the_worst_that_is_known_is_the_exit_code(told: dict[str, Any], code: int, why: list[str]) -> None:
    assert judged(told, None) == (code, why)


def test_a_bundle_older_than_asked_for_is_critical() -> None:
    assert judged(snapshot(), timedelta(minutes=8)) == (0, [])
    assert judged(snapshot(), timedelta(minutes=7, seconds=59)) == (2, ["too-old"])


def test_each_thing_has_its_line() -> None:
    told = snapshot(
        state="incomplete", copies=copy("failed"), drill={"passed": True, "at": LAST["at"]},
        last=LAST | {"sources": [{"name": "dump", "fault": "damaged"}]},
    )  # fmt: skip
    said = lines(told | {"debts": debt(overdue=False)}, "zh_CN")
    assert said[0].startswith("有来源不完整") and said[1] == "应收 93，已收 90"
    assert said[2] == "来源 dump：数据库在原处已损坏，此前的备份不受影响"
    assert "还有 12 分钟" in said[4] and "5.0 MB" in said[5] and "尚未收到 2 份" in said[6]
    assert said[7] == "副本 /mnt/ssd：没有接上，缺 2 份" and said[8].endswith("通过")
    assert len(lines(told, "en")) == 8
