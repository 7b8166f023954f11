"""A box that was stolen or replaced is shut out: its certificates, and the key that it signs bundles with."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from appliance.backup.disk import replace_file
from appliance.province import ca, venues
from appliance.province.enrol import certificate_numbers
from appliance.province.received import FORMER_NAME, SIGNERS_NAME


class NothingToRevoke(Exception):
    """Nobody knows that venue."""


def revoke(home: Path, code: str, *, now: datetime) -> tuple[int, int]:
    """Nothing that the box of `code` says is believed from now on; how many certificates and keys that were.

    What was received before stays, and opens. Raises NothingToRevoke, CaError, VenuesFault, DiskFault, OSError.
    """
    listed = venues.read(home)
    numbers = certificate_numbers(home, code)
    kept, former = split(_text(home / SIGNERS_NAME), code)
    if not numbers and not former and code not in {venue.code for venue in listed}:
        raise NothingToRevoke(f"{code}: no venue of that code was ever enrolled or believed here")
    ca.Authority(home).revoke(numbers, now=now)
    if former:
        before = _text(home / FORMER_NAME).splitlines()
        replace_file(home / FORMER_NAME, _joined([*before, *former]), mode=0o644)
        replace_file(home / SIGNERS_NAME, _joined(kept), mode=0o644)
    if any(venue.code == code for venue in listed):
        # The next box counts from one: what was looked into of this one excuses none of that one's.
        venues.write(home, [replace(v, revoked=True, first=0) if v.code == code else v for v in listed])
    return len(numbers), len(former)


def split(text: str, code: str) -> tuple[list[str], list[str]]:
    """The lines of `allowed_signers` without `code`, and what they had of it."""
    kept, former = [], []
    for line in text.splitlines():
        names, _, rest = line.partition(" ")
        others = [name for name in names.split(",") if name != code]
        if len(others) < len(names.split(",")):
            former.append(f"{code} {rest}")
        if others:
            kept.append(f"{','.join(others)} {rest}")
    return kept, former


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode()
