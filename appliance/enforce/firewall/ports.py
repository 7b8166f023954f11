"""The ports of the box and the kernel's own switches: what holds beside the rules, each alone enough.

Ports of seats and the bridged line are isolated from each other in the bridge; nothing is routed but while a window
is open; IPv6 is off; the bridge asks no other table.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance import command
from appliance.command import CommandError
from appliance.enforce.firewall.place import Place

IP = "/usr/bin/ip"
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An interface as the kernel has it: `master` '' where it is in no bridge; `addresses` as 10.50.0.1/24."""

    name: str
    up: bool
    master: str = ""
    isolated: bool = False
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How it must be: ports by name with their isolation, and sysctls below /proc/sys."""

    bridge: str
    address: str
    isolation: Mapping[str, bool]
    sysctls: Mapping[str, str]


def wanted(here: Place, *, routing: bool, crossing: bool, apart: bool = True) -> Wanted:
    """What `here` asks for. `routing`: a window is open that is routed; `crossing`: one that crosses the bridge.

    Without `apart` no port is isolated: a rehearsal holds nothing back.
    """
    plan = here.plan
    if plan.mode not in ("route", "bridge"):
        return Wanted(bridge="", address="", isolation={}, sysctls={})
    isolation = {port: port in here.seat_ports for port in plan.exam_ports}
    if here.bridged:
        isolation[plan.uplink] = True
        servers = {server.port for server in plan.servers if server.port}
        behind_switch = any(not server.port for server in plan.servers)
        switches = [port for port in here.other_ports if port not in servers]
        if len(switches) == 1 and not (crossing and behind_switch):
            isolation[switches[0]] = True
    isolation = {port: apart and isolated for port, isolated in isolation.items()}
    return Wanted(
        bridge=plan.exam_bridge, address=plan.address, isolation=isolation, sysctls=_sysctls(here, routing)
    )


def _sysctls(here: Place, routing: bool) -> dict[str, str]:
    plan = here.plan
    found = {"net/ipv4/ip_forward": str(int(here.routed and routing)), "net/ipv6/conf/all/forwarding": "0"}
    named = [name for name in (plan.exam_bridge, *plan.exam_ports, plan.uplink, plan.staff_port) if name]
    for name in ("all", *named):
        here_ipv4 = f"net/ipv4/conf/{name}"
        found |= {
            f"{here_ipv4}/rp_filter": "1",
            f"{here_ipv4}/accept_redirects": "0",
            f"{here_ipv4}/send_redirects": "0",
            f"{here_ipv4}/accept_source_route": "0",
            f"{here_ipv4}/proxy_arp": "0",
        }
    found |= {f"net/ipv4/conf/{name}/arp_ignore": "1" for name in ("all",)}
    found |= {f"net/ipv6/conf/{name}/disable_ipv6": "1" for name in ("default", *named)}
    found |= {f"net/bridge/bridge-nf-call-{name}": "0" for name in ("iptables", "ip6tables", "arptables")}
    return found


def settle(want: Wanted, root: Path = Path("/")) -> list[str]:
    """Makes it so; gives what is not so afterwards, each with its reason, [] where all is."""
    faults: list[str] = []
    known: dict[str, Link] | None = None
    try:
        known = links()
        batch = "".join(f"{line}\n" for line in _commands(want, known))
        if batch:
            known = None  # to be read anew
            command.run([IP, "-force", "-batch", "-"], timeout_s=TIMEOUT_S, stdin=batch.encode(), check=False)
    except CommandError as error:
        faults.append(str(error))
    for name, value in want.sysctls.items():
        path = root / "proc/sys" / name
        if not _reads(path, value) and path.exists():
            try:
                path.write_text(value, encoding="ascii")
            except OSError as error:
                faults.append(f"{path}: {error.strerror}")
    return faults + [fault for fault in astray(want, root, known) if fault not in faults]


def astray(want: Wanted, root: Path = Path("/"), known: Mapping[str, Link] | None = None) -> list[str]:
    """What is not as it must be, each in a few words; `known` are links just read.

    Sysctls that this kernel does not have are no fault.
    """
    found = [
        f"{path}: not {value}"
        for name, value in want.sysctls.items()
        if (path := root / "proc/sys" / name).exists() and not _reads(path, value)
    ]
    if not want.isolation:
        return found
    try:
        known = links() if known is None else known
    except CommandError as error:
        return [*found, str(error)]
    bridge = known.get(want.bridge)
    if bridge is None:
        found.append(f"{want.bridge}: does not exist")
    elif want.address and want.address not in bridge.addresses:
        found.append(f"{want.bridge}: not {want.address}")
    for port, isolated in want.isolation.items():
        link = known.get(port)
        if link is None:
            found.append(f"{port}: does not exist")
        elif link.master != want.bridge:
            found.append(f"{port}: not in {want.bridge}")
        elif link.isolated != isolated:
            found.append(f"{port}: {'not ' if isolated else ''}isolated")
    return found


def links() -> dict[str, Link]:
    """The interfaces by name. Raises CommandError."""
    told = command.run([IP, "-json", "-details", "address", "show"], timeout_s=TIMEOUT_S).stdout
    return {link.name: link for link in parse_links(told)}


def parse_links(told: bytes) -> Iterator[Link]:
    """The interfaces that `ip -json -details address show` prints. Raises CommandError for anything else."""
    try:
        rows = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{IP}: not JSON: {str(error)[:80]}") from error
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("ifname"), str):
            slave = _inner(_inner(row, "linkinfo"), "info_slave_data")
            flags = row.get("flags")
            yield Link(
                name=row["ifname"],
                up=isinstance(flags, list) and "UP" in flags,
                master=str(row.get("master", "")),
                isolated=slave.get("isolated") is True,
                addresses=tuple(_addresses(row)),
            )


def _inner(row: dict[str, Any], key: str) -> dict[str, Any]:
    found = row.get(key)
    return found if isinstance(found, dict) else {}


def _addresses(row: dict[str, Any]) -> Iterator[str]:
    told = row.get("addr_info")
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict) and each.get("family") == "inet":
            yield f"{each.get('local')}/{each.get('prefixlen')}"


def _commands(want: Wanted, known: Mapping[str, Link]) -> Iterator[str]:
    """Lines for `ip -batch -`: a port is isolated in the same breath in which it comes into the bridge."""
    if not want.bridge:
        return
    if want.bridge not in known:
        yield f"link add {want.bridge} type bridge stp_state 0 forward_delay 0"
    for port, isolated in sorted(want.isolation.items(), key=lambda each: not each[1]):
        link = known.get(port)
        if link is None:
            continue
        if link.master != want.bridge:
            yield f"link set dev {port} master {want.bridge}"
        if link.master != want.bridge or link.isolated != isolated:
            yield f"link set dev {port} type bridge_slave isolated {'on' if isolated else 'off'}"
        if not link.up:
            yield f"link set dev {port} up"
    if want.address and want.address not in (known[want.bridge].addresses if want.bridge in known else ()):
        yield f"address replace {want.address} dev {want.bridge}"
    if want.bridge not in known or not known[want.bridge].up:
        yield f"link set dev {want.bridge} up"


def _reads(path: Path, value: str) -> bool:
    try:
        return path.read_text(encoding="ascii").strip() == value
    except (OSError, ValueError):
        return False
