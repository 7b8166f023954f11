"""The spine: an event becomes a row and a posture, a long log is opened, an idle day goes by, the page is asked."""

import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.daemon.instruments import enforcers, make_panel
from appliance.demo.world import UPS
from appliance.dispatch import Report
from appliance.dispatch.loop import CHECKPOINT_ROWS
from appliance.dispatch.reconcile import Enforcer
from appliance.events.bodies import PowerRead, SealMade
from appliance.events.readings import DiskReading, SeatsReading
from appliance.watch import attached, usb
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, elapsed_ms, in_turn
from scripts.benches.long_log import cut_back, long_log
from scripts.benches.spine_page import page_of_a_sitting
from scripts.benches.stage import (
    RUNNING,
    Site,
    Stepped,
    cpu_s,
    guard,
    in_memory,
    process,
    rss_mb,
    site,
)
from tests.fakes.clock import FakeClock

TAIL = CHECKPOINT_ROWS  # rows that a start reads at most: one checkpoint's worth
POLLING = "import sys, time\nwhile True: open(sys.argv[1]).read(); time.sleep(0.2)"
READ_TAIL = "SELECT seq, kind, text, hash FROM log ORDER BY seq DESC LIMIT ?"


def held_by(venue: Site) -> dict[str, Enforcer]:
    """The enforcers of a site, the panel's among them."""
    config = venue.settings.config
    return enforcers(config, panel=make_panel(config))


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of issue 2."""
    for part in (_event, _start, _idle_day, _idle_guard, page_of_a_sitting):
        bench.say(f"spine: {(part.__doc__ or '').splitlines()[0]}")
        directory = bench.directory / part.__name__
        directory.mkdir()
        yield from part(bench, directory)


def _event(bench: Bench, directory: Path) -> Iterator[Figure]:
    """The mains fail in a running sitting: from the reading to the row on disk and the lamp."""
    with in_memory() as world:
        yield _event_figure(bench, site(directory, now=RUNNING, played=world))


def _event_figure(bench: Bench, venue: Site) -> Figure:
    held = _Held()
    stepped = Stepped(
        venue,
        _watched(held_by(venue), held),
        FakeClock(RUNNING),
    )
    _bring_to_work(stepped)
    commit = _bare_commit(venue.directory / "bare.sqlite")

    def change() -> float:
        stepped.clock.advance(1)
        rows, held.at_s = stepped.rows, 0.0
        began_s = time.perf_counter()
        stepped.observe(f"power:{UPS}", _power(("OB", "DISCHRG")))
        stepped.dispatch.turn(0)
        lost = (stepped.rows, held.at_s)
        stepped.clock.advance(1)  # shorter than a blip: what is measured is one row and one lamp
        stepped.observe(f"power:{UPS}", _power(("OL",)))
        stepped.dispatch.turn(0)
        if lost[0] != rows + 1 or not lost[1]:
            raise CannotMeasure(f"{lost[0] - rows} rows for one reading, lamp: {bool(lost[1])}")
        return (lost[1] - began_s) * 1000

    values, bare = in_turn(bench.times(300, 20), change, lambda: elapsed_ms(commit))
    return Figure(
        name="a reading that changes the state → row on disk and lamp held",
        unit="ms", values=values, reference="a bare one-row commit, WAL, synchronous=FULL",
        reference_values=bare, limit=Limit(most=2.0, of_ratio=True),
    )  # fmt: skip


class _Held:
    """When the posture was last held."""

    at_s = 0.0


def _watched(given: dict[str, Enforcer], held: _Held) -> dict[str, Enforcer]:
    def watched(hold: Enforcer) -> Enforcer:
        def call(want: str) -> None:
            hold(want)
            held.at_s = time.perf_counter()

        return call

    return {key: watched(hold) for key, hold in given.items()}


def _bring_to_work(stepped: Stepped) -> None:
    """Everything read and in order, the venue sealed: the lamp is green."""
    read_usb = usb.reader(stepped.site.world.root)
    read_attached = attached.reader(stepped.site.world.root, ())
    seal = SealMade(batch="2026-09", chief="王主考", technician="张工")
    stepped.inbox.put(Report(body=seal))
    for seconds in (1, 1, 600, 1):  # what was wrong before the seal is closed after its flap time
        stepped.clock.advance(seconds)
        stepped.observe(f"power:{UPS}", _power(("OL",)))
        stepped.observe("usb", read_usb())
        stepped.observe("attached", read_attached())
        stepped.observe("seats", SeatsReading(present=_present(stepped.site)))
        stepped.observe("disk", DiskReading(free_percent=50.0, free_bytes=10**10))
        stepped.dispatch.turn(0)
    stepped.dispatch._seen.clear()  # nobody else reads here: no instrument shall be called silent


def _present(venue: Site) -> frozenset[str]:
    return frozenset(f"{room}-{seat}" for room, seat, spare in venue.world.seat_rows() if not spare)


def _power(
    status: tuple[str, ...], charge: float = 100.0, runtime: float = 4320.0, load: float = 35.0
) -> PowerRead:
    return PowerRead(ups=UPS, status=status, charge_percent=charge, runtime_s=runtime, load_percent=load)


def _bare_commit(path: Path) -> Callable[[], object]:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE bare (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    row = "x" * 250  # about a reading's row

    def commit() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO bare (text) VALUES (?)", (row,))
        db.execute("COMMIT")

    return commit


def _start(bench: Bench, directory: Path) -> Iterator[Figure]:
    """The start on a long log whose last checkpoint is nearly as old as it gets, as after a power cut."""
    rows = bench.times(1_000_000, 40_000)
    venue = site(directory)
    log = long_log(bench.kept, rows, venue)
    state = venue.settings.config.venue.state_dir
    state.mkdir()
    venue.settings.log_directory.symlink_to(log.parent)

    def opened() -> float:
        cut_back(log, rows)
        return elapsed_ms(
            lambda: ready.append(
                Stepped(venue, held_by(venue))
            )
        )

    def read() -> float:
        cut_back(log, rows)
        return elapsed_ms(lambda: _read_tail(log))

    ready: list[Stepped] = []
    count = bench.times(7, 2)
    ours, tail = in_turn(count, lambda: _closed(opened(), ready), read)
    yield Figure(
        name=f"dispatch ready on a log of {rows:,} events", unit="ms", values=ours,
        reference=f"opening it in SQLite and reading {TAIL:,} rows", reference_values=tail, limit=Limit(most=2000),
    )  # fmt: skip

    def answered() -> float:
        cut_back(log, rows)
        return _first_answer_ms(venue)

    ours, bare = in_turn(count, answered, lambda: _pass_ms(directory))
    yield Figure(
        name=f"`venue run` → its first answer, {rows:,} events", unit="ms", values=ours,
        reference="`python -c pass`", reference_values=bare, limit=Limit(most=2000),
    )  # fmt: skip
    cut_back(log, rows)


def _closed(value: float, ready: list[Stepped]) -> float:
    ready.pop().dispatch._log.close()
    return value


def _read_tail(log: Path) -> None:
    db = sqlite3.connect(log)
    found = db.execute(READ_TAIL, (TAIL,)).fetchall()
    db.close()
    if len(found) != TAIL:
        raise CannotMeasure(f"{log}: {len(found)} rows")


def _first_answer_ms(venue: Site) -> float:
    began_s = time.perf_counter()
    with guard(venue):
        return (time.perf_counter() - began_s) * 1000


def _pass_ms(directory: Path) -> float:
    began_s = time.perf_counter()
    with process([sys.executable, "-c", "pass"], directory / "pass.txt") as child:
        child.wait()
        return (time.perf_counter() - began_s) * 1000


def _idle_day(bench: Bench, directory: Path) -> Iterator[Figure]:
    """A day without anything, the UPS jittering in its dead band: rows written, beside readings taken."""
    hours = bench.times(24, 1)
    venue = site(directory)
    stepped = Stepped(venue, held_by(venue))
    read_usb, present, jitter = usb.reader(venue.world.root)(), _present(venue), random.Random(2)
    readings = 0
    for tick in range(hours * 3600 * 5):
        stepped.clock.advance(0.2)
        reading = _power(
            ("OL",), 99 + jitter.random(), 4320 + jitter.uniform(-60, 60), 35 + jitter.uniform(-3, 3)
        )
        stepped.observe(f"power:{UPS}", reading)
        readings += 1
        for name, every, said in (
            ("usb", 3, read_usb),
            ("seats", 5, SeatsReading(present=present)),
            ("disk", 50, DiskReading(free_percent=50 + jitter.random(), free_bytes=10**10)),
        ):
            if tick % every == 0:
                stepped.observe(name, said)
                readings += 1
        stepped.dispatch.turn(0)
    yield Figure(
        name=f"rows of an idle {'day' if hours == 24 else f'stretch of {hours} h'}", unit="rows",
        values=[stepped.rows], reference="readings taken", reference_values=[readings],
        limit=Limit(most=2000 * hours / 24),
    )  # fmt: skip


def _idle_guard(bench: Bench, directory: Path) -> Iterator[Figure]:
    """`venue run` with nothing to do, its UPS read at 5 Hz, USB and 100 seats watched."""
    venue = site(directory)
    venue.world.do({"seats_on": "all"})
    polled = venue.world.root / f"{UPS}.dev"
    polling = [sys.executable, "-c", POLLING, str(polled)]
    windows, window_s = (6, 5.0) if not bench.quick else (4, 2.0)
    with guard(venue) as ours, process(polling, directory / "polling.txt") as bare:
        time.sleep(bench.times(5, 2))
        shares: list[tuple[float, float]] = []
        for _ in range(windows):
            before, began_s = (cpu_s(ours.pid), cpu_s(bare.pid)), time.perf_counter()
            time.sleep(window_s)
            span_s = time.perf_counter() - began_s
            ours_s, bare_s = cpu_s(ours.pid) - before[0], cpu_s(bare.pid) - before[1]
            shares.append((100 * ours_s / span_s, 100 * bare_s / span_s))
        memory = rss_mb(ours.pid), rss_mb(bare.pid)
    yield Figure(
        name=f"idle guard, {windows} × {window_s:.0f} s", unit="% of a core", values=[s[0] for s in shares],
        reference="a bare Python loop reading a file at 5 Hz", reference_values=[s[1] for s in shares],
        limit=Limit(most=0.5),
    )  # fmt: skip
    yield Figure(
        name="idle guard, resident", unit="MB", values=memory[:1], reference="the same bare loop",
        reference_values=memory[1:], limit=Limit(most=60),
    )  # fmt: skip
