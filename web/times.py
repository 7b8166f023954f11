"""Times and durations as people read them: the venue's own zone, whole minutes, yesterday as a word."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from appliance.words import label

DAY_S = 86_400


def zone_of(name: str) -> tzinfo:
    """The venue's time zone; UTC where its name means nothing, for a page must be shown."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def moment_of(value: object) -> datetime | None:
    """The aware moment an ISO text names; None where it names none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def clock_time(moment: datetime | None, zone: tzinfo, *, seconds: bool = False) -> str:
    """`09:55` in the venue's zone; empty for no moment."""
    if moment is None:
        return ""
    return moment.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_time(language: str, moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    """`09:55`, `昨天 20:52` or `9 月 4 日 20:52`, seen from `now`."""
    if moment is None:
        return ""
    there, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = there.strftime("%H:%M")
    match (today - there.date()).days:
        case 0:
            return time
        case 1:
            return label(language, "yesterday", time=time)
    return label(language, "date", year=there.year, month=f"{there.month}", day=f"{there.day}", time=time)


def duration(language: str, seconds: float) -> str:
    """`47 秒`, `12 分钟`, `3 小时 5 分钟`: what fits a sentence."""
    whole = max(0, int(seconds))
    if whole < 120:
        return label(language, "seconds", count=whole)
    if whole < 7200:
        return label(language, "minutes", count=whole // 60)
    return label(language, "hours", hours=whole // 3600, minutes=whole % 3600 // 60)


def minutes_since(language: str, moment: datetime | None, now: datetime) -> str:
    """Whole minutes since `moment`, as the page's ETag moves once a minute; empty under one."""
    if moment is None or now - moment < timedelta(minutes=1):
        return ""
    return whole_minutes(language, now - moment)


def whole_minutes(language: str, span: timedelta) -> str:
    """`12 分钟`, `3 小时 5 分钟`: never seconds, as the page's ETag moves once a minute."""
    minutes = span // timedelta(minutes=1)
    return label(language, "minutes", count=minutes) if minutes < 120 else duration(language, minutes * 60)


def countdown(language: str, left_s: float) -> str:
    """`01:31:39`; from a day on in days and hours; never below zero."""
    whole = max(0, int(left_s))
    if whole >= DAY_S:
        return label(language, "days", days=whole // DAY_S, hours=whole % DAY_S // 3600)
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


def second_of_day(moment: datetime, zone: tzinfo) -> int:
    """Seconds since local midnight, from which the page's clock goes on between polls."""
    there = moment.astimezone(zone)
    return there.hour * 3600 + there.minute * 60 + there.second
