"""A sitting's report as the guard gives it."""

from typing import Any


def report(**changes: object) -> dict[str, Any]:
    """A morning with one machine that was swapped, in two rooms."""
    return {
        "at": "2026-09-05T04:40:00+00:00",
        "venue": {"code": "520100-03", "name": "实验中学考点", "timezone": "Asia/Shanghai"},
        "sitting": {
            "id": "am", "batch": "1", "subject": "审计", "planned_start": "2026-09-05T01:00:00+00:00",
            "planned_end": "2026-09-05T03:30:00+00:00", "start": "2026-09-05T01:00:00+00:00",
            "end": "2026-09-05T03:30:00+00:00", "last_end": "2026-09-05T03:35:00+00:00",
            "finished_at": "2026-09-05T03:40:00+00:00",
        },
        "seal": {"at": "2026-09-04T12:52:00+00:00", "batch": "1", "chief": "李主考", "technician": "张工"},
        "acts": [event("sitting.finished", sitting="am", by="李主考")],
        "incidents": [item(4)],
        "power": [], "windows": [], "grants": [], "box": [],
        "bundles": [{
            "at": "2026-09-05T03:41:00+00:00", "name": "520100-03-000042-x-delta", "stage": "final", "files": 96,
            "sealed_bytes": 1, "sha256": "ab" * 32, "incomplete": [], "receipted_at": None,
        }],
        "rooms": [
            {"room": "1", "seats": 25, "incidents": [{"number": 4, "seats": ["1-23"]}],
             "events": [event("seat.swapped", seat="1-23", spare="1-25", by="李监考")]},
            {"room": "2", "seats": 25, "incidents": [], "events": []},
        ],
        "log": {"head_seq": 4711, "head_hash": "6f1c92ab" * 8},
        "more": False,
    } | changes  # fmt: skip


def event(kind: str, **body: object) -> dict[str, Any]:
    return {"seq": 1, "at": "2026-09-05T02:00:00+00:00", "kind": kind, "body": body}


def item(number: int, **changes: object) -> dict[str, Any]:
    return {
        "number": number, "cause_kind": "seat", "place": "1-23", "members": ["1-23"], "count": 1, "detail": "",
        "opened_at": "2026-09-05T01:55:00+00:00", "ceased_at": None, "resumed_at": None,
        "closed_at": "2026-09-05T01:59:00+00:00", "lasted_minutes": 4, "state": "closed", "class_proposed": "general",
        "class_confirmed": "", "acknowledged_by": "", "lost_minutes": 4, "outcome": "swapped", "closed_by": "李监考",
        "reported": [{"at": "2026-09-05T01:57:00+00:00", "by": "李主考", "to": "省值班室", "answer": "同意"}],
        "notes": [],
    } | changes  # fmt: skip
