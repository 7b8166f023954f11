"""Snapshots of a supply that is not simply well: what a chief examiner must never be deceived about."""

from tests.web.snapshots import Snapshot, all_well, hold, incident, mains_lost, trace, ups


def _needs_doing(count: int, code: str, place: str, detail: str = "") -> Snapshot:
    args = {"place": place, "count": 1, "detail": detail}
    return {
        "level": "attention",
        "code": "needs_doing",
        "args": {"count": count},
        "reason": {"code": code, "args": args},
        "beside": ["sealed"],
    }


def short() -> Snapshot:
    """Proven, and not enough; after the cut of 09:12 it will not have charged by the afternoon."""
    forecast = {
        "sitting": "pm",
        "at": "2026-09-05T05:30:00+00:00",
        "charge_percent": 64.0,
        "hold_s": 2290.0,
        "by": "proven",
    }
    too_short = ups(
        charge_percent=71.0,
        hold=hold("short", proven_s=2730.0, modelled_s=2900.0, reported_s=3700.0),
        forecast=forecast,
        trace=trace(lost=60, back=73),
    )
    return all_well(
        rev=21,
        power=[too_short],
        supply={"servers": ["server"], "uncovered": [], "level": "attention"},
        verdict=_needs_doing(1, "ups_short", "ups1", "pm"),
        incidents=[incident(6, "ups_short", place="ups1", detail="pm")],
    )


def unproven() -> Snapshot:
    """The UPS says 72 minutes and nobody ever tried; its time can not be believed at that."""
    never = ups(
        hold=hold("unproven", modelled_s=4320.0, first="modelled"),
        proof=None,
        test_by="2026-09-03T10:00:00+00:00",
        drill={"state": "never", "at": None, "by": ""},
        doubts=["runtime-sentinel", "absurd:battery.runtime"],
        trace=trace(lost=0, back=0),
    )
    return all_well(
        rev=22, power=[never], supply={"servers": ["server"], "uncovered": [], "level": "attention"}
    )


def missing() -> Snapshot:
    """On battery, and the UPS says that it ends twelve minutes before the sitting does."""
    snapshot = mains_lost()
    args = {
        "ups": "ups1",
        "runtime_minutes": 79,
        "until": "2026-09-05T03:18:00+00:00",
        "source": "reported",
        "end": "2026-09-05T03:30:00+00:00",
        "missing_minutes": 12,
        "place": "ups1",
    }
    snapshot["verdict"]["reason"]["args"] = args
    held = hold("unproven", reported_s=4779.0, reported_until="2026-09-05T03:18:00+00:00")
    snapshot["power"][0].update(hold=held, proof=None, charge_percent=88.0)
    return snapshot | {"rev": 23}


def ending() -> Snapshot:
    """Battery low by two signs: the end has begun, one server is being stopped."""
    snapshot = mains_lost()
    snapshot["verdict"].update(
        level="critical",
        code="battery_low",
        reason={"code": "ending", "args": {"place": "ups1", "detail": "begun", "count": 0}},
    )
    snapshot["power"][0].update(
        state="low",
        status=["OB", "DISCHRG", "LB"],
        charge_percent=11.4,
        hold=hold("unknown", reported_s=260.0, reported_until="2026-09-05T02:02:41+00:00"),
        proof=None,
        ending={
            "state": "stopping",
            "since": "2026-09-05T01:56:00+00:00",
            "signs": ["lb", "charge"],
            "servers": [{"name": "server", "state": "stopping"}, {"name": "db", "state": "up"}],
            "can_stop": True,
        },
        trace=trace(lost=75, back=120, charge_s=2.0),
    )
    snapshot["incidents"] = [
        incident(3, "mains", place="ups1", class_proposed="major", stops_work=True, lost_minutes=46,
                 proposed_extension_minutes=46),
        incident(7, "ending", place="ups1", detail="begun"),
    ]  # fmt: skip
    return snapshot | {"rev": 24}


