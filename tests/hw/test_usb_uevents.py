"""When to look at the bus again: on the kernel's own netlink, and on umockdev's bus."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw.usb_uevents import APART_S, AT_ONCE, Uevents, UeventsLost
from tests.lab import umockdev

UEVENT = Path("/sys/class/mem/null/uevent")
SMALL_BYTES = 4_096
STORM = 2_000

real = pytest.mark.skipif(
    os.geteuid() != 0 or not UEVENT.exists(), reason="root and /sys/class/mem are needed"
)
mocked = pytest.mark.skipif(bool(umockdev.missing()), reason=umockdev.missing() or "umockdev is there")


def happen(count: int = 1) -> None:
    """Make the kernel send uevents."""
    for _ in range(count):
        UEVENT.write_text("change")


@pytest.fixture
def uevents() -> Iterator[Uevents]:
    """Uevents of `mem`, in a small buffer, once told that nobody has looked before."""
    with Uevents(subsystems=("mem",), receive_buffer_bytes=SMALL_BYTES) as listening:
        assert listening.wait(0) == "resync"
        while listening.wait(0) != "quiet":
            pass
        yield listening


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let no file or socket be opened by this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.root
@real
def test_the_first_wait_asks_for_a_look_and_the_second_waits(uevents: Uevents) -> None:
    began_s = time.monotonic()
    assert uevents.wait(0.05) == "quiet"
    assert time.monotonic() - began_s >= 0.05


@pytest.mark.root
@real
def test_many_uevents_are_told_as_one(uevents: Uevents) -> None:
    happen(5)
    assert [uevents.wait(1), uevents.wait(0)] == ["changed", "quiet"]


@pytest.mark.root
@real
def test_another_subsystem_wakes_nobody() -> None:
    with Uevents(subsystems=("usb",)) as listening:
        assert listening.wait(0) == "resync"
        happen(200)
        assert listening.wait(0.05) == "quiet"


@pytest.mark.root
@real
def test_an_overflow_is_told_and_what_comes_after_it_too(uevents: Uevents) -> None:
    for overflow in range(1, 4):
        happen(STORM)
        assert uevents.wait(1) == "resync"
        assert uevents.overflows == uevents.reopened == overflow
        assert uevents.wait(0) == "quiet"
        happen()
        assert uevents.wait(1) == "changed"


@pytest.mark.root
@real
def test_an_overflow_of_others_uevents_is_told_as_well() -> None:
    """Ours may have been among those that the kernel dropped."""
    with Uevents(subsystems=("usb",), receive_buffer_bytes=SMALL_BYTES) as listening:
        assert listening.wait(0) == "resync"
        happen(STORM)
        assert listening.wait(1) == "resync"


@pytest.mark.root
@real
def test_a_storm_is_told_some_hundred_times_a_second_and_never_ends_the_wait_late(uevents: Uevents) -> None:
    over = threading.Event()

    def storm() -> None:
        while not over.is_set():
            happen()

    storming = threading.Thread(target=storm)
    storming.start()
    began_s, told = time.monotonic(), 0
    while time.monotonic() - began_s < 0.5:
        told += uevents.wait(1) in ("changed", "resync")
    over.set()
    storming.join()
    assert 5 <= told <= 0.6 / APART_S + AT_ONCE


@pytest.mark.root
@real
def test_who_can_not_listen_says_so_and_listens_again_as_soon_as_it_can(uevents: Uevents) -> None:
    happen(STORM)
    with no_more_files():
        for _ in range(2):
            with pytest.raises(UeventsLost, match="Too many open files|cannot be listened to"):
                uevents.wait(1)
    assert uevents.wait(1) == "resync"
    happen()
    assert uevents.wait(1) == "changed"


@pytest.mark.root
@real
def test_another_thread_ends_the_wait_and_nothing_is_lost_by_it(uevents: Uevents) -> None:
    threading.Timer(0.02, uevents.wake).start()
    assert uevents.wait(30) == "woken"
    uevents.wake()
    happen()
    assert [uevents.wait(1), uevents.wait(1)] == ["woken", "changed"]


def test_it_closes_twice() -> None:
    listening = Uevents()
    listening.close()
    listening.close()


@mocked
def test_a_stick_is_seen_let_in_by_its_identity_and_missed() -> None:
    told = umockdev.play("plug_and_pull")
    assert told["woken"] == ["resync", "quiet", "changed", "changed"]
    assert told["seen"] == ["1-1", "A1", ["storage"], False]
    assert (told["granted"], told["left"]) == (True, 0)


@mocked
def test_after_a_storm_of_plugs_the_table_is_what_sysfs_has() -> None:
    assert umockdev.play("storm", "200")["equal"] is True


@mocked
def test_a_uevent_is_told_within_milliseconds() -> None:
    """Ten times what it takes: a busy machine is no fault. The figures: scripts/bench usb_descriptors."""
    waited_ms = umockdev.play("latency", "100")["waited_ms"]
    assert isinstance(waited_ms, list)
    assert sorted(waited_ms)[50] < 5
