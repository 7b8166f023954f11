"""Which rows of the kernel's ledger are written down: one a machine, kind and minute, and a bound for all."""

from appliance.events import Body, Moment
from appliance.events.bodies import NetworkFlooded, NetworkLedger, NetworkUnknown
from appliance.events.network import KINDS, NetworkDevice, NetworkPlan, NetworkServer
from appliance.events.plan import Plan
from appliance.events.readings import Dropped, LedgerReading
from appliance.exam.net.classes import BACKGROUND, NOISE, bound_of
from appliance.exam.net.state import NetState
from appliance.exam.net.tally import Tally

ROW_EVERY_S = 60.0
ROWS_A_MINUTE = 60  # beyond it one row says how many wait: 2,000 in a flood would fill the record in a night
KEPT_TALLIES = 4096
LEDGER = "ledger"
WAITING = "waiting"  # for the first answers: nothing is known, and nothing is wrong
OFFERS = {"dhcp": "dhcp-server", "ra": "router-advertisement"}  # the configuration's word → what is heard
NAMED = "name:"  # before the name of what is no seat


def network_watched(plan: Plan) -> bool:
    """Whether the exam network is read: a simulated world has none."""
    return plan.network != "off" and not plan.simulated


def others(plan: NetworkPlan) -> tuple[NetworkServer | NetworkDevice, ...]:
    """Everybody listed who is no seat."""
    return (*plan.devices, *plan.servers)


def offers_meant(plan: NetworkPlan) -> frozenset[str]:
    """MAC and kind, as `02:50:00:00:00:20 dhcp-server`, of those that offer because the configuration says so."""
    return frozenset(f"{each.mac} {OFFERS[what]}" for each in others(plan) for what in each.offers if what in OFFERS)


def owners(plan: NetworkPlan) -> dict[str, str]:
    """MAC to the seat it is listed for; of a server or device `name:` and its name."""
    named = {each.mac: f"{NAMED}{each.name}" for each in others(plan) if each.mac}
    return named | {seat.mac: seat.id for seat in plan.seats if seat.mac}


def ledger_rows(net: NetState, plan: NetworkPlan, reading: LedgerReading, now: Moment) -> tuple[Body, ...]:
    """The bodies that bring the record up to the ledger, the loudest kinds first; none where it says nothing new."""
    if reading.unknown:
        told = net.unknown.get(LEDGER)
        return () if told is not None else (NetworkUnknown(part=LEDGER, reason=reading.unknown),)
    seen: tuple[Body, ...] = () if net.sees(LEDGER) else (NetworkUnknown(part=LEDGER),)
    owed = sorted(
        (row for row in reading.rows if row.number in KINDS and _owed(net, row, now)), key=_first_said
    )
    if not owed:
        return seen
    lately = sum(1 for tally in net.tallies.values() if now.since(tally.at) < ROW_EVERY_S)
    room = max(0, ROWS_A_MINUTE - lately)
    names = owners(plan)
    rehearsed = net.rehearsal is not None and net.rehearsal.ended is None
    rows = tuple(_row(row, names.get(row.mac, ""), rehearsed) for row in owed[:room])
    return (*seen, *rows, *_flooded(net, owed[room:], reading.lost, now))


def _owed(net: NetState, row: Dropped, now: Moment) -> bool:
    tally = net.tallies.get(f"{row.mac} {KINDS[row.number]}")
    if tally is None:
        return len(net.tallies) < KEPT_TALLIES
    return row.packets != tally.packets and not _just_told(tally, now)


def _just_told(tally: Tally, now: Moment) -> bool:
    """Across a boot that no clock spans nobody knows: then it is told."""
    return now.comparable(tally.at) and now.since(tally.at) < ROW_EVERY_S


def _first_said(row: Dropped) -> tuple[int, str, int]:
    few = bound_of(KINDS[row.number]).few
    return (2 if few == NOISE else 1 if few == BACKGROUND else 0, row.mac, row.number)


def _row(row: Dropped, name: str, rehearsed: bool) -> NetworkLedger:
    return NetworkLedger(
        mac=row.mac,
        what=KINDS[row.number],
        packets=row.packets,
        seat=name,
        ip=row.ip,
        to=row.to,
        rehearsed=rehearsed,
    )


def _flooded(net: NetState, waiting: list[Dropped], lost: int, now: Moment) -> tuple[Body, ...]:
    if not waiting or (net.flooded is not None and now.since(net.flooded) < ROW_EVERY_S):
        return ()
    return (
        NetworkFlooded(
            machines=len({row.mac for row in waiting}),
            rows=len(waiting),
            packets=sum(row.packets for row in waiting),
            lost=lost,
        ),
    )
