"""The second layer as a reader sees it: plain JSON values."""

from appliance.events import Moment
from appliance.exam.usb.attached import INTRUDERS, MOUNT, OWN, SOFTWARE, judged
from appliance.exam.usb.attached_causes import is_watched, label_of, ports_of
from appliance.exam.venue import Venue

Plain = dict[str, object]
SHOWN = 64  # the rest is counted


def attached_row(venue: Venue, now: Moment, unheld: tuple[str, ...]) -> Plain:
    """What is there and why it may be, what may not first; the radios; which takings away are not done (`undone`).

    What software made is left out, but for mounts.
    """
    state = "watched" if is_watched(venue) else "unknown"
    if not venue.plan.attached:
        state = "unmonitored"
    whys = [
        (item, judged(venue.attached, ports_of(venue), item, now))
        for _, item in sorted(venue.attached.items.items())
    ]
    shown = [(item, why) for item, why in whys if item.what == MOUNT or why not in (OWN, SOFTWARE)]
    shown.sort(key=lambda pair: pair[1] not in INTRUDERS)
    undone = [key for key in ("mounts", "disks", "interfaces", "radios") if key in unheld]
    rows = [
        {
            "what": item.what,
            "name": item.name,
            "sort": item.sort,
            "label": label_of(item),
            "port": item.port,
            "place": venue.plan.usb_ports.get(item.port, ""),
            "size_bytes": item.size_bytes,
            "allowed": why not in INTRUDERS,
            "why": why,
            "kept": bool(item.holds),
        }
        for item, why in shown[:SHOWN]
    ]
    return {
        "state": state,
        "rows": rows,
        "more": max(0, len(shown) - SHOWN),
        "undone": undone if venue.plan.attached else [],
        "sealed_in": venue.attached.sealed_in is not None,
        "radios": {"wifi": venue.attached.wifi, "bluetooth": venue.attached.bluetooth},
    }
