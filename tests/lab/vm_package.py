"""A guest in which the project's own package is installed as docs/operations.md says, with all that is around a box.

Two cards whose cables end in the test, sticks in its sockets before the kernel starts, a hardware watchdog (qemu's
i6300esb), a certificate for nginx, two more disks: one for what the power is cut of at each write, one for its log.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.disk import made_file_system
from tests.lab.vm import Vm
from tests.lab.vm_box import ASK
from tests.lab.vm_cable import EARLY, EXAM_MAC, LINE_MAC, NETWORK, SCRIPT, Cable, Outside
from tests.lab.vm_story import LONG

SLOW_S = 240.0  # emulated, on a busy machine
DENIED = "usbcore.authorized_default=0"  # what an installer puts on the kernel's command line
PINS = {"chief": "2580", "technician": "1470"}
SIGNED = {"chief": "王主考", "technician": "张工"}
TORN_MB, TORN_LOG_MB = 32, 512
CONFIG = f"""\
[venue]
code = "520100-03"
name = "实验中学考点"
timetable = "timetable.toml"
[usb]
enforce = true
[clock]
source = "rtc"
[backup]
recipients = ["RECIPIENT"]
[[backup.source]]
name = "answers"
driver = "directory"
path = "/root/answers"
[[backup.source]]
name = "dump"
driver = "command"
argv = ["/root/dump"]
{NETWORK.replace("enp0s", "ens")}"""
TIMETABLE = """\
[[sitting]]
id = "2098-09-05-am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
"""
# A source that waits while there is somebody to wait for.
DUMP = "#!/bin/sh\n[ ! -p /root/stop ] || cat /root/stop\necho dumped\n"
# As docs/operations.md has it; what is a drop-in here is a PC's, or a slow machine's.
INSTALL = """
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes /root/venue.deb
mkdir -m 0700 /root/answers && echo '{}' >/root/answers/a.json && chmod 0600 /root/answers/a.json
venue province init /root/province
sed -i "s/RECIPIENT/$(cat /root/province/recipients.txt)/" /etc/venue-appliance/appliance.toml
venue config check && venue config apply
install -d -m 0700 /etc/venue-appliance/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=venue \
    -keyout /etc/venue-appliance/tls/page.key -out /etc/venue-appliance/tls/page.crt
ln -s /usr/share/venue-appliance/nginx/nginx-page.conf /etc/venue-appliance/
rm -f /etc/nginx/sites-enabled/default
nginx -t && systemctl enable nginx
echo i6300esb >/etc/modules-load.d/watchdog.conf
systemctl enable early
sync
"""
# Emulated on a busy machine, four starts of nft take longer than a board may, and so does a turn of the guard. The
# tests of its watchdog give it back the time that its unit has.
SLOW = f"[Service]\nTimeoutStartSec={SLOW_S:g}\n"
SLOW_GUARD = f"{SLOW}WatchdogSec=180\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What a boot showed: frames that a seat sent meanwhile, packets that came out, seconds since power-on."""

    sent: int
    heard: dict[bytes, int]
    guard_s: float
    multi_user_s: float
    took_s: float


