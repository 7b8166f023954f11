"""The card of the backups: the newest bundle, its answers and sources, the province, room, copies."""

from datetime import datetime, tzinfo

from appliance.words import name_of
from web.card import Card, Fold, Line, Say, unmonitored
from web.fields import Plain, count, part, parts, text
from web.sitting_sheet import upload_words
from web.times import day_time, moment_of

LINES_SHOWN = 3  # as the card of the line: all of them fit a small laptop
_LOUD = ("attention", "critical")
_LEVEL = {
    "ok": "ok", "running": "ok", "failed": "attention", "late": "attention", "incomplete": "attention",
    "none": "attention",
}  # fmt: skip


def card(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Card:
    """What the chief examiner sees of them: what is wrong first; what does not fit a small laptop opens below."""
    backup, official = part(snapshot, "backup"), Line(words=_official(language, say, snapshot, zone))
    state, last = text(backup, "state"), part(backup, "last")
    province = _province(language, say, snapshot, now, zone)
    if state in ("unmonitored", ""):
        return unmonitored(say, "backup", [province, official])
    lines = _failed(language, say, backup, now, zone)
    if last:
        lines += [_answers(language, say, last), *_sources(say, last)]
    lines += [province, *_room(say, part(backup, "room")), *_copies(say, backup)]
    lines += _more(language, say, snapshot, now, zone)
    loud = [line for line in lines if line.level in _LOUD]
    quiet = [line for line in lines if line.level not in _LOUD]
    # What is not shown is told all the same: as an item, and by the card's own word.
    lines, loud, shown = loud[LINES_SHOWN:], loud[:LINES_SHOWN], max(0, LINES_SHOWN - 1 - len(loud))
    big = say("backup_running_big" if state == "running" else "backup_none_big")
    if last:
        big = say("backup_big", time=day_time(language, moment_of(last.get("at")), now, zone))
    return Card(
        title=say("backup"), level=_LEVEL.get(state, "unknown"), tag=name_of(language, "backup", state), big=big,
        lines=[*loud, *quiet[:shown], official], fold=_fold(say, [*lines, *quiet[shown:]]),
    )  # fmt: skip


def _official(language: str, say: Say, snapshot: Plain, zone: tzinfo) -> str:
    """The exam system's own upload: rooms' word where somebody wrote it down, and never this box's."""
    if not part(part(snapshot, "sitting"), "uploaded"):
        return say("official")
    return upload_words(language, snapshot, zone)


def _fold(say: Say, lines: list[Line]) -> Fold | None:
    return Fold(name="backup-more", title=say("card_more", count=len(lines)), lines=lines) if lines else None


def _failed(language: str, say: Say, backup: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    failed = part(backup, "failed")
    if text(backup, "state") != "failed" or not failed:
        return []
    at, code = day_time(language, moment_of(failed.get("at")), now, zone), text(failed, "code")
    words = say("backup_failed_why", time=at, code=code) if code else say("backup_failed_line", time=at)
    return [Line(words=words, level="attention")]


def _answers(language: str, say: Say, last: Plain) -> Line:
    """应收 93，已收 93. Green only where both are known; where nobody counts it is unknown."""
    expected, collected = last.get("expected"), last.get("collected")
    if expected is None and collected is None:
        return Line(words=say("answers_unknown"), level="unknown")
    unknown = name_of(language, "word", "unknown")
    words = say(
        "answers",
        expected=unknown if expected is None else expected,
        collected=unknown if collected is None else collected,
    )
    if not isinstance(expected, int) or not isinstance(collected, int):
        return Line(words=words, level="unknown")
    if shortest := part(last, "shortest"):  # several of them: a sum alone says not where to look
        words += say("answers_shortest", **{key: shortest.get(key) for key in ("name", "expected", "collected")})
    return Line(words=words, level="ok" if collected >= expected and not shortest else "attention")


def _sources(say: Say, last: Plain) -> list[Line]:
    return [
        Line(words=say("backup_source", source=text(each, "name"), fault=text(each, "fault")), level="attention")
        for each in parts(last, "sources")
        if text(each, "fault")
    ]


def _room(say: Say, room: Plain) -> list[Line]:
    """How much is used, and what of it the province does not hold; nothing where nobody measured."""
    state = text(room, "state")
    if state not in ("ok", "low", "full"):
        return []
    used = say("backup_room", used=count(room, "used_bytes"), limit=count(room, "limit_bytes"))
    owed = say("backup_owed", count=count(room, "owed"), size=count(room, "owed_bytes"))
    return [Line(words=used, level="" if state == "ok" else "attention"), Line(words=owed)]


def _copies(say: Say, backup: Plain) -> list[Line]:
    found = []
    for copy in parts(backup, "copies"):
        state, place = text(copy, "state"), text(copy, "place")
        if state == "ok":
            found.append(Line(words=say("copy_ok", place=place), level="ok"))
        elif state == "failed":
            fault, lacking = text(copy, "fault"), count(copy, "lacking")
            found.append(Line(words=say("copy_failed", place=place, fault=fault, count=lacking), level="attention"))
        else:
            found.append(Line(words=say("copy_unknown", place=place), level="unknown"))
    return found


def _more(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Line]:
    room, drill = part(part(snapshot, "backup"), "room"), part(part(snapshot, "backup"), "drill")
    found = []
    if text(room, "written_sitting"):
        found.append(Line(words=say("backup_written", size=count(room, "written_bytes"))))
    if drill:
        passed = drill.get("passed") is True
        time = day_time(language, moment_of(drill.get("at")), now, zone)
        if passed and not count(drill, "files"):
            return [*found, Line(words=say("backup_drill_empty", time=time))]
        words = say("backup_drill_passed" if passed else "backup_drill_failed", time=time)
        found.append(Line(words=words, level="ok" if passed else "attention"))
    return found


def _province(language: str, say: Say, snapshot: Plain, now: datetime, zone: tzinfo) -> Line:
    province = part(snapshot, "province")
    time = day_time(
        language, moment_of(province.get("held_until") or province.get("last_receipted_at")), now, zone
    )
    match text(province, "state"):
        case "received":
            return _received(language, say, province, time, now, zone)
        case "behind" if time:
            words = say("province_behind", time=time) + _expected(language, say, province, now, zone)
            return Line(words=words, level="attention")
        case "behind" | "none":
            words = say("province_none") + _expected(language, say, province, now, zone)
            return Line(words=words, level="attention")
    return Line(words=say("province_unmonitored"), level="unknown")


def _received(language: str, say: Say, province: Plain, time: str, now: datetime, zone: tzinfo) -> Line:
    """省里已收，已打开核对 93/93，11:42. Where nobody counts the files; of an old record, until when."""
    at = day_time(language, moment_of(province.get("receipt_at")), now, zone)
    expected, collected = province.get("expected"), province.get("collected")
    if not at:
        return Line(words=say("province_received", time=time), level="ok")
    if not isinstance(expected, int) or not isinstance(collected, int):
        return Line(words=say("province_opened", count=count(province, "files"), time=at), level="ok")
    words = say("province_checked", expected=expected, collected=collected, time=at)
    return Line(words=words, level="ok" if collected >= expected else "attention")


def _expected(language: str, say: Say, province: Plain, now: datetime, zone: tzinfo) -> str:
    """When all of it will be there, by how long it took lately; nothing once that moment has passed."""
    at = moment_of(province.get("expected_at"))
    return say("province_expected", time=day_time(language, at, now, zone)) if at and at > now else ""
