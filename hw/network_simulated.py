"""The exam network of a simulated world: who is heard there and what was dropped, in two text files, a row a line.

`heard`: MAC ADDRESS [PORT]. `dropped`: MAC KIND PACKETS [TO]. `#` begins a comment line. A world without `heard` has no
exam network.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from hw.files import read_limited, replace_text

HEARD, DROPPED = "heard", "dropped"
_LIMIT_BYTES = 256 * 1_024
_MOST_PACKETS = 2**53
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.:/\[\]-]{1,64}", re.ASCII)


class SimulatedNetworkError(Exception):
    """A file of the simulated network cannot be read, or is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRow:
    """A machine that is heard; `port` '' where nobody knows."""

    mac: str
    ip: str
    port: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    """Packets of one machine and one kind, all so far; `to` as 192.0.2.9:443/tcp, '' where nobody knows."""

    mac: str
    kind: str
    packets: int
    to: str = ""


def heard(world: Path) -> tuple[HeardRow, ...]:
    """Everybody in the file. Raises SimulatedNetworkError."""
    found = []
    for line, words in _rows(world / HEARD, least=2, most=3):
        try:
            ip = str(IPv4Address(words[1]))
        except AddressValueError as error:
            raise SimulatedNetworkError(f"{HEARD}: {line[:80]!r}: {error}") from error
        found.append(HeardRow(mac=words[0], ip=ip, port="".join(words[2:])))
    return tuple(found)


def dropped(world: Path) -> tuple[DroppedRow, ...]:
    """Every row of the file, none where it is not there. Raises SimulatedNetworkError."""
    if not (world / DROPPED).exists():
        return ()
    found = []
    for line, words in _rows(world / DROPPED, least=3, most=4):
        count = words[2]
        if not (count.isascii() and count.isdigit() and len(count) <= 16 and int(count) <= _MOST_PACKETS):
            raise SimulatedNetworkError(f"{DROPPED}: {line[:80]!r}: a number of packets was expected")
        found.append(DroppedRow(mac=words[0], kind=words[1], packets=int(count), to="".join(words[3:])))
    return tuple(found)


def write_heard(world: Path, rows: Iterable[HeardRow]) -> None:
    """Say who is heard. Raises OSError."""
    replace_text(world / HEARD, "".join(f"{row.mac} {row.ip} {row.port}".rstrip() + "\n" for row in rows))


def write_dropped(world: Path, rows: Iterable[DroppedRow]) -> None:
    """Say what was dropped so far. Raises OSError."""
    text = "".join(f"{row.mac} {row.kind} {row.packets} {row.to}".rstrip() + "\n" for row in rows)
    replace_text(world / DROPPED, text)


def _rows(path: Path, *, least: int, most: int) -> Iterator[tuple[str, list[str]]]:
    try:
        content = read_limited(path, _LIMIT_BYTES)
        text = None if content is None else content.decode("ascii")
    except OSError as error:
        raise SimulatedNetworkError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SimulatedNetworkError(f"{path} is not ASCII: {error}") from error
    if text is None:
        raise SimulatedNetworkError(f"{path} is longer than {_LIMIT_BYTES} bytes")
    for line in text.split("\n"):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        good = least <= len(words) <= most and _MAC.fullmatch(words[0]) and all(map(_WORD.fullmatch, words))
        if not good:
            raise SimulatedNetworkError(f"{path.name}: {line[:80]!r}: {least} to {most} words, a MAC first")
        yield line, words
