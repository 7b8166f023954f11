"""Snapshots as the guard gives them: an exam day at 09:58 in Shanghai, with 100 seats in four rooms."""

import copy
from typing import Any

Snapshot = dict[str, Any]

NOW = "2026-09-05T01:58:21+00:00"


def seats(*, per_room: int = 25, rooms: int = 4, state: str = "present") -> list[Snapshot]:
    """`rooms` rooms of `per_room` seats, the last one of each a spare."""
    return [
        {
            "id": f"{room}-{number}",
            "room": str(room),
            "seat": str(number),
            "spare": number == per_room,
            "state": state,
        }
        for room in range(1, rooms + 1)
        for number in range(1, per_room + 1)
    ]


def all_well(**changes: object) -> Snapshot:
    """A sitting is running and everything that is watched is as it should be."""
    return {
        "schema": 1,
        "rev": 12,
        "at": NOW,
        "turned_age_s": 0.3,
        "venue": {
            "code": "520100-03",
            "name": "实验中学考点",
            "timezone": "Asia/Shanghai",
            "version": "0.1.0",
            "simulated": False,
            "contacts": {"technician": "张工 13800000000", "province": "0851-00000000", "power": "95598"},
        },
        "clock": {"trusted": True, "rate": 1.0},
        "phase": {"name": "running", "since": "2026-09-05T01:00:00+00:00", "until": None, "sitting": "am"},
        "sitting": {
            "id": "am",
            "batch": "1",
            "subject": "初级会计实务",
            "start": "2026-09-05T01:00:00+00:00",
            "end": "2026-09-05T03:30:00+00:00",
            "planned_start": "2026-09-05T01:00:00+00:00",
            "planned_end": "2026-09-05T03:30:00+00:00",
            "delay_minutes": 0,
            "extend_minutes": 0,
            "extended_seats": {},
            "finished_at": None,
        },
        "steps": [
            {"name": "sealed", "state": "done", "at": "2026-09-04T12:52:00+00:00"},
            {"name": "preparing", "state": "done", "at": "2026-09-04T23:30:00+00:00"},
            {"name": "running", "state": "now", "at": "2026-09-05T01:00:00+00:00"},
            {"name": "closing", "state": "todo", "at": None},
            {"name": "received", "state": "todo", "at": None},
        ],
        "seal": {"batch": "1", "at": "2026-09-04T12:52:00+00:00", "chief": "李主考", "technician": "张工"},
        "drill": "",
        "verdict": {
            "level": "ok",
            "code": "watched_well",
            "args": {"unmonitored": ["network"]},
            "reason": {"code": "", "args": {}},
            "beside": ["sealed"],
        },
        "power": [ups()],
        "usb": {"state": "closed", "devices": []},
        "network": {"state": "unmonitored", "windows": []},
        "presence": {"state": "watched", "expected": 96, "present": 96, "absent": 0, "spares": 4},
        "seats": seats(),
        "backup": {
            "state": "ok",
            "last": {
                "name": "520100-03-000042-20260905T015500Z-delta",
                "at": "2026-09-05T01:55:00+00:00",
                "stage": "",
                "files": 96,
                "sealed_bytes": 1_200_000,
            },
            "failed": None,
        },
        "province": {"state": "received", "last_receipted_at": "2026-09-05T01:50:00+00:00", "name": "x"},
        "debts": [],
        "incidents": [],
        "host": {"disk_free_percent": 71.0, "disk_level": "ok"},
        "log": {"writable": True, "head_seq": 431, "head_hash": "6f1c92ab0e47" * 5, "damaged": ""},
    } | copy.deepcopy(changes)


def ups(**changes: object) -> Snapshot:
    """A UPS on mains that reports 72 minutes."""
    return {
        "name": "ups1",
        "feeds": ["server"],
        "driver": "nut",
        "state": "mains",
        "reason": "",
        "status": ["OL"],
        "charge_percent": 98.0,
        "runtime_s": 4320.0,
        "load_percent": 21.0,
        "read_at": NOW,
        "since": "2026-09-04T01:00:00+00:00",
    } | changes


