"""The box: versions, units, its health, the rules that are loaded, what is on USB, what NUT says."""

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from appliance import __version__
from appliance.diag.part import LEFT_OUT, Part, PartFailed, as_json, code, output
from hw import host_health
from hw.host import HostError, disk_free_bytes, disk_free_percent, kernel_clock_synchronised
from hw.usb import UsbError, scan

PACKAGES = (
    "venue-appliance", "python3", "python3-flask", "python3-pydantic", "python3-cryptography", "nftables", "nut-server",
    "nut-client", "dnsmasq-base", "chrony", "nginx", "systemd", "cifs-utils", "openssh-client", "postgresql-client",
)  # fmt: skip
UNITS = ("venue-*", "nut-server.service", "nut-driver*", "chrony.service", "nginx.service", "ssh.service")
PROPERTIES = (
    "Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus",
    "NRestarts", "MemoryCurrent", "NeedDaemonReload",
)  # fmt: skip
_VARIABLE = re.compile(
    r"(?:battery|input|output)\.[a-z.]+|driver\.(?:name|version[a-z.]*|state|parameter\.pollinterval)|"
    r"ups\.(?:status|load|mfr|model|firmware|temperature|(?:test|delay|timer|power|realpower|beeper)[a-z.]*)"
)
MAX_UPSES = 16


def versions(root: Path) -> Part:
    """Of this program, the system and the packages that it stands on."""
    told: dict[str, object] = {
        "venue": __version__, "python": platform.python_version(), "kernel": code(platform.release()),
        "machine": code(platform.machine()), "model": _line(root / "proc/device-tree/model"),
        "system": _line(root / "etc/debian_version"),
    }  # fmt: skip
    try:
        argv = (str(root / "usr/bin/dpkg-query"), "--show", "--showformat=${Package} ${Version}\n", *PACKAGES)
        pairs = (line.split(" ") for line in output(argv).splitlines())
        told["packages"] = {
            pair[0]: code(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] in PACKAGES
        }
    except PartFailed as error:
        told["packages"] = str(error)
    return as_json("versions.json", told)


def units(root: Path) -> Part:
    """How systemd sees our units and those beside them. Raises PartFailed."""
    argv = (str(root / "usr/bin/systemctl"), "show", f"--property={','.join(PROPERTIES)}", *UNITS)
    found: list[dict[str, object]] = [{}]
    for line in output(argv).splitlines():
        name, sign, value = line.partition("=")
        if not line:
            found.append({})
        elif sign and name in PROPERTIES:
            found[-1][name] = code(value)
    return as_json("units.json", [unit for unit in found if unit])


def health(root: Path, state_dir: Path) -> Part:
    """Temperature, supply, memory, disks, what vouches for the clock; and how much stands in the state directory."""
    told: dict[str, object] = dict(asdict(host_health.health(root)))
    told |= {"rtc": host_health.rtc_present(root), "kernel_clock_synchronised": kernel_clock_synchronised()}
    told |= {"load": list(os.getloadavg()), "uptime": code((_line(root / "proc/uptime") or "").split(" ")[0])}
    try:
        told |= {
            "disk_free_percent": round(disk_free_percent(state_dir), 1),
            "disk_free_bytes": disk_free_bytes(state_dir),
        }
    except HostError:
        told["disk_free_percent"] = None
    told["mounts"] = {name: _mounted(root, name) for name in ("/", "/var", str(state_dir))}
    told["kept"] = {
        name: _kept(state_dir / name) for name in ("log", "outbox", "receipts", "index", "spool", "drill")
    }
    return as_json("host.json", told)


def rules(root: Path) -> Part:
    """The rules of nftables without comments and without who stands in a set. Raises PartFailed."""
    text = output((str(root / "usr/sbin/nft"), "--json", "list", "ruleset"))
    try:
        return as_json("nft.json", _ruled(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise PartFailed("nft: not understood") from error


def _ruled(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            str(code(name)): f"{len(below)} elements"
            if name in ("elem", "set") and isinstance(below, list)
            else _ruled(below)
            for name, below in value.items()
            if name != "comment"
        }
    if isinstance(value, list):
        return [_ruled(each) for each in value]
    return _machineless(value)


def _machineless(value: object) -> object:
    """A code; the address of a machine's card is left out."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", value.lower()):
        return LEFT_OUT
    return code(value)


def usb(root: Path) -> Part:
    """Each device by port, id and kinds; of its texts nothing, but whether it has a serial. Raises PartFailed."""
    try:
        found = scan(root)
    except UsbError as error:
        raise PartFailed("the USB bus cannot be listed") from error
    return as_json(
        "usb.json",
        [
            {
                "port": device.port, "id": device.vendor_product, "class": device.device_class,
                "kinds": list(device.kinds), "interfaces": list(device.interfaces),
                "authorized": device.authorized, "has_serial": bool(device.serial),
                "drivers": [code(each.driver) for each in device.configured], "understood": not device.fault,
            }
            for device in found
        ],
    )  # fmt: skip


def nut(root: Path) -> Part:
    """The UPSes that upsd on this box knows, each with its readings. Raises PartFailed."""
    asked = str(root / "usr/bin/upsc")
    names = [
        name for name in output((asked, "-l", "127.0.0.1")).split() if re.fullmatch(r"[\w.-]{1,64}", name)
    ]
    told = []
    for number, name in enumerate(names[:MAX_UPSES], 1):
        try:
            lines = output((asked, f"{name}@127.0.0.1")).splitlines()
        except PartFailed as error:
            told.append({"ups": number, "failed": str(error)})
            continue
        pairs = (line.partition(": ")[::2] for line in lines[:500])
        told.append(
            {"ups": number}
            | {key: code(value.replace(" ", "_")) for key, value in pairs
               if _VARIABLE.fullmatch(key)}
        )  # fmt: skip
    return as_json("nut.json", told)


def _line(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            text = file.read(200).decode("ascii", "replace").strip("\0\n ")
    except OSError:
        return None
    return "".join(c for c in text.partition("\n")[0] if c.isprintable())


def _mounted(root: Path, place: str) -> str | None:
    """Whether a mount point is read-only, and its kind of file system; None where nothing is mounted there."""
    for line in reversed(_content(root / "proc/self/mounts").splitlines()):
        words = line.split(" ")
        if len(words) >= 4 and words[1] == place:
            return f"{code(words[2])} {'ro' if 'ro' in words[3].split(',') else 'rw'}"
    return None


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(1024 * 1024).decode("ascii", "replace")
    except OSError:
        return ""


def _kept(directory: Path) -> dict[str, int] | None:
    """How many files stand there and how much they hold; their names are nobody's business."""
    try:
        with os.scandir(directory) as found:
            sizes = [
                each.stat(follow_symlinks=False).st_size
                for each in found
                if each.is_file(follow_symlinks=False)
            ]
    except OSError:
        return None
    return {"files": len(sizes), "bytes": sum(sizes)}
