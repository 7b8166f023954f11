"""Enrolment, the province's side: one file for each venue, renewed by a file with a higher number, and shut out again.

What all venues share stands in `enrol.toml`, beside the keys:

    timezone = "Asia/Shanghai"
    timetable = "timetable.toml"              # beside this file
    addresses = ["198.51.100.10:443"]         # the province's machines, as in network.province
    contacts = { province = "考试值班电话 0851-…" }
    [dial_out]                                # for venues that nobody can call
    to = "pull@198.51.100.11:22"
    host_key = "ssh-ed25519 AAAA…"
    first_port = 20001
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from appliance.backup.disk import replace_file
from appliance.enrolment.venue_file import (
    CODE,
    LIMIT_BYTES,
    DialOut,
    FileRecipient,
    VenueFile,
    VenueFileFault,
    encode,
    fingerprint,
)
from appliance.enrolment.venue_file import read as read_file
from appliance.province import ca, venues
from appliance.province.keys import RECEIPTS_PUBLIC_NAME, RECIPIENTS_NAME

DIRECTORY, COMMON_NAME, NUMBERS_NAME = "venues", "enrol.toml", "certificates.txt"
DIAL_OUT = "dial-out"
_FIRST_PORT, _PORTS = 20_001, 65_536


class NotEnrolled(Exception):
    """No file was made, of no venue; the message has a line for each fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is told of one venue; '' and nothing is what stood in its last file, or stands in `enrol.toml`.

    `address` is HOST:PORT, or `dial-out` where the box calls the province. `timetable` is a file.
    """

    code: str
    name: str = ""
    address: str = ""
    timetable: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A venue file that was made: which one it is, where it lies, and the digits that are compared by phone."""

    code: str
    serial: int
    path: Path
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    timezone: str
    timetable: str
    addresses: tuple[str, ...]
    contacts: dict[str, str]
    dial_out: dict[str, object]


