"""Whom to call about an item, in which order, by its cause and its class: names of `[contacts]`."""

from collections.abc import Mapping

_TECHNICIAN = ("technician",)
_POWER = ("power", "technician", "province")
_UP = ("technician", "city", "province")

# Cause → whom to call while the class is general or not yet confirmed. Reports go up level by level.
CALLS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("mains", "mains_back", "mains_over", "battery_low", "ending"), _POWER),
    **dict.fromkeys(("ups_unknown", "ups_fault", "ups_short"), _TECHNICIAN),
    **dict.fromkeys(("usb", "usb_open", "disk_new", "net_new", "mount_new", "radio_on"), _TECHNICIAN),
    **dict.fromkeys(("attached_unknown", "usb_unknown"), _TECHNICIAN),
    **dict.fromkeys(("switch", "room", "seat", "line_leaks", "outward_many"), _UP),
    **dict.fromkeys(("outward", "stranger", "moved", "doubled", "offered"), _TECHNICIAN),
    **dict.fromkeys(
        ("network_unknown", "network_drift", "rules_unknown", "line_unproven", "network_foreign"), _TECHNICIAN
    ),
    **dict.fromkeys(
        (
            "seats_unknown", "backup_failed", "backup_late", "source_incomplete", "answers_short", "outbox_full",
            "copy_failed", "disk_low", "host", "posture", "clock",
        ),
        _TECHNICIAN,
    ),
    "server_silent": ("technician", "province"),
    "receipt_late": ("province", "technician"),
    "unsealed": _TECHNICIAN,
    **dict.fromkeys(("log_unwritable", "log_damaged"), ("technician", "province")),
}
# Of a major one the province and the city hear at once, whatever its cause.
MAJOR_FIRST = ("province", "city")


def whom_to_call(cause_kind: str, class_: str) -> tuple[str, ...]:
    """Names of contacts in the order in which to call; a technician for a cause of a newer guard."""
    calls = CALLS.get(cause_kind, _TECHNICIAN)
    return tuple(dict.fromkeys((*MAJOR_FIRST, *calls))) if class_ == "major" else calls
