"""A pull in several processes: each has its own venues, one that dies is started again, and none goes on alone."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli.province_part import crew_of
from appliance.province import venues
from appliance.province.alone import PullBusy, alone, beside
from appliance.province.crew import LEAST_VENUES, Crew, is_of, parts
from appliance.province.fetch import Budget
from appliance.province.pull import Pull
from appliance.province.talk import Told
from appliance.province.wish import Wish
from tests.fakes.wait import wait_for
from tests.province.conftest import Serve
from tests.province.pulling import grow, here
from tests.province.served import Handler, Served
from tests.province.two import Two


def other_of(two: Two) -> Two:
    """A venue of the other part."""
    part = (0, 2) if not is_of(two.venue, (0, 2)) else (1, 2)
    code = next(code for number in range(50) if is_of(code := f"520200-{number:02}", part))
    other = Two(two.root, venue=code)
    other.publish()
    other.known()
    return other


@pytest.fixture
def both(two: Two, serve: Serve) -> Iterator[dict[int, tuple[Two, Served]]]:
    """A venue of each part."""
    yield {int(is_of(each.venue, (1, 2))): (each, serve(each)) for each in (two, other_of(two))}


def part_pids(home: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if b"--part" in words and os.fsencode(home) in words:
            found.append(int(entry.name))
    return found


def crewed(home: Path, told: list[Told], *, once: bool = True) -> tuple[Pull, threading.Thread, list[set[str]]]:
    """A pull in two processes, running in a thread; what was wrong in the others at its end."""
    args = argparse.Namespace(
        home=home, every=0.2, largest_gb=8.0, quota_gb=64.0, once=once, no_open=False, venues=[]
    )  # fmt: skip
    wish = Wish(at_once=4, once=once, every_s=0.2, part=(0, 2), answered_s=0)
    crew = crew_of(args, wish, told=told.append, asked=None, progress=True)
    pull, wrong = Pull(home, wish, budget=Budget(), told=told.append), []

    def run() -> None:
        pull.run(crew)
        wrong.append(crew.wrong)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return pull, thread, wrong


def test_each_venue_is_of_one_part_and_few_are_of_one_process() -> None:
    codes = [f"52{n:04}-01" for n in range(2000)]
    for count in (1, 2, 3, 8):
        shares = [sum(is_of(code, (number, count)) for code in codes) for number in range(count)]
        assert sum(shares) == len(codes) and min(shares) > 0.8 * len(codes) / count
    assert parts(LEAST_VENUES * 2 - 1, 32) == 1 and parts(10**4, 1) == 1
    assert parts(10**4, 32) == min(32, os.cpu_count() or 1)


def test_both_parts_bring_their_venues_and_what_they_tell_is_heard(both: dict[int, tuple[Two, Served]]) -> None:
    told: list[Told] = []
    (home,) = {each.home for each, _ in both.values()}
    _, thread, wrong = crewed(home, told)
    thread.join(60)
    assert not thread.is_alive() and wrong == [set()]
    for each, served in both.values():
        assert [one.counter for one in here(each)] == [1] and len(served.receipts) == 1
        kinds = [one.kind for one in told if one.venue == each.venue]
        assert {"answered", "progress", "taken", "opened", "accepted"} <= set(kinds), kinds
    assert [one for one in told if one.kind in ("alarm", "fault")] == [] and part_pids(home) == []


def test_what_is_wrong_in_another_part_is_known_at_the_end(both: dict[int, tuple[Two, Served]]) -> None:
    told: list[Told] = []
    far, _ = both[1]
    bundle = far.publish()
    bundle.manifest.write_bytes(bundle.manifest.read_bytes().replace(b'"full"', b'"fuII"'))
    _, thread, wrong = crewed(far.home, told)
    thread.join(60)
    assert not thread.is_alive() and wrong == [{far.venue}]
    assert [one.counter for one in here(far)] == [1] and [one.counter for one in here(both[0][0])] == [1]


@pytest.mark.parametrize("said", ["some library's warning", "[1]", '{"kind": "taken", "colour": 1}', '{"wrong": 1}'])
def test_a_part_that_says_what_nobody_understands_is_a_fault_and_told(said: str) -> None:
    """Whoever hears it must not be gone without a word: the venues of that part would be pulled by nobody."""
    told: list[Told] = []
    argv = (sys.executable, "-c", f"print({said!r}, flush=True)")
    with Crew(lambda number: argv, 2, told=told.append, secret=str, once=False) as crew:
        wait_for(lambda: len(told) > 1)
        assert {(one.kind, one.venue) for one in told} == {("fault", "part 1")} and crew.wrong == set()


def test_a_part_that_dies_is_started_again_and_goes_on_where_it_was(both: dict[int, tuple[Two, Served]]) -> None:
    told: list[Told] = []
    far, served = both[1]
    grow(far)
    name = far.publish().name
    killed: list[int] = []

    def lie(handler: Handler, path: str) -> bool:
        if not path.endswith(name + ".tar.zst.age") or killed:
            return False
        (pid,) = part_pids(far.home)
        handler.cut(far.state / "outbox" / Path(path).name, 1_500_000)
        wait_for(lambda: list(far.home.rglob("*.part")))
        killed.append(pid)
        os.kill(pid, signal.SIGKILL)
        return True

    served.lie = lie
    _, thread, wrong = crewed(far.home, told)
    thread.join(90)
    assert not thread.is_alive() and killed and wrong == [set()]
    assert [one.counter for one in here(far)] == [1, 2] and len(served.receipts) == 2
    faults = [one.detail for one in told if one.kind == "fault" and one.venue == "part 1"]
    assert len(faults) == 1 and "started again" in faults[0]


def test_a_stop_ends_all_parts_soon_and_what_came_stays(both: dict[int, tuple[Two, Served]]) -> None:
    told: list[Told] = []
    far, _ = both[1]
    pull, thread, wrong = crewed(far.home, told, once=False)
    wait_for(lambda: here(far) and here(both[0][0]))
    far.publish()
    wait_for(lambda: len(here(far)) == 2)
    pull.ended()
    thread.join(30)
    assert not thread.is_alive() and wrong == [set()] and part_pids(far.home) == []


def test_no_part_goes_on_without_the_one_that_started_it(both: dict[int, tuple[Two, Served]]) -> None:
    far, _ = both[1]
    argv = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(far.home), "--part", "1/2"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as part:
        assert part.stdin and part.stdout
        part.stdin.write(json.dumps("").encode() + b"\n")
        part.stdin.flush()
        wait_for(lambda: here(far))
        assert here(both[0][0]) == [], "the other's venues are the other's"
        busy: list[str] = []

        def next_one() -> None:
            with alone(far.home):
                busy.append("free")

        waits = threading.Thread(target=next_one)
        waits.start()
        assert busy == []
        part.stdin.close()
        waits.join(30)
        assert busy == ["free"] and part.wait(30) == 0
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as orphan:
        assert orphan.wait(30) == 2, "who started it is gone before it said a word"


def test_the_next_pull_waits_for_the_parts_of_one_that_was_killed(tmp_path: Path) -> None:
    with beside(tmp_path), beside(tmp_path), pytest.raises(PullBusy), alone(tmp_path, parts_s=0.2):
        raise AssertionError("a part went on")
    with alone(tmp_path), pytest.raises(PullBusy), alone(tmp_path):
        raise AssertionError("two at once")


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: one process")
def test_with_many_venues_the_command_has_a_part_for_each_processor_and_a_signal_ends_all(
    both: dict[int, tuple[Two, Served]],
) -> None:
    far, _ = both[1]
    down = [venues.Venue(code=f"530000-{n:02}", address="127.0.0.1:1") for n in range(2 * LEAST_VENUES)]
    venues.write(far.home, [*venues.read(far.home), *down])
    argv = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(far.home), "--json", "--every", "0.2"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(lambda: here(far) and here(both[0][0]))
        assert part_pids(far.home)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 2 and b"Traceback" not in said, said
    heard = {json.loads(line)["venue"] for line in out.splitlines()}
    assert {far.venue, both[0][0].venue} <= heard and not part_pids(far.home)
