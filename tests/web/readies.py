"""The readiness part of a snapshot: a red point, an unknown one, a morning that found something."""

from typing import Any

Snapshot = dict[str, Any]


def point(key: str, level: str, code: str, *, must: bool = True, **args: object) -> Snapshot:
    """A point as the guard gives it."""
    needs = must and level == "critical"
    return {"key": key, "must": must, "level": level, "code": code, "args": args, "needs_reason": needs}


def readiness(**changes: object) -> Snapshot:
    """Before a seal: the clock is off, the line is not proven, seats' USB not declared."""
    at = "2026-09-04T12:30:00+00:00"
    points = [
        point("mains", "ok", "charged", names=["ups1"], charge_percent=98),
        point("hold", "attention", "unproven", names=["ups1"], minutes=70, asked_minutes=60),
        point("line", "unknown", "unproven", at="", reason=""),
        point("usb", "ok", "inventory", names=[], count=0, hash="4f53cda18c2b"),
        point("bundle", "unknown", "not-drilled", name="520100-03-000042-full", at=at),
        point("clock", "critical", "off", by="王主考", at=at, offset_s=300),
        point("seats", "attention", "unseen", count=100, seen=99, spares=4, rooms=["1"], missing=["1-23"]),
        point("panel", "unknown", "untested"),
        point("isolation", "unknown", "unconfirmed", must=False),
        point("seat_usb", "unknown", "undeclared", must=False),
    ]
    row = {
        "batch": "1",
        "level": "critical",
        "revision": "0123456789abcdef",
        "points": points,
        "morning": None,
    }
    return row | changes


def morning(state: str = "found") -> Snapshot:
    """A morning with a machine missing, after a night that nobody watched."""
    return {
        "sitting": "am",
        "state": state,
        "level": "attention",
        "until": "2026-09-04T23:35:00+00:00",
        "by": "",
        "at": None,
        "revision": "0123456789abcdef",
        "points": [
            point("machines", "attention", "missing", present=95, expected=96, missing=["1-23"]),
            point("usb", "ok", "same"),
            point("line", "unknown", "unproven"),
            point("supply", "ok", "same", charge_percent=98, before_percent=98),
        ],
        "unobserved": [
            {"what": "seats", "since": "2026-09-04T12:52:00+00:00", "until": "2026-09-04T23:30:00+00:00"},
            {"what": "box", "since": "2026-09-04T18:00:00+00:00", "until": "2026-09-04T18:10:00+00:00"},
        ],
    }
