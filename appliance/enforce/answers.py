"""What the box answers in the exam network, for programs that are not ours: dnsmasq, chronyd and nginx.

Windows asks its maker's hosts whether it is online; who hears nothing looks for another network. Here the box says yes,
tells the time, and says no at once to every other name: nothing is asked of anybody outside. The rules stand beside
these files and do not rely on them.

Source: "Network Connectivity Status Indicator overview for Windows" (learn.microsoft.com), dnsmasq(8), chrony.conf(5).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from appliance.enforce.firewall.place import place
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkServer

DNS, TIME, PROBE = "dnsmasq.conf", "chrony.conf", "nginx-ncsi.conf"
FILES = (DNS, TIME, PROBE)
RTC, NTP, NONE = "rtc", "ntp", "none"
DNS_PROBE, DNS_PROBE_SAYS = "dns.msftncsi.com", "131.107.255.255"
# Host → path and what it says there. The second pair is what Windows before 10 asks.
WEB_PROBES = {
    "www.msftconnecttest.com": ("/connecttest.txt", "Microsoft Connect Test"),
    "www.msftncsi.com": ("/ncsi.txt", "Microsoft NCSI"),
}
TIME_NAME = (
    "time.windows.com"  # whom a Windows asks that nobody set up otherwise; it does not heed DHCP's option 42
)
LEASE = "12h"  # longer than an exam day: nobody asks for an address in mid-exam
POOL = 512  # addresses for machines that nobody listed: a PC that was exchanged must reach the exam server
LISTED = 4096
LOCAL_STRATUM = 10  # any real clock that a server may have is better
_HEAD = "# Written by `venue config apply`: what is changed here is lost."


def texts(plan: NetworkPlan, *, clock: str) -> dict[str, str]:
    """File name → text, for each of FILES that must be there; none where the box has no address to answer from.

    `clock` vouches for the box's time: RTC, NTP (then `plan.ntp` is asked), NONE. Raises BadPlan.
    """
    place(plan)  # nothing but names and numbers comes into a file
    if plan.mode == "off" or not plan.address:
        return {}
    own = IPv4Interface(plan.address)
    return {
        name: "\n".join([_HEAD, *lines]) + "\n"
        for name, lines in (
            (DNS, _dnsmasq(plan, own, told_time=_knows_time(plan, clock))),
            (TIME, _chrony(plan, own, clock)),
            (PROBE, _nginx(own)),
        )
    }


def _knows_time(plan: NetworkPlan, clock: str) -> bool:
    return clock == RTC or clock == NTP and bool(plan.ntp)


def _names(plan: NetworkPlan, told_time: bool) -> tuple[str, ...]:
    """Whom the box answers as: Windows' probes, and its time server where that is wanted and the time is known."""
    return (*WEB_PROBES, TIME_NAME) if told_time and plan.tell_time else (*WEB_PROBES,)


def _dnsmasq(plan: NetworkPlan, own: IPv4Interface, *, told_time: bool) -> Iterator[str]:
    yield f"interface={plan.exam_bridge}"
    yield "except-interface=lo"  # the box's own programs ask elsewhere
    yield "bind-dynamic"  # the interface may come later, or again
    yield "no-resolv"
    yield "no-poll"
    yield "no-hosts"
    yield "cache-size=0"
    for name in _names(plan, told_time):
        yield f"host-record={name},{own.ip}"
    yield f"host-record={DNS_PROBE},{DNS_PROBE_SAYS}"
    yield "address=/#/"  # every other name: there is no such one, at once, nobody is asked
    if plan.dhcp:
        yield from _dhcp(plan, own, told_time=told_time)


def _dhcp(plan: NetworkPlan, own: IPv4Interface, *, told_time: bool) -> Iterator[str]:
    """Who is listed gets the listed address, everybody else one of those that nobody is listed with."""
    pairs = [(seat.mac, seat.ip) for seat in plan.seats]
    machines: list[NetworkServer | NetworkDevice] = [*plan.servers, *plan.devices]
    taken = {own.ip, *(IPv4Address(each.ip) for each in (*machines, *plan.seats) if each.ip)}
    run = _free(own.network, taken)
    yield (
        f"dhcp-range={run[0]},{run[1]},{own.netmask},{LEASE}"
        if run
        else (f"dhcp-range={own.network.network_address},static,{own.netmask},{LEASE}")
    )
    yield "dhcp-authoritative"
    yield f"dhcp-lease-max={POOL + LISTED}"
    # What goes to the box as if it were a way out is counted there, by machine and kind, and dropped.
    yield f"dhcp-option=option:router,{own.ip}"
    yield f"dhcp-option=option:dns-server,{own.ip}"
    if told_time:
        yield f"dhcp-option=option:ntp-server,{own.ip}"
    if plan.mode != "route":
        # Their way out is the venue's router; where nobody told the box which that is, it is set by hand.
        yield f"dhcp-option=tag:machine,option:router{f',{plan.router}' if plan.router else ''}"
    yield from (f"dhcp-host={mac},{ip}" for mac, ip in pairs if mac and ip)
    yield from (f"dhcp-host={each.mac},set:machine,{each.ip}" for each in machines if each.mac and each.ip)


def _free(network: IPv4Network, taken: set[IPv4Address]) -> tuple[IPv4Address, IPv4Address] | None:
    """First and last of the longest run of addresses that nobody is listed with, POOL at most; None without one."""
    found: tuple[int, int] = (0, -1)
    first, last = int(network.network_address) + 1, int(network.broadcast_address) - 1
    for end in [*sorted(int(each) for each in taken if first <= int(each) <= last), last + 1]:
        if end - first > found[1] - found[0] + 1:
            found = first, end - 1
        first = end + 1
    if found[1] < found[0]:
        return None
    return IPv4Address(found[0]), IPv4Address(min(found[1], found[0] + POOL - 1))


def _chrony(plan: NetworkPlan, own: IPv4Interface, clock: str) -> Iterator[str]:
    """Nobody is told a time that nothing vouches for: chronyd then answers that it is not synchronised."""
    if clock == NTP and plan.ntp:
        yield f"server {plan.ntp} iburst"
    if clock == RTC:
        yield f"local stratum {LOCAL_STRATUM}"
    yield f"bindaddress {own.ip}"
    yield f"allow {own.network}"
    yield "cmdport 0"
    yield "driftfile /var/lib/chrony/chrony.drift"
    yield "makestep 1 3"  # at the start alone: no clock jumps in mid-exam
    yield "rtcsync"


def _nginx(own: IPv4Interface) -> Iterator[str]:
    """It listens on every address: one that is not there yet would keep nginx, and with it the page, from starting.

    `allow` would not do: nginx runs `return` before it.
    """
    yield f"geo $venue_exam_network {{ default 0; {own.network} 1; }}"
    for host, (path, says) in WEB_PROBES.items():
        yield "server {"
        yield "    listen 80;"
        yield f"    server_name {host};"
        yield "    access_log off;"
        yield "    if ($venue_exam_network = 0) { return 444; }"
        yield f'    location = {path} {{ default_type text/plain; return 200 "{says}"; }}'
        yield "    location / { return 404; }"
        yield "}"
