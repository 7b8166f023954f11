"""What `nft -j list set` prints of a set of machines with counters: which machine, which mark, how many packets.

Source: libnftables-json(5); seen of nft 1.0.6. An element is a value, or an object around it where it counts.
"""

import json
import re
from dataclasses import dataclass

LIMIT_BYTES = 4 * 1024 * 1024  # 8192 elements are 0.8 MB
LIMIT_ELEMENTS = 10_000
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class NftJsonError(Exception):
    """What was printed is no set of machines with counters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A machine of a set; `mark` is 0 where the set holds machines alone."""

    mac: str
    mark: int
    packets: int


def counted(printed: bytes, name: str) -> tuple[Counted, ...]:
    """The elements of the set `name`, in the order they were printed. Raises NftJsonError."""
    if len(printed) > LIMIT_BYTES:
        raise NftJsonError(f"{name}: {len(printed)} bytes, at most {LIMIT_BYTES} were expected")
    try:
        document = json.loads(printed)
    except (ValueError, RecursionError) as error:
        raise NftJsonError(f"{name}: not JSON: {str(error)[:80]}") from error
    rows = document.get("nftables") if isinstance(document, dict) else None
    for row in rows if isinstance(rows, list) else ():
        found = row.get("set") if isinstance(row, dict) else None
        if isinstance(found, dict) and found.get("name") == name:
            elements = found.get("elem", [])
            if not isinstance(elements, list) or len(elements) > LIMIT_ELEMENTS:
                raise NftJsonError(f"{name}: a list of at most {LIMIT_ELEMENTS} elements was expected")
            return tuple(_element(name, each) for each in elements)
    raise NftJsonError(f"{name}: the set is not there")


def _element(name: str, plain: object) -> Counted:
    inner = plain.get("elem") if isinstance(plain, dict) and "elem" in plain else {"val": plain}
    if not isinstance(inner, dict):
        raise NftJsonError(f"{name}: {str(plain)[:80]}: an element was expected")
    value, counter = inner.get("val"), inner.get("counter")
    if isinstance(value, dict):
        value = value.get("concat")
    parts = value if isinstance(value, list) else [value]
    mac, mark = parts[0] if parts else None, parts[1] if len(parts) > 1 else 0
    packets = counter.get("packets") if isinstance(counter, dict) else 0
    if not isinstance(mac, str) or not _MAC.fullmatch(mac) or len(parts) > 2:
        raise NftJsonError(f"{name}: {str(value)[:80]}: a MAC address and a mark were expected")
    if not _whole(mark, 2**32) or not _whole(packets, 2**64):
        raise NftJsonError(f"{name}: {str(plain)[:80]}: whole numbers were expected")
    return Counted(mac=mac, mark=int(str(mark)), packets=int(str(packets)))


def _whole(value: object, below: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below
