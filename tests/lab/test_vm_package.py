"""The project's own package on a real boot of Debian 13: what docs/operations.md promises of its units is so.

A boot with sticks and cables in. VENUE_VM_LONG=1 boots ten times, and has the watchdogs with their controls.
"""

import json
import re
import time
from collections.abc import Iterator
from statistics import median

import pytest

from appliance.words import status_line
from tests.lab.vm_package import CLOSED, SLOW_S, Boot, Packaged
from tests.lab.vm_story import LONG

pytestmark = [pytest.mark.vm, pytest.mark.slow]

RUNNING = ("venue-lockdown", "venue-network-closed", "venue-guard", "venue-page.socket", "nginx")
WATCHDOG_S = 10.0
RECOVERY_S = 45.0  # until it answers again, of a machine that has nothing else to do
TURNS = 3  # boots with the guard and boots without, one after the other
JOURNAL = "journalctl --boot --no-pager -u venue-guard --output=cat"
# Asks the page through nginx, as a browser does.
BROWSE = """\
import ssl, sys, urllib.request
trusting = ssl.create_default_context(cafile="/etc/venue-appliance/tls/page.crt")
trusting.check_hostname = False
with urllib.request.urlopen("https://127.0.0.1" + sys.argv[1], context=trusting, timeout=60) as answer:
    print(answer.status, answer.read().decode())
"""
# Holds one thread of a process still (ptrace(2), PTRACE_SEIZE and PTRACE_INTERRUPT): all others go on.
HOLD = """\
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for request in (0x4206, 0x4207):
    if libc.ptrace(request, int(sys.argv[1]), None, None) != 0:
        sys.exit(str(ctypes.get_errno()))
print("held", flush=True)
# Whoever watches a thread buries it: without that its process would not be gone once it is killed.
while not os.WIFSIGNALED(os.waitpid(int(sys.argv[1]), 0x40000000)[1]):
    pass
"""
# The thread that waits in poll(2) for the control socket's listener.
ACCEPTS = """\
import os, struct, sys
pid = sys.argv[1]
sockets = [line.split() for line in open("/proc/net/unix") if "control.sock" in line]
listeners = {words[6] for words in sockets if words[3] == "00010000"}
def inode_of(number):
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")[8:-1]
    except FileNotFoundError:  # closed since it was listed
        return ""
numbers = {number for number in os.listdir(f"/proc/{pid}/fd") if inode_of(number) in listeners}
assert len(numbers) == 1, numbers
with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
    for _ in range(100_000):
        for task in os.listdir(f"/proc/{pid}/task"):
            try:
                call = open(f"/proc/{pid}/task/{task}/syscall").read().split()
            except (FileNotFoundError, ProcessLookupError):  # ended since it was listed
                continue
            if call[0] == "7" and int(call[2], 16) == 1:
                memory.seek(int(call[1], 16))
                if str(struct.unpack("i", memory.read(4))[0]) in numbers:
                    print(task)
                    sys.exit()
sys.exit("nobody waits")
"""


def restarts(box: Packaged) -> int:
    return int(box.show("venue-guard", "NRestarts")["NRestarts"])


def assert_closed_from_the_first_instant(box: Packaged, boot: Boot) -> None:
    assert boot.sent > 0 and set(boot.heard.values()) == {0}, "nothing came out on the line"
    assert box.closed() == CLOSED
    lockdown_s, line_s = box.since_power_s("venue-lockdown"), box.since_power_s("venue-network-closed")
    up = re.findall(r"\[ *(\d+\.\d+)\] .*Link is Up", box.vm.out("dmesg"))
    assert len(up) >= 2 and all(float(second) > line_s > 0 for second in up)
    udev = box.vm.out("systemctl show --value --property=ExecMainStartTimestampMonotonic systemd-udev-trigger")
    assert 0 < lockdown_s <= int(udev) / 1e6, "before udev looked around"
    assert box.vm.out("systemctl --failed --plain --no-legend") == ""


