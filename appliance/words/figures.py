"""What the sentence about an incident needs beyond its row: figures of the snapshot, times as the venue's clock."""

from collections.abc import Callable, Mapping

Plain = Mapping[str, object]
Clock = Callable[[str], str]

_TIMES = ("end", "until")


def figures_of(snapshot: Plain, cause_kind: object, place: object, clock: Clock) -> dict[str, object]:
    """`start`, `hold_minutes`, `asked_minutes` of a UPS that will be too short; empty where nothing is forecast.

    `clock` writes an ISO time as the venue's time of day, '' where it is none.
    """
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


def with_figures(snapshot: Plain, clock: Clock) -> Plain:
    """The snapshot's verdict, its reason's times as the venue's time of day and with the figures it needs."""
    verdict = _mapping(snapshot.get("verdict"))
    reason = _mapping(verdict.get("reason"))
    args = dict(_mapping(reason.get("args")))
    args |= {name: clock(str(args[name])) or args[name] for name in _TIMES if args.get(name)}
    missing = args.get("missing_minutes")
    if not isinstance(missing, int | float) or missing <= 0:
        args["missing_minutes"] = None
    args |= figures_of(snapshot, reason.get("code"), args.get("place"), clock)
    return {**verdict, "reason": {**reason, "args": args}}


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _mapping(value: object) -> Plain:
    return value if isinstance(value, Mapping) else {}
