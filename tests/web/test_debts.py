"""What is owed to the province is counted down on the page and in the shell, in whole minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.cli.debts import debt_lines
from web.incidents import debts

RECEIPT = "the province's receipt (am)"
NOW = datetime(2026, 9, 5, 4, 18, 30, tzinfo=UTC)


def owing(minutes: float) -> dict[str, object]:
    due = NOW + timedelta(minutes=minutes)
    row = {"sitting": "am", "what": "receipt", "due": due.isoformat(), "overdue": minutes <= 0}
    return {"debts": [row], "at": NOW.isoformat(), "venue": {"timezone": "UTC"}}


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (12.5, "省里的回执（am）应于 04:31 前，还有 12 分钟", f"{RECEIPT} due by 04:31, 12 min left"),
        (0, "省里的回执（am）已过 04:18 时限，超过 0 分钟", f"{RECEIPT} was due by 04:18, 0 min ago"),
        (-8.9, "省里的回执（am）已过 04:09 时限，超过 8 分钟", f"{RECEIPT} was due by 04:09, 8 min ago"),
    ],
)
def test_minutes_left_and_minutes_gone(minutes: float, zh: str, en: str) -> None:
    said = [debts(language, owing(minutes), NOW, UTC) for language in ("zh_CN", "en")]
    assert [rows[0].words for rows in said] == [zh, en]
    assert said[0][0].level == ("" if minutes > 0 else "attention")
    (line,) = debt_lines(owing(minutes), "zh_CN")
    assert line.replace("09-05 ", "") == zh


def test_within_a_minute_the_words_do_not_move() -> None:
    snapshot = owing(12.5)
    later = NOW + timedelta(seconds=20)
    assert debts("zh_CN", snapshot, NOW, UTC) == debts("zh_CN", snapshot, later, UTC)
