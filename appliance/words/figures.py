"""What the sentence about an incident needs beyond its row: figures of the snapshot, times as the venue's clock."""

from collections.abc import Callable, Mapping

Plain = Mapping[str, object]
Clock = Callable[[str], str]

_TIMES = ("end", "until")


def figures_of(
    snapshot: Plain, cause_kind: object, place: object, clock: Clock, detail: object = ""
) -> dict[str, object]:
    """What the snapshot knows beyond the incident's row; empty where it knows nothing.

    Of a UPS that will be too short `start`, `hold_minutes`, `asked_minutes`; of a USB device that is still at its
    port and is the one that `detail` names `place_name`, `kinds` and `why`. `clock` writes an ISO time as the
    venue's time of day, '' where it is none.
    """
    if cause_kind in ("usb", "usb_open"):
        return _usb_figures(snapshot, place, detail)
    if cause_kind in ("disk_new", "net_new"):
        return {"place_name": usb_places(snapshot).get(str(place), "")}
    if cause_kind != "ups_short":
        return {}
    upses = snapshot.get("power")
    found = [u for u in upses if isinstance(u, Mapping)] if isinstance(upses, list) else []
    ups = next((u for u in found if u.get("name") == place), {})
    forecast, hold = _mapping(ups.get("forecast")), _mapping(ups.get("hold"))
    hold_s, asked_s = _seconds(forecast.get("hold_s")), _seconds(hold.get("asked_s"))
    start = clock(str(forecast.get("at") or ""))
    if hold_s is None or asked_s is None or not start:
        return {}
    return {"start": start, "hold_minutes": int(hold_s // 60), "asked_minutes": int(asked_s // 60)}


def usb_places(snapshot: Plain) -> dict[str, str]:
    """The names that the configuration gives to ports; of those where something is plugged in for an older guard."""
    usb = snapshot.get("usb")
    ports = usb.get("ports") if isinstance(usb, dict) else None
    rows = list(ports.items()) if isinstance(ports, dict) else []
    rows += [(device.get("port"), device.get("place")) for device in _usb_devices(snapshot)]
    return {port: place for port, place in rows if isinstance(port, str) and isinstance(place, str) and place}


def _usb_figures(snapshot: Plain, port: object, name: object) -> dict[str, object]:
    """Of the incident's own device only: another one may stand at its port by now."""
    here = [device for device in _usb_devices(snapshot) if device.get("port") == port]
    figures: dict[str, object] = {"place_name": usb_places(snapshot).get(str(port), "")}
    for device in here:
        if str(device.get("name") or "") == str(name or "") and device.get("allowed") is not True:
            kinds = device.get("kinds")
            figures |= {
                "kinds": kinds if isinstance(kinds, list) else [],
                "why": str(device.get("why") or ""),
            }
    return figures


def _usb_devices(snapshot: Plain) -> list[Plain]:
    devices = _mapping(snapshot.get("usb")).get("devices")
    return [device for device in devices if isinstance(device, Mapping)] if isinstance(devices, list) else []


def with_figures(snapshot: Plain, clock: Clock) -> Plain:
    """The snapshot's verdict, its reason's times as the venue's time of day and with the figures it needs."""
    verdict = _mapping(snapshot.get("verdict"))
    reason = _mapping(verdict.get("reason"))
    args = dict(_mapping(reason.get("args")))
    args |= {name: clock(str(args[name])) or args[name] for name in _TIMES if args.get(name)}
    missing = args.get("missing_minutes")
    if not isinstance(missing, int | float) or missing <= 0:
        args["missing_minutes"] = None
    args |= figures_of(snapshot, reason.get("code"), args.get("place"), clock, args.get("detail"))
    return {**verdict, "reason": {**reason, "args": args}}


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _mapping(value: object) -> Plain:
    return value if isinstance(value, Mapping) else {}