def incident(number: int, cause_kind: str, **changes: object) -> Snapshot:
    """An open incident that began at 09:55."""
    return {
        "number": number,
        "cause_kind": cause_kind,
        "cause": "",
        "place": "",
        "members": [],
        "count": 1,
        "detail": "",
        "opened_at": "2026-09-05T01:55:00+00:00",
        "ceased_at": None,
        "state": "open",
        "class_proposed": "",
        "class_confirmed": "",
        "acknowledged_by": "",
        "stops_work": False,
        "lost_minutes": None,
        "resumed_at": None,
        "outcome": "",
        "closed_at": None,
        "closed_by": "",
        "drill": "",
        "reported": [],
        "notes": [],
    } | changes


def mains_lost() -> Snapshot:
    """The mains went at 09:55; the UPS reports 62 minutes."""
    args = {"ups": "ups1", "runtime_minutes": 62, "end": "2026-09-05T03:30:00+00:00", "place": "ups1"}
    return all_well(
        rev=13,
        verdict={
            "level": "attention",
            "code": "on_battery",
            "args": {},
            "reason": {"code": "mains", "args": args},
            "beside": ["mains_lost", "sealed"],
        },
        power=[ups(state="battery", status=["OB", "DISCHRG"], charge_percent=88.0, runtime_s=3725.0)],
        incidents=[incident(3, "mains", place="ups1", class_proposed="general")],
    )


def seat_gone() -> Snapshot:
    """Seat 23 of room 1 went at 09:55, and a stick was plugged in at the cabinet."""
    snapshot = all_well(
        rev=14,
        verdict={
            "level": "attention",
            "code": "needs_doing",
            "args": {"count": 2},
            "reason": {"code": "seat", "args": {"place": "1-23", "count": 1, "detail": ""}},
            "beside": ["sealed"],
        },
        presence={"state": "watched", "expected": 96, "present": 95, "absent": 1, "spares": 4},
        incidents=[
            incident(4, "seat", place="1-23", members=["1-23"], stops_work=True, class_proposed="general"),
            incident(
                5,
                "usb",
                place="1-1.4",
                detail="Kingston DataTraveler",
                state="in_hand",
                acknowledged_by="张工",
            ),
        ],
        debts=[{"sitting": "9-4pm", "what": "receipt", "due": "2026-09-05T00:30:00+00:00", "overdue": True}],
    )
    next(seat for seat in snapshot["seats"] if seat["id"] == "1-23")["state"] = "absent"
    return snapshot


def nothing_read() -> Snapshot:
    """No instrument gives a reading; in a drill, on simulated hardware, by an unconfirmed clock."""
    snapshot = all_well(
        rev=15,
        verdict={
            "level": "unknown",
            "code": "unknown",
            "args": {"what": ["power", "usb", "seats"]},
            "reason": {"code": "", "args": {}},
            "beside": ["drill"],
        },
        drill="drill",
        clock={"trusted": False, "rate": 60.0},
        power=[ups(state="unknown", reason="data-stale", charge_percent=None, runtime_s=None, status=[])],
        usb={"state": "unknown", "devices": []},
        network={"state": "unknown", "windows": []},
        presence={"state": "unknown", "expected": 96, "present": 0, "absent": 0, "spares": 4},
        seats=seats(state="unknown"),
        backup={"state": "none", "last": None, "failed": None},
        province={"state": "none", "last_receipted_at": None, "name": ""},
    )
    snapshot["venue"]["simulated"] = True
    return snapshot


def told() -> list[Snapshot]:
    """The last events, newest first."""
    return [
        _event(431, "01:55:00", "incident.opened", {"number": 4, "cause_kind": "seat", "members": ["1-23"]}),
        _event(430, "01:55:00", "bundle.published", {"stage": "", "files": 96, "sealed_bytes": 1_200_000}),
        _event(429, "01:52:00", "incident.opened", {"number": 5, "cause_kind": "usb", "place": "1-1.4"}),
        _event(428, "01:50:00", "power.read", {"ups": "ups1", "status": ["OL"]}),
        _event(427, "01:00:00", "phase.changed", {"phase": "running", "sitting": "am"}),
        _event(400, "00:00:00", "guard.started", {"version": "0.1.0"}),
    ]


def _event(seq: int, time: str, kind: str, body: Snapshot) -> Snapshot:
    return {"seq": seq, "at": f"2026-09-05T{time}+00:00", "kind": kind, "level": 6, "body": body}