class Packaged:
    """The guest. `boot` starts it with everything plugged in; the disk outlives `vm.power_cut`."""

    def __init__(self, vm: Vm) -> None:
        self.vm, self.line, self.exam = vm, Cable(), Cable()
        self.boots: list[Boot] = []

    def close(self) -> None:
        """The cables' ends; the machine is its maker's."""
        self.line.close()
        self.exam.close()

    def install(self, deb: Path) -> None:
        """Installs and configures it, and leaves it switched off: early things are closed from the next boot on."""
        vm = self.vm
        vm.boot()
        vm.put("/root/venue.deb", deb.read_bytes())
        vm.put("/etc/venue-appliance/appliance.toml", CONFIG)
        vm.put("/etc/venue-appliance/timetable.toml", TIMETABLE)
        vm.put("/root/ask.py", ASK)
        vm.put("/root/early", SCRIPT)
        vm.put("/etc/systemd/system/early.service", EARLY)
        vm.put("/root/dump", DUMP, mode=0o755)
        vm.put("/etc/systemd/system/venue-network-closed.service.d/slow.conf", SLOW)
        vm.put("/etc/systemd/system/venue-guard.service.d/slow.conf", SLOW_GUARD)
        vm.out(INSTALL, timeout_s=600)
        vm.power_cut()

    # ---- power

    def boot(self, append: str = DENIED) -> Boot:
        """Power-on with everything in; comes back when the guard is ready and the boot is over."""
        number, began_s = len(self.boots), time.monotonic()
        self.vm.start(append)
        self._plug(number)
        with Outside(self.exam, self.line) as seen:
            self.vm.go()
            self.vm.await_booted(SLOW_S)
            self.vm.await_true("rm -f /run/sends; sleep 1; [ -e /run/sends ]", timeout_s=SLOW_S)
        took_s = time.monotonic() - began_s
        self.vm.out("systemctl stop early")
        boot = Boot(
            sent=seen.sent, heard=seen.heard, guard_s=self.since_power_s("venue-guard"),
            multi_user_s=self.since_power_s("multi-user.target"), took_s=took_s,
        )  # fmt: skip
        self.boots.append(boot)
        return boot

    def boot_unwatched(self, append: str) -> None:
        """Power-on with everything in and nothing of the lab's running in it, for what is to be measured."""
        self.vm.start(f"{DENIED} systemd.mask=early.service {append}")
        self._plug(len(self.boots))
        self.vm.go()
        self.vm.await_booted(SLOW_S)

    def _plug(self, number: int) -> None:
        vm = self.vm
        self.line.plug(vm, "line", LINE_MAC, "0x10")
        self.exam.plug(vm, "exam", EXAM_MAC, "0x11")
        if LONG:  # on a busy machine it bites a guest that is only slow
            vm.qmp("device_add", driver="i6300esb", id="dog", addr="0x12")
        if not self.disk("torn").exists():
            made_file_system(self.disk("torn"), size_bytes=TORN_MB << 20)
            with self.disk("torn-log").open("wb") as made:
                made.truncate(TORN_LOG_MB << 20)
        for name, slot in (("torn", "0x13"), ("torn-log", "0x14")):
            path = self.disk(name)
            vm.qmp(
                "blockdev-add", driver="raw", **{"node-name": f"{name}-node"},
                file={"driver": "file", "filename": str(path)},
            )  # fmt: skip
            vm.qmp("device_add", driver="virtio-blk-pci", id=name, drive=f"{name}-node", addr=slot)
        for port, driver in (("1", "usb-storage"), ("2", "usb-uas")):
            vm.usb.plug_stick(f"stick-{number}-{port}", driver, port=port, size_mb=1)
        vm.usb.plug("usb-kbd", f"kbd-{number}", port="3")
        vm.usb.plug_net(f"net-{number}", port="4")

    def disk(self, name: str) -> Path:
        """The file on this machine that is one of the guest's two more disks: torn is vdb there, torn-log vdc."""
        return self.vm.directory / f"{name}.img"

    def since_power_s(self, unit: str) -> float:
        """When it became active, counted from the kernel's first instant; 0 where it is not."""
        told = self.vm.out(f"systemctl show --value --property=ActiveEnterTimestampMonotonic {unit}")
        return int(told or "0") / 1e6

    # ---- the guard

    def ask(self, verb: str, pins: dict[str, str] | None = None, **args: object) -> Any:
        """What the guard answers; a fifth of the time that a `venue` command takes in a machine without KVM."""
        argv = f"python3 -I /root/ask.py {verb} '{json.dumps(args)}' '{json.dumps(pins or {})}'"
        return json.loads(self.vm.out(argv, timeout_s=120))

    def rows(self, kind: str, since: int = 0) -> list[dict[str, Any]]:
        """The newest rows of a kind, oldest first, after row `since`."""
        rows: list[dict[str, Any]] = self.ask("events", kind=kind, newest=True, limit=500)["events"]
        return sorted((row for row in rows if row["seq"] > since), key=lambda row: int(row["seq"]))

    def head(self) -> int:
        """The newest row's number."""
        return int(self.ask("status")["log"]["head_seq"])

    def await_guard(self) -> None:
        """Comes back when the guard answers."""
        self.vm.await_true("python3 -I /root/ask.py status '{}' '{}' >/dev/null 2>&1", timeout_s=SLOW_S)

    def await_(self, found: Callable[[], bool], what: str, timeout_s: float = SLOW_S) -> None:
        """Comes back when it is so. Raises AssertionError with `what`."""
        deadline_s = time.monotonic() + timeout_s
        while not found():
            assert time.monotonic() < deadline_s, what
            time.sleep(0.2)

    def show(self, unit: str, *names: str) -> dict[str, str]:
        """Properties of a unit."""
        lines = self.vm.out(f"systemctl show --property={','.join(names)} {unit}").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def main_pid(self) -> int:
        """The guard's process, 0 where there is none."""
        return int(self.show("venue-guard", "MainPID")["MainPID"])

    # ---- posture

    def closed(self) -> dict[str, object]:
        """What must be as it is, whatever happened: USB, disks and cards of sticks, the line's rules, routing."""
        told = self.vm.out(
            "cat /sys/bus/usb/devices/usb*/authorized_default; echo @; ls -d /sys/block/sd* 2>/dev/null; echo @; "
            "nft list ruleset | grep -c 'policy drop'; cat /proc/sys/net/ipv4/ip_forward; echo @; "
            "dmesg | grep -cE 'USB Mass Storage device detected|cdc_ether|input: QEMU'; true"
        )
        usb, disks, line, bound = (part.split() for part in told.split("@"))
        return {"usb": usb, "disks": disks, "drops": int(line[0]) >= 4, "routing": line[1], "bound": bound}

    @contextmanager
    def drop_in(self, text: str, unit: str = "venue-guard.service") -> Iterator[None]:
        """Lines of a unit changed until this is left."""
        place = f"/run/systemd/system/{unit}.d"
        self.vm.put(f"{place}/zz-lab.conf", text)
        self.vm.out("systemctl daemon-reload", timeout_s=SLOW_S)
        try:
            yield
        finally:
            self.vm.out(f"rm -rf {place} && systemctl daemon-reload", timeout_s=SLOW_S)


CLOSED = {"usb": ["0", "0"], "disks": [], "drops": True, "routing": "0", "bound": ["0"]}


def seconds_of(line: str) -> list[float]:
    """The seconds since power-on in a line of dmesg or of short-monotonic journal."""
    return [float(found) for found in re.findall(r"\[ *(\d+\.\d+)\]", line)]