def test_the_boot_was_closed_before_a_stick_could_bind_and_before_a_card_was_up(packaged: Packaged) -> None:
    assert_closed_from_the_first_instant(packaged, packaged.boots[-1])
    early = packaged.vm.out("systemctl show --value --property=ExecMainStartTimestampMonotonic early")
    assert packaged.since_power_s("venue-network-closed") <= int(early) / 1e6


def test_what_the_package_brings_runs_and_nothing_failed(packaged: Packaged) -> None:
    told = packaged.vm.sh(f"systemctl is-active {' '.join(RUNNING)}").stdout.split()
    assert told == ["active"] * len(RUNNING)
    assert packaged.vm.out("systemctl --failed --plain --no-legend") == ""
    assert packaged.vm.out("systemctl is-system-running") == "running\n"
    assert "Permission denied" not in packaged.vm.out(JOURNAL, timeout_s=120), "it sees what it has to see"
    for unit in ("venue-lockdown", "venue-network-closed"):
        assert packaged.show(unit, "Result", "ExecMainStatus") == {"Result": "success", "ExecMainStatus": "0"}


def test_ready_is_said_before_the_boot_is_over(packaged: Packaged) -> None:
    boot = packaged.boots[-1]
    assert 0 < boot.guard_s <= boot.multi_user_s
    print(f"guard ready {boot.guard_s:.1f} s, multi-user {boot.multi_user_s:.1f} s after the kernel's first instant")


def test_the_status_of_the_unit_is_the_verdict_in_one_sentence(packaged: Packaged) -> None:
    def told() -> bool:
        verdict = status_line("zh_CN", packaged.ask("status")["verdict"])
        return f'Status: "{verdict}"' in packaged.vm.sh("systemctl status --no-pager --full venue-guard").stdout

    packaged.await_(told, "the second line of systemctl status is the verdict")


@pytest.mark.parametrize(
    ("locale", "said"), [("zh_CN.UTF-8", "守护程序开始工作"), ("C.UTF-8", "The guard began its work")]
)
def test_the_journal_explains_an_event_in_the_shells_language(packaged: Packaged, locale: str, said: str) -> None:
    shown = packaged.vm.out(f"LANG={locale} journalctl --boot --no-pager -x VENUE_KIND=guard.started", timeout_s=120)
    explained = [line for line in shown.splitlines() if line.startswith("░░")]
    assert any(said in line for line in explained), shown
    assert not any("@VENUE" in line for line in explained)


def test_the_page_is_there_through_nginx_and_comes_back_after_it_was_killed(packaged: Packaged) -> None:
    packaged.vm.put("/root/browse.py", BROWSE)
    packaged.vm.await_true("python3 -I /root/browse.py / | grep -q 实验中学考点", timeout_s=SLOW_S)
    page = packaged.show("venue-page.service", "MainPID")
    packaged.vm.out("systemctl kill --signal=KILL venue-page.service")
    packaged.vm.await_true("python3 -I /root/browse.py /healthz | grep -q '^200 '", timeout_s=SLOW_S)
    assert packaged.show("venue-page.service", "MainPID") != page


# ---- watchdogs


@pytest.fixture(scope="module")
def biting(packaged: Packaged) -> Iterator[Packaged]:
    """Its guard has the ten seconds that its unit gives it."""
    with packaged.drop_in(f"[Service]\nWatchdogSec={WATCHDOG_S:g}\n"):
        packaged.vm.out("systemctl restart venue-guard", timeout_s=SLOW_S)
        packaged.await_guard()
        yield packaged
    packaged.vm.out("systemctl restart venue-guard", timeout_s=SLOW_S)
    packaged.await_guard()


def test_the_unit_gives_the_guard_ten_seconds(packaged: Packaged) -> None:
    unit = packaged.vm.out("cat /usr/lib/systemd/system/venue-guard.service")
    assert f"\nWatchdogSec={WATCHDOG_S:g}\n" in unit


def bitten_s(box: Packaged, before: int) -> tuple[float, float]:
    """Seconds from here until systemd ended the guard, and until it answered again; one restart and no more."""
    began_s = time.monotonic()
    box.await_(lambda: box.main_pid() not in (0, before), "another guard")
    ended_s = time.monotonic() - began_s
    box.await_guard()
    return ended_s, time.monotonic() - began_s


