"""A point of the readiness check: how it stands, and why, as a code that the words have a sentence for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from appliance.events import Moment
from appliance.exam.verdict import ATTENTION, CRITICAL, OK, UNSURE

# Every point, its reasons, and the level of each. docs/readiness.md says what is measured for each.
MUST: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mains": {
            "charged": OK, "charging": ATTENTION, "no-charge": ATTENTION, "faulty": ATTENTION,
            "on-battery": CRITICAL, "charge-low": CRITICAL, "unread": UNSURE, "unwatched": UNSURE, "none": UNSURE,
        },
        "hold": {
            "proven": OK, "declared": ATTENTION, "unproven": ATTENTION, "reckoned-short": ATTENTION,
            "short": CRITICAL, "uncovered": ATTENTION, "unread": UNSURE, "none": UNSURE,
        },
        "line": {
            "proven": OK, "proven-small": ATTENTION, "leaks": CRITICAL, "drifted": CRITICAL, "rehearsing": ATTENTION,
            "unproven": UNSURE, "unread": UNSURE, "simulated": UNSURE, "off": UNSURE, "card-denied": CRITICAL,
            "boot-files": CRITICAL,
        },
        "usb": {
            "inventory": OK, "intruders": CRITICAL, "open": CRITICAL, "radio": ATTENTION,
            "radio-unknown": UNSURE, "unread": UNSURE, "off": UNSURE, "next-boot": CRITICAL,
        },
        "bundle": {
            "restored": OK, "incomplete": ATTENTION, "old": ATTENTION, "drill-old": ATTENTION, "failed": CRITICAL,
            "key-expired": ATTENTION, "drill-failed": CRITICAL, "drill-empty": UNSURE, "not-drilled": UNSURE,
            "none": UNSURE, "off": UNSURE,
        },
        "clock": {
            "confirmed": OK, "a-little-off": ATTENTION, "off": CRITICAL, "old": UNSURE, "unconfirmed": UNSURE,
        },
        "seats": {
            "seen": OK, "unseen": ATTENTION, "spares-short": ATTENTION, "no-spares": CRITICAL, "unread": UNSURE,
            "off": UNSURE, "none": UNSURE,
        },
        "panel": {
            "seen": OK, "not-seen": CRITICAL, "old": UNSURE, "unsaid": UNSURE, "untested": UNSURE, "off": UNSURE,
        },
    }
)  # fmt: skip
SHOULD: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "disk": {"room": OK, "low": ATTENTION, "full": CRITICAL, "unread": UNSURE},
        "rtc": {"kept": OK, "unkept": ATTENTION, "unread": UNSURE},
        "polarity": {"drilled": OK, "wrong": CRITICAL, "undrilled": ATTENTION, "none": UNSURE},
        "isolation": {"confirmed": OK, "not-isolated": ATTENTION, "unconfirmed": UNSURE},
        "seat_usb": {"declared": ATTENTION, "not-blocked": CRITICAL, "undeclared": UNSURE},
        "wear": {
            "well": OK, "reserve": OK, "reserve-low": ATTENTION, "reserve-gone": ATTENTION, "bad": ATTENTION,
            "unmeasured": UNSURE,
        },
        "temperature": {"well": OK, "bad": ATTENTION, "unmeasured": UNSURE},
        "undervoltage": {"well": OK, "bad": CRITICAL, "unmeasured": UNSURE},
        "offset": {"within": OK, "beyond": ATTENTION, "unmeasured": UNSURE},
        "watchdog": {"on": OK, "idle": ATTENTION, "none": ATTENTION, "unmeasured": UNSURE},
        "line_speed": {"fast": OK, "slow": ATTENTION, "no-link": ATTENTION, "unmeasured": UNSURE},
    }
)
POINTS: Mapping[str, Mapping[str, str]] = MappingProxyType({**MUST, **SHOULD})
WORST_FIRST = (CRITICAL, UNSURE, ATTENTION, OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`level` ok, attention, critical or unknown; `code` names the sentence, `args` fill it.

    `args` hold nothing that moves by itself: what is shown must not look new each second. A time is ISO text in
    `at` or `until`.
    """

    key: str
    must: bool
    level: str
    code: str
    args: dict[str, object] = field(default_factory=dict)


def point(key: str, code: str, **args: object) -> Point:
    """The point `key` for the reason `code`; its level is the table's."""
    return Point(key=key, must=key in MUST, level=POINTS[key][code], code=code, args=args)


def within(at: Moment, now: Moment, limit_s: float) -> bool:
    """Whether `at` is known to be at most `limit_s` ago: a clock that went back, or nobody trusts, tells nothing."""
    if not now.comparable(at) or (now.boot_id != at.boot_id and now.wall < at.wall):
        return False
    return now.since(at) <= limit_s


def worst(levels: tuple[str, ...]) -> str:
    """The level that says most against it: red, then unknown, then amber; green only where all are."""
    return next((level for level in WORST_FIRST if level in levels), UNSURE)