def declared_only() -> Snapshot:
    """A UPS without a data port: somebody measured it by hand, nobody watches it."""
    by_hand = ups(
        name="机柜 UPS",
        driver="declared",
        watched=False,
        declared={"on": "2026-09-01", "by": "张工", "load_percent": 30.0, "hold_minutes": 70},
        state="declared",
        status=[],
        charge_percent=None,
        runtime_s=None,
        load_percent=None,
        read_at=None,
        since=None,
        hold=hold("unproven", why_unproven="declared"),
        proof=None,
        drill={"state": "never", "at": None, "by": ""},
        trace=[],
    )
    verdict = {
        "level": "unknown",
        "code": "unknown",
        "args": {"what": ["power"]},
        "reason": {"code": "", "args": {}},
        "beside": ["sealed"],
    }
    supply = {"servers": ["server"], "uncovered": [], "level": "unknown"}
    return all_well(rev=25, power=[by_hand], supply=supply, verdict=verdict)


def three() -> Snapshot:
    """Three UPSes: one well, one of a server overloaded, one of the switch on battery; a server has none."""
    upses = [
        ups(name="switch-ups", feeds=["switch"], state="battery", status=["OB"], charge_percent=67.0),
        ups(name="ups1"),
        ups(
            name="ups2",
            feeds=["db"],
            faults=["overload", "replace-battery"],
            hold=hold("short", proven_s=1800.0, reported_s=2400.0),
            charge_percent=100.0,
        ),
    ]
    return all_well(
        rev=26,
        power=upses,
        supply={"servers": ["server", "db", "paper"], "uncovered": ["paper"], "level": "attention"},
        verdict=_needs_doing(2, "ups_fault", "ups2", "overload"),
        incidents=[
            incident(8, "ups_fault", place="ups2", detail="overload"),
            incident(9, "ups_fault", place="ups2", detail="replace-battery", state="in_hand"),
        ],
    )


def unknown() -> Snapshot:
    """upsd is gone since 09:40: nothing is known, and the curve ends there."""
    silent = ups(
        state="unknown",
        reason="unreachable",
        status=[],
        charge_percent=None,
        runtime_s=None,
        load_percent=None,
        hold=hold("unknown"),
        trace=[
            *trace(until=102),
            *([f"2026-09-05T01:{m}:00+00:00", "unknown", None, None, None] for m in (41, 50)),
        ],
    )
    return all_well(
        rev=27,
        power=[silent],
        supply={"servers": ["server"], "uncovered": [], "level": "unknown"},
        verdict=_needs_doing(1, "ups_unknown", "ups1", "unreachable"),
        incidents=[incident(10, "ups_unknown", place="ups1", detail="unreachable")],
    )


def tested() -> Snapshot:
    """The evening before: a watched discharge test, 25 minutes in."""
    test = {
        "started_at": "2026-09-05T01:33:00+00:00",
        "by": "张工",
        "minutes": 60,
        "floor_percent": 30,
        "commanded": False,
    }
    tried = ups(
        state="battery",
        status=["OB", "DISCHRG"],
        charge_percent=71.0,
        hold=hold("unproven", modelled_s=3400.0, reported_s=2900.0, first="reported",
                  reported_until="2026-09-05T02:46:00+00:00"),
        proof=None,
        test=test,
        trace=trace(lost=95, back=120, charge_s=1.15),
    )  # fmt: skip
    verdict = {
        "level": "ok",
        "code": "open_idle",
        "args": {"unmonitored": ["network"]},
        "reason": {"code": "", "args": {}},
        "beside": [],
    }
    return all_well(rev=28, power=[tried], verdict=verdict, phase={"name": "open"}, seal=None)


def off() -> Snapshot:
    """The UPS gives no output."""
    dark = ups(state="off", status=["OFF"], faults=["off"], hold=hold("unknown"), charge_percent=100.0)
    return all_well(
        rev=29,
        power=[dark],
        verdict=_needs_doing(1, "ups_fault", "ups1", "off"),
        incidents=[incident(11, "ups_fault", place="ups1", detail="off")],
    )


EVERY = {
    "short": short,
    "unproven": unproven,
    "missing": missing,
    "ending": ending,
    "declared_only": declared_only,
    "three": three,
    "unknown": unknown,
    "tested": tested,
    "off": off,
}
