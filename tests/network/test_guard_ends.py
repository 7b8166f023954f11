"""The whole guard killed, its configuration broken, its log damaged: nothing goes out, whatever is left of it."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.fakes.wait import wait_for
from tests.lab.guarded import OUTSIDE, Guarded, wired
from tests.lab.wires import missing

pytestmark = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
EXIT_CONFIG = 78


@pytest.fixture(params=["bridge", "route"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    with wired(request.param) as made:
        yield made


def guard_of(guarded: Guarded) -> "subprocess.Popen[bytes]":
    """A guard that holds the line."""
    with guarded.wires.inside("box"):
        guard = guarded.guard()
    wait_for(lambda: guarded.network()["state"] == "closed", seconds=30)
    return guard


def test_nothing_goes_out_whatever_becomes_of_the_guard(guarded: Guarded) -> None:
    guard = guard_of(guarded)
    assert guarded.escaped() == 0
    guarded.kill(guard)
    assert guarded.escaped() == 0, "killed"

    whole = guarded.config.read_text(encoding="utf-8")
    guarded.config.write_text(whole + "\n[network\n", encoding="utf-8")
    with guarded.wires.inside("box"):
        assert guarded.venue("run", "--config", str(guarded.config)).returncode == EXIT_CONFIG
    assert guarded.escaped() == 0, "its configuration is broken"

    guarded.config.write_text(whole, encoding="utf-8")
    (log,) = guarded.log.glob("events-*.sqlite")
    for beside in guarded.log.glob("events-*.sqlite-*"):
        beside.unlink()
    log.write_bytes(b"rubbish" * 1000)
    guard = guard_of(guarded)
    assert len(list(guarded.log.glob("events-*.sqlite"))) == 2, "a damaged log is kept, another begun"
    assert guarded.escaped() == 0, "its log was damaged"

    guarded.kill(guard)
    open_all(guarded)
    assert guarded.escaped() > 0, "without rules they do go out: what was shown above shows something"


def open_all(guarded: Guarded) -> None:
    """Take away what holds the line: rules, isolation, the kernel's own switches."""
    run = guarded.wires.run
    run("box", "nft", "flush", "ruleset")
    for port in ("sw", "line") if guarded.mode == "bridge" else ("sw",):
        run("box", "bridge", "link", "set", "dev", port, "isolated", "off")
    run("box", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    if guarded.mode == "route":
        run("box", "ip", "address", "replace", "198.51.100.2/24", "dev", "line")
        run("box", "ip", "route", "replace", "default", "via", "198.51.100.1")
        run("box", "ip", "neigh", "replace", "198.51.100.1", "lladdr", OUTSIDE, "dev", "line")
