"""Snapshots of USB: a day with a stick, a keyboard for ten minutes, another UPS where the sealed one was."""

from typing import Any

from tests.web.snapshots import Snapshot, all_well, attached_part, incident

UPS_KINDS = ["hid"]


def device(port: str, name: str, **changes: object) -> Snapshot:
    """A device that was taken in at the seal and is in use."""
    return {
        "port": port,
        "place": "",
        "id": "051d:0002",
        "name": name,
        "serial": "",
        "kinds": UPS_KINDS,
        "sha256": "aa" * 32,
        "allowed": True,
        "why": "sealed-in",
        "authorized": True,
    } | changes


def blocked(port: str = "1-1.4", name: str = "Kingston DT 101", **changes: object) -> Snapshot:
    """A stick that was not there at the seal."""
    told = {
        "id": "0951:1666",
        "kinds": ["storage"],
        "allowed": False,
        "why": "not-sealed-in",
        "authorized": False,
    }
    return device(port, name, **(told | changes))


def grant(port: str, **changes: object) -> Snapshot:
    """Two people let in a device at 09:50 for half an hour."""
    return {
        "port": port,
        "id": "0951:1666",
        "name": "Kingston DT 101",
        "how": "grant",
        "since": "2026-09-05T01:50:00+00:00",
        "until": "2026-09-05T02:20:00+00:00",
        "chief": "李主考",
        "technician": "张工",
        "reason": "拷贝监考名单",
    } | changes


def usb(
    *devices: Snapshot,
    grants: tuple[Snapshot, ...] = (),
    state: str = "closed",
    rows: tuple[Snapshot, ...] = (),
    **more: Any,
) -> Snapshot:
    """The part of a snapshot, sealed."""
    told = {"state": state, "devices": list(devices), "grants": list(grants), "sealed_in": True}
    return told | {"attached": attached_part(*rows, **more)}


def in_order() -> Snapshot:
    """What was there at the seal is there."""
    return all_well(
        rev=40, usb=usb(device("1-1", "APC Back-UPS"), device("1-3", "HID Omnikey", kinds=["smartcard"]))
    )


def stick() -> Snapshot:
    """A stick at a port that has a name."""
    verdict = {
        "level": "attention",
        "code": "needs_doing",
        "args": {"count": 1},
        "reason": {"code": "usb", "args": {"place": "1-1.4", "count": 1, "detail": "Kingston DT 101"}},
        "beside": ["sealed"],
    }
    return all_well(
        rev=41,
        verdict=verdict,
        usb=usb(device("1-1", "APC Back-UPS"), blocked(place="左前口")),
        incidents=[incident(5, "usb", place="1-1.4", detail="Kingston DT 101")],
    )


def granted() -> Snapshot:
    """Two people let a stick in until 10:20; a keyboard was let in until 10:05."""
    keys = grant("1-4", name="Dell KB216", id="413c:2113", how="keyboard", chief="", reason="原键盘坏了",
                 until="2026-09-05T02:05:00+00:00")  # fmt: skip
    return all_well(
        rev=42,
        usb=usb(
            device("1-1", "APC Back-UPS"),
            blocked(place="左前口", allowed=True, authorized=True, why="granted"),
            blocked("1-4", "Dell KB216", id="413c:2113", kinds=["keyboard"], allowed=True, authorized=True,
                    why="granted"),
            grants=(grant("1-1.4"), keys),
        ),
    )  # fmt: skip


def worst() -> Snapshot:
    """Everything at once: one not blocked, one changed, one unreadable, a thing that is several, a grant."""
    snapshot = stick()
    snapshot["rev"] = 43
    snapshot["usb"] = usb(
        device(
            "1-1", "APC Back-UPS", allowed=False, why="changed", authorized=False, kinds=["keyboard", "hid"]
        ),
        blocked(place="左前口"),
        blocked("1-2", "", why="unreadable", kinds=["unknown"], id="0000:0000"),
        blocked(
            "2-1",
            "Samsung Galaxy A12 with a very long name of its own",
            kinds=["phone", "storage", "network"],
        ),
        blocked("2-2", "Rubber", kinds=["storage", "keyboard", "network"], authorized=True),
        device("2-3", "HID Omnikey", kinds=["smartcard"], authorized=False),
        grants=(grant("1-4"), grant("1-3", until="2026-09-05T02:01:00+00:00")),
    )
    snapshot["incidents"] += [incident(6, "usb_open", place="2-2", detail="Rubber")]
    return snapshot


EVERY = {"in_order": in_order, "stick": stick, "granted": granted, "worst": worst}