def enrol(home: Path, asked: Sequence[Asked], *, now: datetime) -> list[Made]:
    """A new file for each venue, and its place in `venues.toml`; all of them, or none where one has a fault.

    Raises NotEnrolled, CaError, VenuesFault, DiskFault, OSError.
    """
    if not (home / ca.DIRECTORY / ca.CA_CERTIFICATE).exists():
        ca.make(home, now=now)  # a home of before there was an authority
    authority, common = ca.Authority(home), _common(home)
    listed = {venue.code: venue for venue in venues.read(home)}
    faults: list[str] = []
    codes = [one.code for one in asked]
    faults += [f"{code!r}: stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    files: list[tuple[VenueFile, bytes, int]] = []
    for one in asked:
        try:
            if not CODE.fullmatch(one.code):
                raise NotEnrolled("letters, digits and '-' between them were expected, at most 32")
            venue = _place(one, listed, common)
            issued = authority.server(one.code, now=now)
            file = _file(home, one, venue, common, authority, issued, now)
            raw = encode(file)
            read_file(raw, now=now)
        except (VenueFileFault, NotEnrolled, ValueError, OSError) as error:
            told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else error
            faults.append(f"{one.code!r}: {told}")
            continue
        listed[venue.code] = venue
        files.append((file, raw, issued.serial))
    if faults:
        raise NotEnrolled("\n".join(faults))
    made = [_put(home, file, raw, number) for file, raw, number in files]
    venues.write(home, list(listed.values()))
    return made


def file_path(home: Path, code: str) -> Path:
    """Where the newest file of a venue lies."""
    return home / DIRECTORY / code / f"venue-{code}.json"


def certificate_numbers(home: Path, code: str) -> list[int]:
    """The numbers of every certificate that was made for a venue. Raises OSError."""
    try:
        text = (home / DIRECTORY / code / NUMBERS_NAME).read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return [int(line, 16) for line in text.split()]


def _put(home: Path, file: VenueFile, raw: bytes, number: int) -> Made:
    """The certificate's number first: one that is nowhere written down could never be revoked."""
    path = file_path(home, file.code)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    numbers = [*certificate_numbers(home, file.code), number]
    replace_file(path.parent / NUMBERS_NAME, "".join(f"{n:x}\n" for n in numbers).encode(), mode=0o600)
    replace_file(path, raw, mode=0o600)
    return Made(code=file.code, serial=file.serial, path=path, fingerprint=fingerprint(raw))


def _place(one: Asked, listed: Mapping[str, venues.Venue], common: _Common) -> venues.Venue:
    """The venue's row of `venues.toml`."""
    before = listed.get(one.code, venues.Venue(code=one.code))
    address = one.address or before.address
    if address == DIAL_OUT:
        address = f"127.0.0.1:{_port(before, listed, common)}"
    if address and not venues.is_address(address):
        raise NotEnrolled(f"address: HOST:PORT or {DIAL_OUT} was expected, as 198.51.100.20:8443")
    return replace(before, name=one.name or before.name, address=address, fingerprint="", revoked=False)


def _port(before: venues.Venue, listed: Mapping[str, venues.Venue], common: _Common) -> int:
    """The province's end of the venue's tunnel: the one it has, else the next that nobody has."""
    if before.address.startswith("127.0.0.1:"):
        return before.port
    if not common.dial_out:
        raise NotEnrolled(f"{DIAL_OUT}: {COMMON_NAME} has no [dial_out]")
    first = common.dial_out.get("first_port", _FIRST_PORT)
    taken = {venue.port for venue in listed.values() if venue.address.startswith("127.0.0.1:")}
    free = (
        port for port in range(first if isinstance(first, int) else _FIRST_PORT, _PORTS) if port not in taken
    )
    port = next(free, None)
    if port is None:
        raise NotEnrolled(f"{DIAL_OUT}: no port is left")
    return port


def _file(
    home: Path, one: Asked, venue: venues.Venue, common: _Common,
    authority: ca.Authority, issued: ca.Issued, now: datetime,
) -> VenueFile:  # fmt: skip
    before = _before(home, one.code)
    dial_out = None
    if common.dial_out and venue.address.startswith("127.0.0.1:"):
        to, host_key = (str(common.dial_out.get(key, "")) for key in ("to", "host_key"))
        dial_out = DialOut(to=to, host_key=host_key, port=venue.port)
    path = one.timetable or common.timetable
    return VenueFile(
        serial=_whole(before.get("serial")) + 1, issued_at=now.isoformat(timespec="seconds"),
        code=one.code, name=venue.name or _text(before.get("name")),
        timezone=common.timezone,
        timetable=(home / path).read_text(encoding="utf-8") if path else _text(before.get("timetable")),
        recipients=tuple(FileRecipient(key=key) for key in _lines(home / RECIPIENTS_NAME)),
        receipt_keys=tuple(_lines(home / RECEIPTS_PUBLIC_NAME)),
        ca=authority.pem, certificate=issued.certificate, key=issued.key, crl=authority.crl,
        contacts=common.contacts | _table(before.get("contacts")) | dict(one.contacts),
        addresses=common.addresses, dial_out=dial_out,
    )  # fmt: skip


def _common(home: Path) -> _Common:
    path = home / COMMON_NAME
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        value = {}
    except (ValueError, RecursionError) as error:
        raise NotEnrolled(f"{path}: {error}") from error
    known = {"timezone", "timetable", "addresses", "contacts", "dial_out"}
    if unknown := sorted(set(value) - known):
        raise NotEnrolled(f"{path}: unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    addresses, dial_out = value.get("addresses", []), value.get("dial_out", {})
    return _Common(
        timezone=_text(value.get("timezone")) or "Asia/Shanghai",
        timetable=_text(value.get("timetable")),
        addresses=tuple(map(str, addresses)) if isinstance(addresses, list) else (),
        contacts=_table(value.get("contacts")),
        dial_out=dial_out if isinstance(dial_out, dict) else {},
    )


def _before(home: Path, code: str) -> dict[str, object]:
    """The venue's last file, {} where there is none. A damaged one is no reason to begin at 1 again."""
    try:
        with file_path(home, code).open("rb") as file:
            value = json.loads(file.read(LIMIT_BYTES))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise NotEnrolled(
            f"{file_path(home, code)}: damaged, and its number is not known: {error}"
        ) from error
    return value if isinstance(value, dict) else {}


def _lines(path: Path) -> list[str]:
    return [
        line.strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and line[0] != "#"
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _table(value: object) -> dict[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}


__all__ = ["Asked", "Made", "NotEnrolled", "certificate_numbers", "enrol", "file_path"]
