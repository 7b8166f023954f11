"""The exam network as a reader sees it: plain JSON values; what nobody measures is never closed."""

from appliance.events import Moment
from appliance.exam.net.causes import QUIET_S, attempts
from appliance.exam.net.classes import ATTEMPT, CLASSES, class_of
from appliance.exam.net.firewall import CLOSED, DRIFTED, LEAKS, REHEARSING, UNKNOWN, state_of
from appliance.exam.net.ledger import LEDGER, offers_meant
from appliance.exam.net.presence import PRESENCE
from appliance.exam.net.proof import fresh, proof_row
from appliance.exam.net.rehearse import rehearsal_row
from appliance.exam.net.windows import rehearsal, windows
from appliance.exam.posture import network_level
from appliance.exam.venue import Venue

Plain = dict[str, object]
SHOWN = 20


def network_row(venue: Venue, now: Moment, unheld: tuple[str, ...]) -> Plain:
    """Whether the line is closed, which windows are open, what was dropped, who ought not to be there.

    `state` as in `firewall.state_of`, or `rehearsing`, or `leaks`: `closed` is what was loaded and read back; that
    nothing passes, packets prove (`verified_at`), or disprove (`leaks`). `level` is the posture's.
    """
    plan, net = venue.plan, venue.net
    state = state_of(venue.firewall, plan.network)
    if state == CLOSED and "network" in unheld:
        state = UNKNOWN
    opened, rehearsed = windows(venue, now), rehearsal(venue, now)
    if net.proof.leaked and fresh(net.proof, venue.phase.name, now):
        state = LEAKS
    if rehearsed is not None and state != DRIFTED:
        state = REHEARSING
    people = {each.name: each for each in net.windows}
    return {
        "state": state,
        "mode": plan.network,
        "level": network_level(opened, rehearsed),
        "rehearsal": rehearsal_row(venue, now),
        "drift": list(venue.firewall.drift),
        **proof_row(net.proof, venue.phase.name, now),
        "windows": [
            {
                "name": window.name,
                "until": None if window.leased else window.until.isoformat(),
                "how": people[window.name].how if window.name in people else "phase",
            }
            for window in opened
        ],
        "ledger": _part(venue, LEDGER),
        "presence": _part(venue, PRESENCE),
        **_dropped(venue, now),
        "strangers": [{"mac": s.mac, "ip": s.ip, "port": s.port} for _, s in sorted(net.strangers.items())],
        "moved": [{"seat": m.seat, "ip": m.ip, "port": m.port} for _, m in sorted(net.moved.items())],
        "doubled": [
            {"ip": d.ip, "name": d.name, "macs": list(d.macs)} for _, d in sorted(net.doubled.items())
        ],
        "offers": [{"what": o.what, "mac": o.mac, "name": o.name} for _, o in sorted(net.offers.items())],
        "devices": {"present": list(net.others), "gone": sorted(net.others_gone)},
    }


def _part(venue: Venue, part: str) -> str:
    if venue.plan.network == "off" or venue.plan.simulated and part not in venue.net.read:
        return "unmonitored"
    return "seen" if venue.net.sees(part) else "unknown"


def _dropped(venue: Venue, now: Moment) -> Plain:
    """Machines by their loudest class within ten minutes, and the rows behind them, attempts first."""
    trying = attempts(venue, now)
    meant = offers_meant(venue.plan.net)
    lately = [
        tally for key, tally in venue.net.tallies.items() if now.since(tally.at) <= QUIET_S and key not in meant
    ]
    by_machine: dict[str, list[str]] = {}
    for tally in lately:
        by_machine.setdefault(tally.mac, []).append(class_of(tally))
    loudest = [
        ATTEMPT if mac in trying else max(found, key=CLASSES.index) for mac, found in by_machine.items()
    ]
    rows = [
        {
            "mac": tally.mac,
            "seat": tally.seat,
            "what": tally.what,
            "class": ATTEMPT if trying.get(tally.mac) in (tally.what, "scan") else class_of(tally),
            "packets": tally.total,
            "to": tally.to,
            "at": tally.at.wall.isoformat(),
        }
        for tally in lately
    ]
    rows.sort(key=lambda row: (-CLASSES.index(str(row["class"])), str(row["mac"]), str(row["what"])))
    return {
        "machines": {name: loudest.count(name) for name in CLASSES},
        "dropped_packets": sum(tally.total for tally in venue.net.tallies.values()),
        "rows": rows[:SHOWN],
        "rows_more": max(0, len(rows) - SHOWN),
    }
