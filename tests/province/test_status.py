"""The fleet at a glance: who is late and why stands first; and what was received of a venue comes back as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.backup.outbox import bundles
from appliance.cli import main
from appliance.cli.columns import width
from appliance.cli.province_status import table
from appliance.province import contact, venues
from appliance.province.fleet import Verdict, fleet
from tests.backup.settled import settle
from tests.province.conftest import Serve
from tests.province.pulling import pulled
from tests.province.two import NOW, Two


def told(two: Two, code: str, **fields: object) -> None:
    """What the last talk with `code` was like."""
    rows = [venue for venue in venues.read(two.home) if venue.code != code]
    venues.write(two.home, [*rows, venues.Venue(code=code, name=f"第{code}考点", address="127.0.0.1:1")])
    contact.write(two.home, code, contact.Contact(**fields))  # type: ignore[arg-type]


def test_who_needs_help_stands_first_and_each_says_why(two: Two) -> None:
    now = datetime.now(UTC)
    fresh, old = now.isoformat(), (now - timedelta(minutes=20)).isoformat()
    told(two, "1", tried_at=fresh, answered_at=fresh)
    told(two, "2", tried_at=fresh, answered_at=fresh, waiting=3, waiting_bytes=12_000_000)
    told(two, "3", tried_at=fresh, answered_at=old, fault="no answer in its time")
    told(two, "4", tried_at=fresh, answered_at=fresh, alarms=("missing: bundle 7",))
    told(two, "5")
    rows = fleet(two.home, now=now)
    found = [(row.code, row.verdict) for row in rows]
    assert found == [
        ("4", Verdict.ALARM), ("5", Verdict.NEVER), ("3", Verdict.SILENT), ("2", Verdict.BEHIND),
        ("1", Verdict.NOTHING),
    ]  # fmt: skip
    assert round(rows[2].behind_s or 0) == 1200
    lines = table("zh_CN", rows)
    assert "缺第 7 份备份" in lines[2] and "没有按时应答" in "\n".join(lines)
    assert "还差 3 份，12.0 MB" in "\n".join(lines)
    verdicts = [line for line in lines if line[0] in "●▲■"]
    places = {
        width(line[: line.rindex(word)])
        for line, word in zip(verdicts, ("需要", "从未", "联系不上", "正在", "尚无"), strict=True)
    }
    assert len(places) == 1, "columns stand below each other, Chinese or not"


def test_what_is_not_known_is_never_well(two: Two, capsys: pytest.CaptureFixture[str]) -> None:
    told(two, "1")
    (two.home / "contacts" / "1.json").write_text('{"answered_at": "gestern", "alarms": 7}', encoding="utf-8")
    assert main(["province", "status", "--home", str(two.home), "--json"]) == 2
    (row,) = json.loads(capsys.readouterr().out)["venues"]
    assert (row["verdict"], row["answered_at"], row["behind_s"]) == ("never", None, None)
    for raw in ("", "[]", "{", '{"alarms": ["' + "x" * (1 << 20) + '"]}'):
        (two.home / "contacts" / "1.json").write_text(raw, encoding="utf-8")
        (found,) = fleet(two.home, now=datetime.now(UTC))
        assert (found.verdict, found.reasons) == (Verdict.ALARM, (contact.UNREADABLE,))


def test_a_venue_of_which_ever_so_much_is_wrong_is_an_alarm_and_not_one_that_never_answered(two: Two) -> None:
    alarms = tuple(f"{n}: {'错' * 5000}\udc80" for n in range(5000))
    told(two, "1", answered_at=datetime.now(UTC).isoformat(), alarms=alarms, fault="x" * (2 << 20))
    (found,) = fleet(two.home, now=datetime.now(UTC))
    assert found.verdict is Verdict.ALARM and len(found.reasons) == contact.MOST_ALARMS
    assert found.reasons[0].startswith("0: 错") and found.reasons[-1] == "4901 more"


def test_a_venue_is_well_once_its_receipts_are_there(
    two: Two, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(two)
    words = ["province", "status", "--home", str(two.home)]
    pulled(two, opens=False)
    assert main([*words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["venues"][0]["verdict"] == "unopened"
    assert main(["province", "verify", "--home", str(two.home)]) == 0
    assert main(words) == 1
    pulled(two)
    assert main([*words, "--json"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[-1])["venues"][0]
    assert (row["verdict"], row["bundles"], row["accepted"]) == ("ok", 1, 1)
    assert (row["expected"], row["collected"], row["phase"]) == (4, 3, "running")


def test_the_page_holds_strangers_words_as_text_alone(two: Two, tmp_path: Path) -> None:
    told(two, "1", alarms=('<script>alert("x")</script>',))
    target = tmp_path / "fleet.html"
    assert main(["province", "status", "--home", str(two.home), "--html", str(target)]) == 2
    text = target.read_text(encoding="utf-8")
    assert "<script" not in text and "&lt;script&gt;" in text and "http://" not in text


def test_a_venues_words_drive_no_terminal(two: Two) -> None:
    told(two, "1", alarms=("missing\x1b[2J\n\u202ebundle",))
    rows = [replace(row, sitting="am\x1b[2J") for row in fleet(two.home, now=datetime.now(UTC))]
    text = "".join(table("en", rows))
    assert "missing" in text and "am" in text and not {"\x1b", "\n", "\u202e"} & set(text)


def test_a_venues_files_come_back_as_they_were_at_a_time_and_one_candidate_alone(
    two: Two, serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(two.answers)
    (two.answers / "1" / "02.ans").write_text("anders", encoding="utf-8")
    two.publish("delta")
    assert [one.kind for one in bundles(two.state)] == ["full", "delta"]
    serve(two)
    pulled(two)
    words = ["province", "restore", two.venue, "--home", str(two.home), "--into"]
    now, then, one = tmp_path / "now", tmp_path / "then", tmp_path / "one"
    assert main([*words, str(now)]) == 0
    assert (now / "answers" / "1" / "02.ans").read_text(encoding="utf-8") == "anders"
    moment = (NOW + timedelta(minutes=1, seconds=30)).astimezone().isoformat()
    assert main([*words, str(then), "--at", moment]) == 0
    assert (then / "answers" / "1" / "02.ans").read_text(encoding="utf-8").startswith("答案 2")
    assert main([*words[:3], "answers/1/02.ans", *words[3:], str(one)]) == 0
    assert [path.name for path in one.rglob("*") if path.is_file()] == ["02.ans"]
    capsys.readouterr()
    assert main([*words, str(one), "--at", "2020-01-01T00:00"]) == 64
    assert main(["province", "restore", "nobody", "--home", str(two.home), "--into", str(one)]) == 64


def test_after_a_new_box_the_latest_is_the_new_ones_and_the_old_ones_files_still_open(
    two: Two, serve: Serve, tmp_path: Path
) -> None:
    two.publish()
    served = serve(two)
    pulled(two)
    old = bundles(two.state)[-1].name
    assert main(["province", "revoke", two.venue, "--home", str(two.home)]) == 0
    served.close()
    two.new_box()
    (two.answers / "1" / "01.ans").write_text("neu", encoding="utf-8")
    two.publish()
    two.known()
    serve(two)
    pulled(two)
    words = ["province", "restore", two.venue, "--home", str(two.home), "--into"]
    assert main([*words, str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / "answers" / "1" / "01.ans").read_text(encoding="utf-8") == "neu"
    assert main([*words, str(tmp_path / "old"), "--bundle", old]) == 0
    assert (tmp_path / "old" / "answers" / "1" / "01.ans").read_text(encoding="utf-8") != "neu"
