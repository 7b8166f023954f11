"""Data that are lost, on a real upsd that is killed or frozen: how soon the guard says unknown, and upsmon."""

import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from appliance.events.bodies import PowerUnknown
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.power_guard import Rows, watched
from scripts.benches.power_lab import (
    MAXAGE_S,
    POLL_S,
    QUICK_POLL_S,
    Lab,
    Upsmon,
    boot_s,
    comes,
    until,
    upsmon,
)

MOST_S = 30.0  # waited for a notice of upsmon's, and as long for its return
ASK_EVERY_S = 0.01
GONE, BACK = ("COMMBAD", "NOCOMM"), ("COMMOK",)


def figures(bench: Bench, directory: Path) -> Iterator[Figure]:
    """Each loss several times, at a moment of everybody's period by chance."""
    with (
        Lab(bench.times(2, 1)) as lab,  # upsmon asks one after the other: of more, the last waits for all
        upsmon(lab, bench.times(POLL_S, QUICK_POLL_S)) as beside,
        watched(directory / "venue", lab) as rows,
    ):
        turns = bench.times(5, 1)
        for name, most_s, lose, find in (
            ("upsd killed", 0.5, _killed, lab.restart),
            ("upsd hung", 1.5, _hung, lambda: lab.signal_upsd(signal.SIGCONT)),
            (f"driver hung, MAXAGE {MAXAGE_S}", MAXAGE_S + 1.0, _driver_hung, lambda: _drivers_go_on(lab)),
        ):
            ours: list[float] = []
            theirs: list[float] = []
            for turn in range(turns):
                time.sleep(random.Random(turn).uniform(0, beside.poll_s))
                for lost_ms, noticed_ms in _lost(lab, rows, beside, lose):
                    ours.append(lost_ms)
                    theirs.append(noticed_ms)
                _found(lab, rows, beside, find)
            yield Figure(
                name=f"{name} → `power.unknown` on disk, the latest of {len(ours)}", unit="ms", values=[max(ours)],
                reference=f"upsmon, POLLFREQ {beside.poll_s}, says COMMBAD, the latest", reference_values=[max(theirs)],
                limit=Limit(most=1000 * most_s),
            )  # fmt: skip
        bare = [told_ms for turn in range(turns) for told_ms in _upsd_itself(lab, random.Random(turn))]
        yield Figure(
            name="the last one again, beside what upsd tells", unit="ms", values=[max(ours)],
            reference=f"its own ERR DATA-STALE to who asks each {1000 * ASK_EVERY_S:.0f} ms, the latest",
            reference_values=[max(bare)],
        )  # fmt: skip


def _killed(lab: Lab) -> dict[str, float]:
    at_s = boot_s()
    lab.kill_upsd()
    return dict.fromkeys(lab.names, at_s)


def _hung(lab: Lab) -> dict[str, float]:
    at_s = boot_s()
    lab.signal_upsd(signal.SIGSTOP)
    return dict.fromkeys(lab.names, at_s)


def _driver_hung(lab: Lab) -> dict[str, float]:
    found = {}
    for name in lab.names:
        found[name] = boot_s()
        lab.signal_driver(name, signal.SIGSTOP)
        time.sleep(0.3)
    return found


def _drivers_go_on(lab: Lab) -> None:
    for name in lab.names:
        lab.signal_driver(name, signal.SIGCONT)


def _upsd_itself(lab: Lab, chance: random.Random) -> list[float]:
    """How long upsd itself takes to call the data of a hung driver stale: it counts whole seconds."""
    time.sleep(chance.uniform(1.0, 3.0))
    at_s, told = _driver_hung(lab), dict[str, float]()

    def all_stale() -> bool:
        for name in lab.names:
            if name not in told and lab.ask(f"GET VAR {name} ups.status", b"VAR").startswith(
                b"ERR DATA-STALE"
            ):
                told[name] = boot_s()
        return len(told) == len(lab.names)

    until(all_stale, "upsd's ERR DATA-STALE", every_s=ASK_EVERY_S)
    _drivers_go_on(lab)
    return [1000 * (told[name] - at_s[name]) for name in lab.names]


def _lost(
    lab: Lab, rows: Rows, beside: Upsmon, lose: Callable[[Lab], dict[str, float]]
) -> Sequence[tuple[float, float]]:
    """How long after its loss each UPS was unknown to the guard and gone for upsmon, in ms."""
    at_s = lose(lab)

    def told() -> list[tuple[float, float]]:
        found = []
        for name, lost_s in at_s.items():
            row_s, notice_s = _unknown(rows, name, lost_s), beside.first(name, GONE, since_s=lost_s)
            if row_s and notice_s:
                found.append((1000 * (row_s - lost_s), 1000 * (notice_s - lost_s)))
        return found

    if not comes(lambda: len(told()) == len(at_s), MOST_S, every_s=0.05):
        raise CannotMeasure(f"{len(at_s) - len(told())} of {len(at_s)} UPSes are lost and nobody says so")
    return told()


def _unknown(rows: Rows, ups: str, since_s: float) -> float | None:
    for seen in rows.since(since_s):
        if isinstance(seen.event.body, PowerUnknown) and seen.event.body.ups == ups:
            return seen.at_s
    return None


def _found(lab: Lab, rows: Rows, beside: Upsmon, find: Callable[[], None]) -> None:
    """Takes the loss back; comes back when both see every UPS again."""
    since_s = boot_s()
    find()
    until(lambda: all(rows.told(name, "OL", since_s=since_s) for name in lab.names), "mains again", MOST_S)
    until(
        lambda: all(beside.first(name, BACK, since_s=since_s) for name in lab.names),
        "upsmon's COMMOK",
        MOST_S,
    )
