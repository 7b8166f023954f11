"""The seat list, seats.csv: rooms, seats, spares, and each machine's address; every fault with its line."""

import csv
import io
import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from appliance.config import beside
from appliance.events.plan import SeatPlan

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


def read(path: Path, name: str, faults: list[str]) -> tuple[SeatRow, ...]:
    """The rows of the list `name` beside the configuration at `path`; what is wrong with it goes to `faults`."""
    if not name:
        return ()
    try:
        text = beside(path, name).read_bytes().decode("utf-8-sig")
    except OSError as error:
        faults.append(f"{path.name}: venue.seats: {name}: {error.strerror}")
        return ()
    except ValueError as error:
        faults.append(f"{name}: not UTF-8: {error}")
        return ()
    return _rows(name, text, faults)


def mac_of(text: str) -> str:
    """A machine's MAC as 02:50:00:00:00:02, however it is written. Raises ValueError."""
    plain = re.sub(r"[:.-]", "", text.strip().lower())
    if not _MAC.fullmatch(plain):
        raise ValueError(f"{text[:40]!r}: a MAC as 02:50:00:00:00:02 was expected")
    if int(plain[:2], 16) & 1 or not int(plain, 16):
        raise ValueError(f"{text[:40]!r}: no machine has such a MAC")
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2))


def ip_of(text: str) -> str:
    """A machine's IPv4 address. Raises ValueError."""
    try:
        found = IPv4Address(text.strip())
    except AddressValueError as error:
        raise ValueError(f"{text[:40]!r}: an IPv4 address as 10.50.0.2 was expected") from error
    if (
        found.is_multicast
        or found.is_loopback
        or found.is_unspecified
        or found == IPv4Address("255.255.255.255")
    ):
        raise ValueError(f"{text[:40]!r}: no machine has such an address")
    return str(found)


def _rows(name: str, text: str, faults: list[str]) -> tuple[SeatRow, ...]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        columns, rows = tuple(reader.fieldnames or ()), [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        faults.append(f"{name}: line {reader.line_num}: {error}")
        return ()
    if columns != COLUMNS:
        faults.append(f"{name}: line 1: the columns {','.join(COLUMNS)} were expected")
        return ()
    seats: dict[str, SeatRow] = {}
    for line, row in rows:
        place = f"{name}: line {line}"
        room, seat, spare = row["room"], row["seat"], (row["spare"] or "").strip().lower()
        if None in row or None in row.values():
            faults.append(f"{place}: {len(COLUMNS)} columns were expected")
        elif not _is_name(room) or not _is_name(seat):
            faults.append(f"{place}: room and seat: letters, digits, '.' and '_' were expected")
        elif spare not in SPARE_WORDS:
            faults.append(f"{place}: spare: {spare!r}: yes or no was expected")
        elif f"{room}-{seat}" in seats:
            faults.append(f"{place}: seat {seat} of room {room} stands twice")
        else:
            plan = SeatPlan(id=f"{room}-{seat}", room=room, spare=SPARE_WORDS[spare])
            seats[plan.id] = _addressed(SeatRow(line=line, plan=plan), row, place, faults)
    if len(seats) > MAX_SEATS:
        faults.append(f"{name}: {len(seats)} seats, at most {MAX_SEATS} were expected")
    return tuple(seats.values())


def _addressed(seat: SeatRow, row: dict[str, str], place: str, faults: list[str]) -> SeatRow:
    found = {"mac": "", "ip": ""}
    for column, read_as in (("mac", mac_of), ("ip", ip_of)):
        try:
            found[column] = read_as(row[column]) if row[column].strip() else ""
        except ValueError as error:
            faults.append(f"{place}: {column}: {error}")
    return SeatRow(line=seat.line, plan=seat.plan, port=row["port"].strip(), **found)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 16 and all(c.isalnum() or c in "._" for c in text)
