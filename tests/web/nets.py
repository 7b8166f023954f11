"""The network's part of a snapshot, as the guard gives it."""

from typing import Any


def network(**changes: object) -> dict[str, Any]:
    """Routed, closed, everything seen, nobody there who ought not to be."""
    return {
        "state": "closed", "mode": "route", "level": "closed", "drift": [], "windows": [],
        "ledger": "seen", "presence": "seen", "machines": {"noise": 90, "background": 3, "attempt": 0},
        "dropped_packets": 4000, "rows": [], "rows_more": 0, "strangers": [], "moved": [], "doubled": [],
        "offers": [], "devices": {"present": ["exam-server"], "gone": []},
    } | changes  # fmt: skip


def dropped(seat: str = "1-23", what: str = "tunnel", judged: str = "attempt", **changes: object) -> dict[str, Any]:
    return {
        "mac": "02:50:00:01:00:17", "seat": seat, "what": what, "class": judged, "packets": 12,
        "to": "192.0.2.9:51820/udp", "at": "2026-09-05T01:57:00+00:00",
    } | changes  # fmt: skip


STRANGER = {"mac": "02:99:00:00:00:01", "ip": "10.50.9.9", "port": "eth2"}
UPLOAD = {"name": "upload", "until": "2026-09-05T03:10:00+00:00", "how": "phase"}
