"""The charge of one UPS over time, as what an SVG draws: where nothing was read, nothing is drawn."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from appliance.words import label
from web.fields import Plain, number
from web.hold import ON_BATTERY, state_of
from web.times import clock_time, day_time, duration, moment_of

WIDTH, HEIGHT = 360, 100
SPAN = timedelta(hours=4)
LEAST_SPAN = timedelta(minutes=10)
# A UPS that does not change leaves a reading each 15 minutes (appliance.exam.record), in a fast demo up to
# five minutes later; one that was silent for longer says nothing of the time between.
GAP_S = 1260.0
THINNEST = 1.5
# Where the words about the dashed line stand: a curve that goes through there must be read without them.
ADVICE_UNTIL, ADVICE_BELOW_PERCENT = 0.65 * WIDTH, 58.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A reading: `charge` 0…100, None where the UPS told none or could not be read."""

    at: datetime
    state: str
    charge: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of time on battery from `x`, `width` wide; `look` is battery or low."""

    x: float
    width: float
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """SVG paths in a box of WIDTH × HEIGHT; `dot` is the newest charge, `words` say what all of it shows.

    `advice`: there is room for the words beside the dashed line. `outage` names the last time on battery.
    """

    lines: list[str]
    bands: list[Band]
    dot: str
    start: str
    now: str
    outage: str
    advice: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    begin: datetime
    span_s: float

    def x(self, at: datetime) -> float:
        return round((at - self.begin).total_seconds() / self.span_s * WIDTH, 1)


def chart(language: str, ups: Plain, now: datetime, zone: tzinfo) -> Chart | None:
    """The chart of the UPS's trace of the last four hours; None where it tells no charge."""
    points = _lately([*points_of(ups), *_latest(ups, now)], now)
    known = [point.charge for point in points if point.charge is not None]
    if not known:
        return None
    begin, last = min(points[0].at, now - LEAST_SPAN), points[-1]
    scale = _Scale(begin=begin, span_s=(now - begin).total_seconds())
    start, until = day_time(language, begin, now, zone), clock_time(now, zone)
    outages = _outages(points)
    return Chart(
        lines=[_path(part, scale) for part in _unbroken(points)],
        bands=_bands(points, now, scale),
        dot="" if last.charge is None else f"M{scale.x(last.at):g} {_y(last.charge):g}h0",
        start=start,
        now=until,
        outage=_outage_words(language, outages, now, zone),
        advice=_room_for_advice(points, scale),
        words=label(
            language,
            "chart_words",
            start=start,
            now=until,
            lowest=int(min(known)),
            charge=None if last.charge is None else int(last.charge),
            outage=_outage_words(language, outages, now, zone, counted=True)
            or label(language, "chart_no_outage"),
        ),
    )


def points_of(ups: Plain) -> list[Point]:
    """The readings of the trace in the order of time; what is no reading is left out."""
    trace = ups.get("trace")
    rows = [row for row in trace if isinstance(row, list) and len(row) > 2] if isinstance(trace, list) else []
    points = []
    for row in rows:
        at, state, charge = moment_of(row[0]), str(row[1]), row[2]
        if at is None:
            continue
        read = isinstance(charge, int | float) and not isinstance(charge, bool) and state != "unknown"
        points.append(Point(at=at, state=state, charge=min(100.0, max(0.0, charge)) if read else None))
    return sorted(points, key=lambda point: point.at)


def _latest(ups: Plain, now: datetime) -> list[Point]:
    """What it reads now: an idle UPS's last row is minutes old."""
    charge, state = number(ups, "charge_percent"), state_of(ups)
    if charge is None or state == "unknown":
        return []
    return [Point(at=now, state=state, charge=min(100.0, max(0.0, charge)))]


def _lately(points: list[Point], now: datetime) -> list[Point]:
    """The readings of the last SPAN; what was so when it began stands at its beginning."""
    begin = now - SPAN
    before = [point for point in points if point.at <= begin]
    within = [point for point in points if begin < point.at <= now]
    if before and within and (within[0].at - before[-1].at).total_seconds() <= GAP_S:
        within.insert(0, replace(before[-1], at=begin))
    return within


def _unbroken(points: list[Point]) -> list[list[Point]]:
    """The readings in stretches without a gap between them."""
    stretches: list[list[Point]] = []
    before: Point | None = None
    for point in points:
        if point.charge is not None:
            if before is None or (point.at - before.at).total_seconds() > GAP_S:
                stretches.append([])
            stretches[-1].append(point)
        before = point if point.charge is not None else None
    return stretches


def _path(points: list[Point], scale: _Scale) -> str:
    # A level stretch needs its two ends only: a quiet day is a few bytes.
    kept = [
        point
        for number, point in enumerate(points)
        if number in (0, len(points) - 1)
        or not points[number - 1].charge == point.charge == points[number + 1].charge
    ]
    steps = [f"{scale.x(point.at):g} {_y(point.charge or 0.0):g}" for point in kept]
    return "M" + "L".join(steps) + ("h0" if len(steps) == 1 else "")


def _y(charge: float) -> float:
    return round(HEIGHT - charge, 1)


def _runs(points: list[Point]) -> list[tuple[datetime, datetime | None, str]]:
    """(from, until, state) of each stretch of one state; None for the last one, which goes on."""
    runs: list[tuple[datetime, datetime | None, str]] = []
    for point in points:
        if runs and runs[-1][2] == point.state:
            continue
        if runs:
            runs[-1] = (runs[-1][0], point.at, runs[-1][2])
        runs.append((point.at, None, point.state))
    return runs


def _bands(points: list[Point], now: datetime, scale: _Scale) -> list[Band]:
    return [
        Band(
            x=scale.x(begin),
            width=max(THINNEST, round(scale.x(until or now) - scale.x(begin), 1)),
            look=state,
        )
        for begin, until, state in _runs(points)
        if state in ON_BATTERY
    ]


def _outages(points: list[Point]) -> list[tuple[datetime, datetime | None]]:
    """(from, until) of each time on battery; None for one that goes on."""
    outages: list[tuple[datetime, datetime | None]] = []
    for begin, until, state in _runs(points):
        if state not in ON_BATTERY:
            continue
        if outages and outages[-1][1] == begin:  # battery, then low: one time on battery
            outages[-1] = (outages[-1][0], until)
        else:
            outages.append((begin, until))
    return outages


def _outage_words(
    language: str,
    outages: list[tuple[datetime, datetime | None]],
    now: datetime,
    zone: tzinfo,
    *,
    counted: bool = False,
) -> str:
    """When it last ran on battery, and how often in all where that is asked for; empty where it never did."""
    if not outages:
        return ""
    begin, until = outages[-1]
    key = "chart_outage_now" if until is None else "chart_outage"
    return label(
        language,
        f"{key}_again" if counted and len(outages) > 1 else key,
        start=day_time(language, begin, now, zone),
        lasted=duration(language, ((until or now) - begin).total_seconds()),
        times=len(outages),
    )


def _room_for_advice(points: list[Point], scale: _Scale) -> bool:
    return not any(
        point.charge is not None and point.charge < ADVICE_BELOW_PERCENT and scale.x(point.at) < ADVICE_UNTIL
        for point in points
    )
