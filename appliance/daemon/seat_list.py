"""The seat list, seats.csv: rooms, seats, spares, and each machine's address; every fault with its line."""

import csv
import io
import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from appliance.config import beside, of_os
from appliance.events.plan import SeatPlan
from appliance.finding import Finding, Unfit, unfit

COLUMNS = ("room", "seat", "mac", "ip", "port", "spare")
SPARE_WORDS = {"": False, "0": False, "no": False, "1": True, "yes": True, "spare": True}
MAX_SEATS = 2000
_MAC = re.compile(r"[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """A seat and the `line` it stands in; `mac` as 02:50:00:00:00:02; mac, ip and port '' where nothing is given."""

    line: int
    plan: SeatPlan
    mac: str = ""
    ip: str = ""
    port: str = ""


def read(path: Path, name: str, faults: list[Finding]) -> tuple[SeatRow, ...]:
    """The rows of the list `name` beside the configuration at `path`; what is wrong with it goes to `faults`."""
    if not name:
        return ()
    try:
        text = beside(path, name).read_bytes().decode("utf-8-sig")
    except OSError as error:
        faults.append(of_os(Path(name), error).at(f"{path.name}: venue.seats"))
        return ()
    except ValueError as error:
        faults.append(Finding(name, "not_utf8", f"not UTF-8: {error}"))
        return ()
    return _rows(name, text, faults)


def mac_of(text: str) -> str:
    """A machine's MAC as 02:50:00:00:00:02, however it is written. Raises Unfit."""
    plain = re.sub(r"[:.-]", "", text.strip().lower())
    if not _MAC.fullmatch(plain):
        raise unfit("no_mac", "a MAC as 02:50:00:00:00:02 was expected", repr(text[:40]))
    if int(plain[:2], 16) & 1 or not int(plain, 16):
        raise unfit("no_machines_mac", "no machine has such a MAC", repr(text[:40]))
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2))


def ip_of(text: str) -> str:
    """A machine's IPv4 address. Raises Unfit."""
    try:
        found = IPv4Address(text.strip())
    except AddressValueError as error:
        raise unfit("no_ip", "an IPv4 address as 10.50.0.2 was expected", repr(text[:40])) from error
    if (
        found.is_multicast
        or found.is_loopback
        or found.is_unspecified
        or found == IPv4Address("255.255.255.255")
    ):
        raise unfit("no_machines_ip", "no machine has such an address", repr(text[:40]))
    return str(found)


def _rows(name: str, text: str, faults: list[Finding]) -> tuple[SeatRow, ...]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        columns, rows = tuple(reader.fieldnames or ()), [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        faults.append(Finding(f"{name}: line {reader.line_num}", "no_csv", str(error)))
        return ()
    if columns != COLUMNS:
        known = ",".join(COLUMNS)
        faults.append(Finding(f"{name}: line 1", "columns", f"the columns {known} were expected", known=known))
        return ()
    seats: dict[str, SeatRow] = {}
    for line, row in rows:
        place = f"{name}: line {line}"
        room, seat, spare = row["room"], row["seat"], (row["spare"] or "").strip().lower()
        if None in row or None in row.values():
            reason = f"{len(COLUMNS)} columns were expected"
            faults.append(Finding(place, "column_count", reason, count=len(COLUMNS)))
        elif not _is_name(room) or not _is_name(seat):
            reason = "room and seat: letters, digits, '.' and '_' were expected"
            faults.append(Finding(place, "seat_name", reason))
        elif spare not in SPARE_WORDS:
            faults.append(Finding(f"{place}: spare", "yes_or_no", "yes or no was expected", repr(spare)))
        elif f"{room}-{seat}" in seats:
            reason = f"seat {seat} of room {room} stands twice"
            faults.append(Finding(place, "seat_twice", reason, seat=seat, room=room))
        else:
            plan = SeatPlan(id=f"{room}-{seat}", room=room, spare=SPARE_WORDS[spare])
            seats[plan.id] = _addressed(SeatRow(line=line, plan=plan), row, place, faults)
    if len(seats) > MAX_SEATS:
        reason = f"{len(seats)} seats, at most {MAX_SEATS} were expected"
        faults.append(Finding(name, "too_many_seats", reason, count=len(seats), most=MAX_SEATS))
    return tuple(seats.values())


def _addressed(seat: SeatRow, row: dict[str, str], place: str, faults: list[Finding]) -> SeatRow:
    found = {"mac": "", "ip": ""}
    for column, read_as in (("mac", mac_of), ("ip", ip_of)):
        try:
            found[column] = read_as(row[column]) if row[column].strip() else ""
        except Unfit as error:
            faults += [fault.at(f"{place}: {column}") for fault in error.faults]
    return SeatRow(line=seat.line, plan=seat.plan, port=row["port"].strip(), **found)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 16 and all(c.isalnum() or c in "._" for c in text)
