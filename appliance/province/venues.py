"""`venues.toml`: the venues that the province pulls from, and where each one is reached.

[[venue]]
code = "520100-03"
name = "实验中学考点"
address = "198.51.100.20:8443"        # or 127.0.0.1:20003, the province's end of a tunnel
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.disk import replace_file
from appliance.enrolment.venue_file import CODE

NAME = "venues.toml"
_LIMIT_BYTES = 8 << 20
_MOST_GB, _MOST_COUNTER = 1 << 20, 10**12
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?P<port>[0-9]{1,5})")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
HEADER = (
    "# The venues that `venue province pull` pulls from. `venue province enrol` adds to it; edit it freely.\n"
)


class VenuesFault(Exception):
    """The list cannot be used; the message has a line for each fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One venue. `address` may be '' where none is known yet; `priority`: higher ones are asked first.

    `fingerprint`, where it is there: the sha256 in hex of the one certificate that may answer. `quota_gb`: so much of
    the disk is its, 0 for what all have. `first`: somebody looked into it that its bundles before that number are gone.
    """

    code: str
    name: str = ""
    address: str = ""
    priority: int = 0
    fingerprint: str = ""
    revoked: bool = False
    quota_gb: int = 0
    first: int = 0

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The address's port."""
        return int(self.address.rpartition(":")[2])


def read(home: Path) -> list[Venue]:
    """The venues of `home`, none where there is no list. Raises VenuesFault, OSError."""
    path = home / NAME
    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT_BYTES + 1)
        if len(raw) > _LIMIT_BYTES:
            raise VenuesFault(f"{path}: longer than {_LIMIT_BYTES} bytes")
        value = tomllib.loads(raw.decode())
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError) as error:
        raise VenuesFault(f"{path}: {error}") from error
    rows = value.get("venue", [])
    if not isinstance(rows, list):
        raise VenuesFault(f"{path}: [[venue]] was expected")
    found: list[Venue] = []
    faults: list[str] = []
    for number, row in enumerate(rows):
        venue = _venue(row, f"venue[{number}]", faults)
        if venue:
            found.append(venue)
    codes = [venue.code.lower() for venue in found]
    faults += [f"{code} stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if faults:
        raise VenuesFault("\n".join(f"{path}: {fault}" for fault in faults))
    return found


def write(home: Path, venues: Sequence[Venue]) -> None:
    """Puts the list in place; what people wrote beside the fields is gone. Raises DiskFault."""
    text = HEADER + "".join(_row(venue) for venue in venues)
    replace_file(home / NAME, text.encode(), mode=0o644)


def is_address(text: str) -> bool:
    """Whether it is HOST:PORT."""
    match = _ADDRESS.fullmatch(text)
    return match is not None and 0 < int(match["port"]) < 65_536


def _venue(row: object, where: str, faults: list[str]) -> Venue | None:
    if not isinstance(row, dict):
        faults.append(f"{where}: a table was expected")
        return None
    before = len(faults)
    types = {
        "code": str, "name": str, "address": str, "priority": int, "fingerprint": str, "revoked": bool,
        "quota_gb": int, "first": int,
    }  # fmt: skip
    known = {key: row[key] for key in types if key in row}
    wrong = [key for key in known if type(known[key]) is not types[key]]
    faults += [f"{where}.{key}: a {types[key].__name__} was expected" for key in wrong]
    if len(faults) > before:
        return None
    venue = Venue(code=known.pop("code", ""), **known)
    if not CODE.fullmatch(venue.code):
        faults.append(f"{where}.code: letters, digits and '-' were expected, at most 32")
    if venue.address and not is_address(venue.address):
        faults.append(f"{where}.address: HOST:PORT was expected, as 198.51.100.20:8443")
    if venue.fingerprint and not _FINGERPRINT.fullmatch(venue.fingerprint):
        faults.append(f"{where}.fingerprint: 64 hexadecimal digits were expected")
    if len(venue.name) > 100 or not venue.name.isprintable():
        faults.append(f"{where}.name: at most 100 printable characters were expected")
    faults += [
        f"{where}.{key}: 0 to {most} was expected"
        for key, most in (("quota_gb", _MOST_GB), ("first", _MOST_COUNTER))
        if not 0 <= getattr(venue, key) <= most
    ]
    return venue if len(faults) == before else None


def _row(venue: Venue) -> str:
    lines = ["", "[[venue]]", f"code = {_quoted(venue.code)}"]
    lines += [
        f"{key} = {_quoted(text)}"
        for key in ("name", "address", "fingerprint")
        if (text := getattr(venue, key))
    ]
    lines += [f"{key} = {value}" for key in ("priority", "quota_gb", "first") if (value := getattr(venue, key))]
    lines += ["revoked = true"] if venue.revoked else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's, for printable text."""
    return json.dumps(text, ensure_ascii=False)
