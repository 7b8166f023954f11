"""The package in a Debian 13 guest: systemd really runs the units, confined as they are, and brings them back."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_image import ROOT
from tests.package.test_deb import missing

pytestmark = [
    pytest.mark.vm,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]

CONFIG = """\
[venue]
code = "520100-03"
name = "实验中学考点"
[usb]
enforce = true
[network]
mode = "watch"
[clock]
source = "ntp:192.0.2.1"
[page]
language = "en"
"""
# What the page's socket says on a path: status and text.
ASK_PAGE = """\
import http.client, socket, sys
class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect("/run/venue-page/page.sock")
asked = Unix("localhost")
asked.request("GET", sys.argv[1])
answer = asked.getresponse()
print(answer.status, answer.read().decode())
"""
SHOW = "systemctl show --value -p"


def status(vm: Vm) -> dict[str, object]:
    found: dict[str, object] = json.loads(vm.sh("venue status --json", timeout_s=60).stdout)
    return found


def await_guard(vm: Vm, timeout_s: float = 120.0) -> None:
    # 1 and 2: it answers, and is not content
    vm.await_true("venue status --json >/dev/null 2>&1 || [ $? -lt 3 ]", timeout_s=timeout_s)


@pytest.fixture(scope="module")
def box(make_vm: Callable[[], Vm], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vm]:
    """A guest as the README says: the package, a configuration, one boot."""
    into = tmp_path_factory.mktemp("deb")
    built = [sys.executable, str(ROOT / "scripts/build-deb"), "--into", str(into)]
    package = Path(subprocess.run(built, capture_output=True, text=True, timeout=300, check=True).stdout.strip())
    vm = make_vm()
    vm.boot()
    vm.put("/root/venue.deb", package.read_bytes())
    vm.out("dpkg --install /root/venue.deb", timeout_s=300)
    assert vm.sh("systemctl is-active venue-guard venue-lockdown venue-network-closed").stdout.split() == [
        "inactive"
    ] * 3, "installed, it starts nothing"
    vm.put("/etc/venue-appliance/appliance.toml", CONFIG)
    vm.out("venue config apply && sync", timeout_s=60)
    vm.power_cut()
    vm.boot()
    yield vm


def test_after_a_boot_all_is_closed_and_the_guard_is_ready_with_its_verdict(box: Vm) -> None:
    await_guard(box)
    for unit in ("venue-lockdown.service", "venue-network-closed.service", "venue-guard.service", "venue-page.socket"):
        assert box.out(f"systemctl is-active {unit}").strip() == "active", box.sh(f"systemctl status {unit}").stdout
    assert box.out("cat /sys/bus/usb/devices/usb1/authorized_default").strip() == "0"
    assert "policy drop" in box.out("nft list ruleset")
    told = box.out(f"{SHOW} StatusText venue-guard").strip()
    assert told and "\n" not in told, "STATUS= is the verdict"
    failed = box.out("systemctl list-units --failed --no-legend --plain 'venue-*'")
    assert failed == ""


def test_confined_as_it_is_it_holds_usb_and_the_line_and_reads_its_instruments(box: Vm) -> None:
    await_guard(box)
    box.await_true("venue usb list --json | grep -q '\"state\"'", timeout_s=60)
    said = box.out("venue events --since 0 --json", timeout_s=60)
    kinds = [event["kind"] for event in json.loads(said)["events"]]
    for kind in ("posture.failed", "usb.unknown", "attached.unknown", "network.unreadable", "log.gap"):
        assert kind not in kinds, said
    assert "network.held" in kinds and "clock.judged" in kinds
    # what the kernel lets it change at all: USB, and routing
    box.out("echo 1 >/proc/sys/net/ipv4/ip_forward")
    box.await_true("grep -q 0 /proc/sys/net/ipv4/ip_forward", timeout_s=60)
    pid = box.out(f"{SHOW} MainPID venue-guard").strip()
    held = box.out(f"grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/{pid}/status").split()
    assert held[held.index("CapEff:") + 1] == f"{(1 << 12) | (1 << 13):016x}", "CAP_NET_ADMIN and CAP_NET_RAW"
    assert held[held.index("NoNewPrivs:") + 1] == "1" and held[held.index("Seccomp:") + 1] == "2"


def test_the_page_starts_when_it_is_asked_reads_and_may_nothing_else(box: Vm) -> None:
    await_guard(box)
    box.put("/root/ask.py", ASK_PAGE)
    assert box.out("stat -c '%U %G %a' /run/venue-page/page.sock").strip() == "root www-data 660"
    told = box.out("python3 /root/ask.py /healthz", timeout_s=150)
    assert told.startswith("200 "), told + box.sh("systemctl status venue-page").stdout
    pid = box.out(f"{SHOW} MainPID venue-page").strip()
    assert box.out(f"stat -c %U /proc/{pid}").strip() == "venue-page"
    assert "CapEff:\t0000000000000000" in box.out(f"cat /proc/{pid}/status")
    assert box.out("stat -c '%U %G %a' /run/venue-appliance/control.sock").strip() == "root venue 660"
    inside = f"nsenter --target {pid} --mount --net"
    assert box.sh(f"{inside} ls /var/lib/venue-appliance").code != 0, "what the venue keeps is not seen"
    assert box.out(f"{inside} ls /sys/class/net; {inside} ip -brief link").count("UP") == 0
    box.out("systemctl kill --signal=KILL venue-page")
    assert box.out("python3 /root/ask.py /healthz", timeout_s=150).startswith("200 "), "the socket waited for it"


def test_the_journal_explains_what_happened(box: Vm) -> None:
    await_guard(box)
    said = box.out("journalctl -x --no-pager -u venue-guard VENUE_KIND=guard.started", timeout_s=60)
    assert "Subject: The guard began its work" in said and "version: " in said and "@" not in said.split("Subject")[1]


def test_a_frozen_guard_is_ended_and_comes_back_by_itself(box: Vm) -> None:
    await_guard(box)
    before = box.out(f"{SHOW} MainPID venue-guard").strip()
    box.out(f"kill -STOP {before}")
    box.await_true(f'p=$({SHOW} MainPID venue-guard); [ "$p" != 0 ] && [ "$p" != {before} ]', timeout_s=90)
    await_guard(box)
    assert "watchdog" in box.out("journalctl --no-pager -u venue-guard | grep -i watchdog", timeout_s=60).lower()
    assert box.out("cat /sys/bus/usb/devices/usb1/authorized_default").strip() == "0"


def test_nonsense_in_its_configuration_is_one_line_of_systemctl_status_and_all_stays_closed(box: Vm) -> None:
    await_guard(box)
    box.put("/etc/venue-appliance/appliance.toml", '[venue]\ncode = 7\nname = "x"\n')
    box.out("systemctl restart venue-guard || true", timeout_s=120)
    box.await_true("systemctl is-failed --quiet venue-guard", timeout_s=90)
    said = box.sh("systemctl status --no-pager --full venue-guard").stdout
    assert "venue.code" in said and "status=78" in said
    assert "policy drop" in box.out("nft list ruleset")
    assert box.out("cat /sys/bus/usb/devices/usb1/authorized_default").strip() == "0"
    box.put("/etc/venue-appliance/appliance.toml", CONFIG)
    box.out("systemctl start venue-guard", timeout_s=180)
    await_guard(box)