# Under systemd in a namespace each ordinary run does this (tests/package/test_units_run.py).
@pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1")
def test_a_frozen_guard_is_ended_by_systemd_on_a_real_boot(biting: Packaged) -> None:
    guard, count = biting.main_pid(), restarts(biting)
    biting.vm.out(f"kill -STOP {guard}")
    ended_s, back_s = bitten_s(biting, guard)
    assert restarts(biting) == count + 1
    assert "Watchdog timeout" in biting.vm.out(JOURNAL, timeout_s=120)
    biting.await_(lambda: biting.closed() == CLOSED, "closed as before")
    print(f"frozen guard: ended after {ended_s:.1f} s, answers after {back_s:.1f} s")
    assert back_s <= RECOVERY_S


@pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1")
@pytest.mark.parametrize("part", ["control", "dispatch and USB"])
def test_one_thread_that_hangs_ends_the_guard_and_it_answers_again(biting: Packaged, part: str) -> None:
    vm, guard = biting.vm, biting.main_pid()
    vm.put("/root/hold.py", HOLD)
    vm.put("/root/accepts.py", ACCEPTS)
    thread = str(guard) if part != "control" else vm.out(f"python3 -I /root/accepts.py {guard}").strip()
    vm.out(
        f"systemd-run --quiet --unit=hold --property=StandardOutput=file:/run/held python3 -I /root/hold.py {thread}"
    )
    vm.await_true("grep -q held /run/held")
    ended_s, back_s = bitten_s(biting, guard)
    vm.sh("systemctl stop hold; rm -f /run/held")
    said = vm.out(JOURNAL, timeout_s=120)
    assert part != "control" or "hangs: control: the watchdog is not fed" in said
    print(f"{part} hangs: ended after {ended_s:.1f} s, answers after {back_s:.1f} s")
    assert back_s <= RECOVERY_S


@pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1")
def test_the_control_without_a_watchdog_a_frozen_guard_stays(packaged: Packaged) -> None:
    with packaged.drop_in("[Service]\nWatchdogSec=0\n"):
        packaged.vm.out("systemctl restart venue-guard", timeout_s=SLOW_S)
        guard = packaged.main_pid()
        packaged.vm.out(f"kill -STOP {guard}")
        time.sleep(4 * WATCHDOG_S)  # nothing is to be seen to happen
        assert packaged.main_pid() == guard
        packaged.vm.out(f"kill -CONT {guard}")
    packaged.vm.out("systemctl restart venue-guard", timeout_s=SLOW_S)
    packaged.await_guard()


# ---- boots

# As every box has them. With addresses that never change qemu translates what a stock boot repeats only once.
AT_RANDOM = "sysctl.kernel.randomize_va_space=2"


@pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1")
def test_the_guard_is_ready_soon_after_a_boot_without_it_would_be_over(packaged: Packaged) -> None:
    guard_s, without_s = list[float](), list[float]()
    for turn in range(2 * TURNS):
        packaged.vm.out("sync")
        packaged.vm.power_cut()
        packaged.boot_unwatched(f"{AT_RANDOM} systemd.mask=venue-guard.service" if turn % 2 else AT_RANDOM)
        unit, found = ("multi-user.target", without_s) if turn % 2 else ("venue-guard", guard_s)
        found.append(packaged.since_power_s(unit))
    packaged.vm.power_cut()
    packaged.boot()
    ratio = median(guard_s) / median(without_s)
    print(json.dumps({"guard_s": guard_s, "multi_user_without_s": without_s, "ratio": round(ratio, 2)}))
    assert ratio <= 1.5


@pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1")
@pytest.mark.parametrize("boot", range(9))
def test_each_boot_is_closed_from_its_first_instant(packaged: Packaged, boot: int) -> None:
    packaged.vm.out("sync")
    packaged.vm.power_cut()
    found = packaged.boot()
    print(f"guard ready {found.guard_s:.1f} s, multi-user {found.multi_user_s:.1f} s after the kernel's first instant")
    assert_closed_from_the_first_instant(packaged, found)
