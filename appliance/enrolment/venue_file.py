"""The venue file: everything that makes a box the venue's own, in one JSON object that the province makes.

`venue province enrol` writes it (`encode`), `venue enrol` reads it (`read`). It holds the private key of the venue's
server certificate: 0600, and by hand. People compare its `fingerprint` by phone before it is taken.
"""

import hashlib
import json
import re
import tomllib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from ipaddress import AddressValueError, IPv4Address
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.backup.age_keys import AgeKeyError, parse_recipient
from appliance.backup.fields import Fields, read_fields
from appliance.enrolment.certificates import CertificateFault, check
from appliance.exam.timetable import TimetableError
from appliance.exam.timetable import read as read_timetable

SCHEMA = 1
LIMIT_BYTES = 512 * 1024
TIMETABLE_LIMIT = 256 * 1024
MOST_RECIPIENTS, MOST_RECEIPT_KEYS, MOST_CONTACTS, MOST_ADDRESSES = 8, 4, 16, 8
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
SSH_KEY = re.compile(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPS, _DIGITS = 6, 5


class VenueFileFault(Exception):
    """The file can not be taken; nothing was written. The message says which field, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecipient:
    """To whom bundles are sealed: `key` is `age1…`; `expires` the last day as YYYY-MM-DD, '' for none."""

    key: str
    name: str = ""
    expires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOut:
    """Whom the box calls where nobody can call it.

    `to` is USER@ADDRESS:PORT, `host_key` the line `ssh-ed25519 AAAA…` of that machine, the only one that is spoken to;
    `port` is where on that machine the venue's 8443 is reached then.
    """

    to: str
    host_key: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFile:
    """A venue file's content. `serial` grows with each file of one venue; `timetable` is the text of timetable.toml.

    `ca`, `certificate`, `key` (PKCS#8) and `crl` are PEM; `crl` lists client certificates and may be ''. `addresses`
    are ADDRESS:PORT of the province's machines, as in `network.province`; empty leaves what the venue configured.
    """

    serial: int
    issued_at: str
    code: str
    name: str
    timezone: str
    timetable: str
    recipients: tuple[FileRecipient, ...]
    receipt_keys: tuple[str, ...]
    ca: str
    certificate: str
    key: str
    crl: str = ""
    contacts: dict[str, str]
    addresses: tuple[str, ...] = ()
    dial_out: DialOut | None = None


def encode(file: VenueFile) -> bytes:
    """The file, byte for byte what the fingerprint is of."""
    return (json.dumps({"schema": SCHEMA} | asdict(file), ensure_ascii=False, indent=1) + "\n").encode()


def fingerprint(raw: bytes) -> str:
    """What people read out: 30 digits of the file's SHA-256 in groups of five, as `01234 56789 …`.

    Thirty digits are 99 bits: nobody finds another file with the same ones.
    """
    digits = f"{int(hashlib.sha256(raw).hexdigest(), 16) % 10 ** (_GROUPS * _DIGITS):0{_GROUPS * _DIGITS}d}"
    return " ".join(digits[n : n + _DIGITS] for n in range(0, len(digits), _DIGITS))


def read(raw: bytes, *, now: datetime) -> VenueFile:
    """The file in `raw`, every field checked, certificates against `now` (aware). Raises VenueFileFault."""
    fields = read_fields(raw, "the venue file", limit_bytes=LIMIT_BYTES, fault=VenueFileFault)
    if fields.whole("schema") != SCHEMA:
        raise VenueFileFault(f"schema {fields.whole('schema')}: this program reads {SCHEMA}")
    found = VenueFile(
        serial=fields.whole("serial"), issued_at=fields.time("issued_at"), code=fields.text("code"),
        name=_shown(fields.text("name"), "name", 100), timezone=fields.text("timezone"),
        timetable=fields.text("timetable"),
        recipients=tuple(_recipient(each) for each in _few(fields, "recipients", MOST_RECIPIENTS)),
        receipt_keys=tuple(_ssh_key(each, "receipt_keys") for each in _few(fields, "receipt_keys", MOST_RECEIPT_KEYS)),
        ca=fields.text("ca"), certificate=fields.text("certificate"), key=fields.text("key"),
        crl=fields.text_or_none("crl") or "", contacts=_contacts(fields),
        addresses=tuple(_address(each, "addresses") for each in _few(fields, "addresses", MOST_ADDRESSES, least=0)),
        dial_out=_dial_out(fields),
    )  # fmt: skip
    if not CODE.fullmatch(found.code):
        raise VenueFileFault("code: letters, digits and '-' between them were expected, at most 32")
    if found.serial < 1:
        raise VenueFileFault("serial: a whole number from 1 was expected")
    _check_timetable(found)
    try:
        check(
            code=found.code, ca=found.ca, certificate=found.certificate, key=found.key, crl=found.crl, now=now
        )
    except CertificateFault as error:
        raise VenueFileFault(str(error)) from error
    return found


def _check_timetable(file: VenueFile) -> None:
    if len(file.timetable) > TIMETABLE_LIMIT:
        raise VenueFileFault(f"timetable: longer than {TIMETABLE_LIMIT} characters")
    try:
        zone = ZoneInfo(file.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise VenueFileFault("timezone: no such time zone; Asia/Shanghai is one") from error
    try:
        file.timetable.encode()  # half a character of UTF-16 may stand in JSON, and in no file
        read_timetable(tomllib.loads(file.timetable), zone)
    except (ValueError, RecursionError) as error:
        raise VenueFileFault(f"timetable: {error}") from error
    except TimetableError as error:
        raise VenueFileFault(f"timetable: {error.faults[0]}") from error


def _few(fields: Fields, key: str, most: int, *, least: int = 1) -> list[object]:
    found = fields.items(key)
    if not least <= len(found) <= most:
        raise VenueFileFault(f"{key}: {least} to {most} were expected")
    return found


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise VenueFileFault(f"{name}: a text was expected")
    return value


def _shown(text: str, name: str, most: int) -> str:
    """A text that people see: as it is, for one with control or direction marks is refused."""
    if not (0 < len(text) <= most and text.isprintable() and text == text.strip()):
        raise VenueFileFault(f"{name}: 1 to {most} printable characters were expected")
    return text


def _recipient(value: object) -> FileRecipient:
    fields = Fields(value, "a recipient", VenueFileFault)
    key, name, expires = fields.text("key"), fields.text("name"), fields.text("expires")
    try:
        parse_recipient(key)
        if expires and not _DAY.fullmatch(expires):
            raise ValueError(expires)
        if expires:
            date.fromisoformat(expires)
    except AgeKeyError as error:
        raise VenueFileFault(f"recipients: {error}") from error
    except ValueError as error:
        raise VenueFileFault("recipients: expires: a day as 2027-01-01 was expected") from error
    return FileRecipient(key=key, name=_shown(name, "recipients: name", 40) if name else "", expires=expires)


def _ssh_key(value: object, name: str) -> str:
    if not SSH_KEY.fullmatch(text := _text(value, name)):
        raise VenueFileFault(f"{name}: a line `ssh-ed25519 AAAA…` was expected")
    return text


def _contacts(fields: Fields) -> dict[str, str]:
    value = fields.table("contacts")
    if len(value) > MOST_CONTACTS:
        raise VenueFileFault(f"contacts: at most {MOST_CONTACTS} were expected")
    return {
        _shown(who, "contacts", 40): _shown(_text(phone, "contacts"), "contacts", 80) for who, phone in value.items()
    }


def _address(value: object, name: str) -> str:
    text = _text(value, name)
    address, _, port = text.rpartition(":")
    try:
        place = IPv4Address(address)
    except AddressValueError as error:
        raise VenueFileFault(f"{name}: ADDRESS:PORT was expected, as 198.51.100.10:443") from error
    if place.is_loopback or place.is_multicast or place.is_unspecified:
        raise VenueFileFault(f"{name}: {address} is no machine of the province's")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise VenueFileFault(f"{name}: a port from 1 to 65535 was expected")
    return text


def _dial_out(fields: Fields) -> DialOut | None:
    value = fields.table_or_none("dial_out")
    if value is None:
        return None
    told = Fields(value, "dial_out", VenueFileFault)
    user, _, place = told.text("to").rpartition("@")
    if not _USER.fullmatch(user):
        raise VenueFileFault("dial_out: USER@ADDRESS:PORT was expected, as pull@198.51.100.11:22")
    if not 1024 <= told.whole("port") < 65_536:
        raise VenueFileFault("dial_out: port: 1024 to 65535 was expected")
    return DialOut(
        to=f"{user}@{_address(place, 'dial_out')}", host_key=_ssh_key(told.text("host_key"), "dial_out: host_key"),
        port=told.whole("port"),
    )  # fmt: skip
