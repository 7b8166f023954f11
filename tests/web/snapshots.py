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


def attached(*rows: Snapshot, **changes: object) -> Snapshot:
    """What hangs on the box behind its ports: its own alone, its radios off."""
    return attached_part(
        *rows,
        attached_thing("disk", "mmcblk0", label="SK32G", size_bytes=31_914_983_424, kept=True),
        attached_thing("interface", "eth0", label="dc:a6:32:00:00:01"),
        attached_thing("mount", "/", label="/dev/mmcblk0p2", kept=True),
        **changes,
    )


def attached_part(*rows: Snapshot, **changes: object) -> Snapshot:
    """The second layer's part of a snapshot with these things alone."""
    told = {"state": "watched", "rows": list(rows), "more": 0, "undone": [], "sealed_in": True}
    return told | {"radios": {"wifi": "off", "bluetooth": "off"}} | changes


def attached_thing(what: str, name: str, **changes: object) -> Snapshot:
    """A disk, an interface or a mount that was there at the seal."""
    told = {"what": what, "name": name, "sort": "", "label": "", "port": "", "place": "", "size_bytes": 0}
    return told | {"allowed": True, "why": "sealed-in", "kept": False} | changes


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
            "contacts": {
                "technician": "张工 13800000000",
                "city": "0851-11111111",
                "province": "0851-00000000",
                "power": "95598",
            },
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
        "supply": {"servers": ["server"], "uncovered": [], "level": "ok"},
        "panel": {
            "configured": True,
            "tested_at": "2026-09-04T10:00:00+00:00",
            "confirmed": True,
            "silenced": False,
            "buzzer": "quiet",
        },
        "usb": {"state": "closed", "devices": [], "attached": attached()},
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
    """A UPS on mains that was proven to hold 72 minutes; on battery for four minutes at 09:12."""
    return {
        "name": "ups1",
        "feeds": ["server"],
        "driver": "nut",
        "watched": True,
        "declared": None,
        "state": "mains",
        "reason": "",
        "status": ["OL"],
        "charge_percent": 98.0,
        "runtime_s": 4320.0,
        "load_percent": 21.0,
        "battery_v": 27.1,
        "input_v": 231.0,
        "read_at": NOW,
        "since": "2026-09-05T01:16:10+00:00",
        "outage_since": None,
        "testing": False,
        "doubts": [],
        "faults": [],
        "hold": hold("ok", proven_s=4330.0, modelled_s=4700.0, reported_s=5100.0),
        "proof": {
            "at": "2026-08-20T07:00:00+00:00",
            "held_s": 4700.0,
            "load_percent": 20.0,
            "ended": "low",
            "test": True,
        },
        "forecast": None,
        "test": None,
        "test_by": None,
        "drill": {"state": "passed", "at": "2026-09-01T02:05:00+00:00", "by": "张工"},
        "ending": None,
        "trace": trace(),
    } | changes


def bare_ups(**changes: object) -> Snapshot:
    """A UPS as a guard of before the hold times gives it: it reports 72 minutes, nothing is proven."""
    known = ("name", "feeds", "driver", "state", "reason", "status", "charge_percent", "runtime_s")
    full = ups()
    return {name: full[name] for name in (*known, "load_percent", "read_at", "since")} | changes


def hold(level: str, **changes: object) -> Snapshot:
    """A UPS's hold times, 60 minutes being asked; what is not named is not known."""
    return {
        "asked_s": 3600.0,
        "level": level,
        "first": "proven" if changes.get("proven_s") else "reported" if changes.get("reported_s") else "",
        "reported_s": None,
        "modelled_s": None,
        "proven_s": None,
        "reported_until": None,
        "modelled_until": None,
        "proven_until": None,
        "why_unproven": "" if changes.get("proven_s") else "never",
    } | changes


def trace(*, lost: int = 73, back: int = 78, charge_s: float = 3.0, until: int = 120) -> list[list[Any]]:
    """A reading a minute from 07:59 on: on battery from minute `lost` to `back`, then charging."""
    rows: list[list[Any]] = []
    charge = 100.0
    for minute in range(until):
        at = "2026-09-04T23:59:00+00:00" if minute == 0 else _minute(minute)
        on_battery = lost <= minute < back
        charge = max(4.0, charge - charge_s) if on_battery else min(100.0, charge + 0.4)
        state = ("low" if charge < 20 else "battery") if on_battery else "mains"
        rows.append([at, state, round(charge, 1), 21.0, charge * 45])
    return rows


def _minute(minute: int) -> str:
    return f"2026-09-05T{(minute - 1) // 60:02}:{(minute - 1) % 60:02}:00+00:00"


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
        "sitting": "am",
        "proposed_extension_minutes": None,
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
    """The mains went at 09:55; the UPS was proven to hold until 11:42."""
    args = {
        "ups": "ups1",
        "runtime_minutes": 103,
        "until": "2026-09-05T03:42:00+00:00",
        "source": "proven",
        "end": "2026-09-05T03:30:00+00:00",
        "missing_minutes": None,
        "place": "ups1",
    }
    held = hold(
        "ok",
        proven_s=6219.0,
        modelled_s=6500.0,
        reported_s=7000.0,
        proven_until="2026-09-05T03:42:00+00:00",
        modelled_until="2026-09-05T03:46:41+00:00",
        reported_until="2026-09-05T03:55:01+00:00",
    )
    return all_well(
        rev=13,
        verdict={
            "level": "attention",
            "code": "on_battery",
            "args": {},
            "reason": {"code": "mains", "args": args},
            "beside": ["mains_lost", "sealed"],
        },
        power=[
            ups(
                state="battery",
                status=["OB", "DISCHRG"],
                charge_percent=88.0,
                runtime_s=7000.0,
                hold=held,
                outage_since="2026-09-05T01:55:00+00:00",
                trace=trace(lost=117, back=120, charge_s=4.0),
            )
        ],
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
        power=[
            ups(
                state="unknown",
                reason="data-stale",
                charge_percent=None,
                runtime_s=None,
                status=[],
                hold=hold("unknown"),
                trace=[],
            )
        ],
        supply={"servers": ["server"], "uncovered": [], "level": "unknown"},
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
