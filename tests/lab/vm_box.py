"""A guest of the lab with the appliance in it: plugs, and tells what the kernel made of what was plugged."""

import json
import time
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

from tests.lab.vm import Vm
from tests.lab.vm_image import ROOT

LISTED_PORT, GRANTED_PORT = "2-5", "2-6"
STICK = "46f4:0001"
CONFIG = f"""\
[venue]
code = "520100-03"
name = "实验中学考点"
timezone = "Asia/Shanghai"
[usb]
enforce = true
allow = [{{ id = "{STICK}", port = "{LISTED_PORT}", serial = "LISTED", why = "the lab's" }}]
ports = {{ "{GRANTED_PORT}" = "left front" }}
[clock]
source = "none"
"""
ASK = """\
import json, sys
sys.path.insert(0, "/usr/lib/venue-appliance")
from pathlib import Path
from appliance.client import Client
verb, args, pins = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
print(json.dumps(Client(Path("/run/venue-appliance/control.sock"), timeout_s=60).call(verb, pins=pins, **args)))
"""
# What qemu has. Composites among them: usb-net (CDC and RNDIS), usb-audio (control and stream).
PLAIN = ("usb-kbd", "usb-mouse", "usb-tablet", "usb-hub", "usb-audio", "usb-ccid", "usb-wacom-tablet")
DRIVERS = ("usb-storage", "usb-uas", "usb-net", "usb-mtp", *PLAIN)


class Box:
    """A guest with the appliance in it."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm
        self._number = 0
        self.at: dict[str, str] = {}  # by socket, what was plugged there last

    # ---- the appliance

    def install(self) -> None:
        """Put everything where the package puts it, and keep it on the disk."""
        self.vm.install_project()
        for name, there, mode in (
            ("venue-lockdown", "/usr/lib/venue-appliance/venue-lockdown", 0o755),
            ("venue-lockdown.service", "/etc/systemd/system/venue-lockdown.service", 0o644),
            ("udev/10-venue-usb.rules", "/etc/udev/rules.d/10-venue-usb.rules", 0o644),
            ("venue-guard.service.d/usb.conf", "/etc/systemd/system/venue-guard.service.d/usb.conf", 0o644),
            ("venue-unmount", "/usr/lib/venue-appliance/venue-unmount", 0o755),
            ("venue-unmount@.service", "/etc/systemd/system/venue-unmount@.service", 0o644),
        ):
            self.vm.put(there, (ROOT / "systemd" / name).read_bytes(), mode=mode)
        self.vm.put("/etc/venue-appliance/appliance.toml", CONFIG)
        self.vm.put("/root/ask.py", ASK)
        self.vm.out(
            "mkdir -p /var/lib/venue-appliance && systemctl daemon-reload && udevadm control --reload"
        )

    def start_guard(self) -> None:
        """Start the guard; come back when it answers and has the ports closed. What a killed one left stays there."""
        self.vm.out(
            "mkdir -p /run/venue-appliance; systemctl reset-failed; "
            "systemd-run --quiet --unit=venue-guard /usr/bin/venue run"
        )
        self.vm.await_true("python3 /root/ask.py status '{}' '{}' >/dev/null 2>&1", timeout_s=120)
        self.await_(lambda: self.ask("status")["usb"]["state"] == "closed", "closed")

    def kill_guard(self) -> None:
        """SIGKILL, and nobody starts it anew."""
        self.vm.out("systemctl kill --signal=KILL venue-guard && systemctl is-active venue-guard; true")
        self.vm.await_true("! systemctl is-active --quiet venue-guard")

    def ask(self, verb: str, pins: dict[str, str] | None = None, **args: object) -> Any:
        """What the guard answers."""
        argv = f"python3 /root/ask.py {verb} '{json.dumps(args)}' '{json.dumps(pins or {})}'"
        return json.loads(self.vm.out(argv, timeout_s=120))

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The newest rows of a kind, oldest first."""
        rows: list[dict[str, Any]] = self.ask("events", kind=kind, newest=True, limit=500)["events"]
        return sorted(rows, key=lambda row: int(row["seq"]))

    def await_(self, found: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not found():
            assert time.monotonic() < deadline_s, what
            time.sleep(0.2)

    # ---- the bus

    def plug(self, driver: str, port: str, serial: str = "") -> str:
        """Plug one; its name, once the kernel shows it in the socket."""
        self._number += 1
        name = self.at[port] = f"d{self._number}"
        if driver in ("usb-storage", "usb-uas"):
            more = {"serial": serial} if serial else {}
            self.vm.usb.plug_stick(name, driver, size_mb=1, port=port, **more)
        elif driver == "usb-net":
            self.vm.usb.plug_net(name, port=port)
        elif driver == "usb-mtp":
            self.vm.usb.plug(driver, name, port=port, rootdir=str(ROOT / "docs"))
        else:
            self.vm.usb.plug(driver, name, port=port)
        self.vm.await_true(f"ls -d /sys/bus/usb/devices/[12]-{port}")
        return name

    def unplug(self, name: str, port: str) -> None:
        """Pull it; the kernel shows it no more."""
        self.vm.usb.unplug(name)
        self.vm.await_true(f"! ls -d /sys/bus/usb/devices/[12]-{port}")

    def storm(self, plugs: int, ports: tuple[str, ...] = ("7", "8", "9")) -> None:
        """Plug and pull all kinds in turn, at different sockets; each is in there until the next has come."""
        there: list[tuple[str, str]] = []
        for driver, port in islice(zip(cycle(DRIVERS), cycle(ports), strict=False), plugs):
            there.append((self.plug(driver, port), port))
            if len(there) == len(ports):
                self.unplug(*there.pop(0))
        for name, port in there:
            self.unplug(name, port)

    # ---- what became of it

    def listen(self) -> None:
        """Write down from now on each disk, interface and input that the kernel makes."""
        match = " ".join(f"--subsystem-match={kind}" for kind in ("block", "net", "input"))
        self.vm.out(
            f"systemctl stop made 2>/dev/null; rm -f /run/made; systemd-run --quiet --unit=made "
            f"--property=StandardOutput=file:/run/made stdbuf -oL udevadm monitor --kernel {match}"
        )
        self.vm.await_true("grep -q KERNEL /run/made")

    def made(self) -> list[str]:
        """What the kernel has made of USB devices since `listen`, be it gone again."""
        lines = self.vm.get("/run/made").decode().splitlines()
        return [line for line in lines if " add " in line and "/usb" in line]

    def disks(self) -> list[str]:
        return self.vm.sh("ls -d /sys/block/sd*").stdout.split()

    def interfaces(self) -> list[str]:
        return self.vm.out("ls /sys/class/net").split()

    def defaults(self) -> list[str]:
        return self.vm.out("cat /sys/bus/usb/devices/usb*/authorized_default").split()

    def bound(self) -> list[str]:
        """The interfaces of devices that a driver has, root hubs' own left out."""
        return self.vm.sh("ls -d /sys/bus/usb/devices/[0-9]*-[1-9]*:*/driver").stdout.split()

    def assert_closed(self) -> None:
        """Nothing is made and nothing was since `listen`; the kernel denies."""
        assert (self.made(), self.disks(), self.interfaces(), self.bound()) == ([], [], ["lo"], [])
        assert self.defaults() == ["0", "0"]
