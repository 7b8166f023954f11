"""What of a venue file is in place: one directory beside the configuration, and a link that is turned in one step.

`enrolled` → `.enrolled-SERIAL-N`. Whoever is killed at it leaves the old one or the new one, never a half.
"""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.backup.disk import sync_directory, write_file
from appliance.config.enrolled import ENROLLED, OVERLAY
from appliance.enrolment.certificates import CertificateFault, ends_at
from appliance.enrolment.venue_file import SCHEMA, VenueFile
from appliance.finding import Finding

SITE = Path("/usr/share/venue-appliance/nginx/nginx-pull.conf")
TUNNEL_ALIAS = "province"
CERTIFICATE = "server.crt"
# Long enough for a file to come by hand, and to be compared by phone, before the next batch.
SOON = timedelta(days=60)
_STAGED = re.compile(r"\.enrolled-[0-9]+-[0-9]+")


class NotEnrolled(Exception):
    """The file may not take the place of what is there; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What is in place: whose it is, which of its files, and that one's fingerprint."""

    code: str
    serial: int
    fingerprint: str


def current(place: Path) -> Enrolled | None:
    """What is enrolled beside the configuration in `place`; None where nothing is, or what nobody can read."""
    try:
        told = json.loads((place / ENROLLED / OVERLAY).read_bytes())
        return Enrolled(
            code=str(told["code"]), serial=int(told["serial"]), fingerprint=str(told["fingerprint"])
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def serial_in_place(place: Path) -> int:
    """The number of the file that is in place, by the name of its directory: also where nobody can read it; 0: none."""
    try:
        name = os.readlink(place / ENROLLED)
    except OSError:
        return 0
    return int(name.split("-")[1]) if _STAGED.fullmatch(name) else 0


def ending(place: Path, now: datetime) -> list[Finding]:
    """A line where the certificate in place ends within 60 days of `now` (aware), or ended; or can not be read."""
    file = place / ENROLLED / CERTIFICATE
    try:
        ends = ends_at(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, CertificateFault) as error:
        reason = f"{error}: the province can not pull from this box: enrol it again"
        return [Finding(str(file), "certificate_unread", reason)]
    if ends > now + SOON:
        return []
    code, verb = ("certificate_ended", "ended") if ends <= now else ("certificate_ends", "ends")
    day = f"{ends:%Y-%m-%d}"
    reason = f"{verb} on {day}, the province can not pull after it: ask it for a new venue file"
    return [Finding(str(file), code, reason, day=day)]


def check_order(
    before: Enrolled | None, file: VenueFile, fingerprint: str, *, replace: bool, unreadable: int = 0
) -> None:
    """Whether `file` may follow what is there. Raises NotEnrolled: an older one; another venue's, but for `replace`.

    `unreadable`: the number of a file that is in place and tells no more than that, 0 for none.
    """
    if before is None:
        if file.serial < unreadable and not replace:
            raise NotEnrolled(
                f"file {file.serial} of {file.code} is older than file {unreadable}, which is in place and can not be "
                f"read any more: take file {unreadable} once more, or a newer one; --replace for another venue's"
            )
        return
    if before.code != file.code:
        if not replace:
            raise NotEnrolled(
                f"this box is enrolled as {before.code}, the file is of {file.code}: --replace makes it another venue's"
            )
        return
    if file.serial < before.serial:
        raise NotEnrolled(f"file {file.serial} of {file.code} is older than file {before.serial}, which is in place")
    if file.serial == before.serial and fingerprint != before.fingerprint:
        raise NotEnrolled(f"another file {file.serial} of {file.code} is in place: ask the province for a newer one")


def stage(place: Path, file: VenueFile, fingerprint: str, *, site: Path = SITE) -> Path:
    """A new directory with everything of `file`, on the medium and in nobody's way. Raises DiskFault, OSError."""
    sweep(place)
    directory = place / f".enrolled-{file.serial}-{_next(place)}"
    directory.mkdir(mode=0o755)
    directory.chmod(0o755)
    for name, text, mode in _texts(place, file, fingerprint):
        write_file(directory / name, text.encode(), mode=mode)
    if site.exists():
        (directory / site.name).symlink_to(site)
    sync_directory(directory)
    return directory


def turn(place: Path, directory: Path) -> None:
    """From here on `directory` is what is enrolled; what was before goes. Raises OSError."""
    beside = place / f".{ENROLLED}.part"
    beside.unlink(missing_ok=True)
    beside.symlink_to(directory.name)
    os.rename(beside, place / ENROLLED)
    sync_directory(place)
    sweep(place)


def sweep(place: Path) -> None:
    """Removes what a run that was killed left, and what is not in place any more. Raises nothing for what stays."""
    try:
        kept = os.readlink(place / ENROLLED)
    except OSError:
        kept = ""
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(place)):
            if _STAGED.fullmatch(entry.name) and entry.name != kept and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)


def _next(place: Path) -> int:
    return 1 + max((int(name.rpartition("-")[2]) for name in os.listdir(place) if _STAGED.fullmatch(name)), default=0)


def _texts(place: Path, file: VenueFile, fingerprint: str) -> Iterator[tuple[str, str, int]]:
    told = {
        "schema": SCHEMA, "code": file.code, "serial": file.serial, "fingerprint": fingerprint,
        "issued_at": file.issued_at, "config": _sections(file),
    }  # fmt: skip
    yield OVERLAY, json.dumps(told, ensure_ascii=False, indent=1) + "\n", 0o644
    yield "timetable.toml", file.timetable, 0o644
    yield "ca.crt", file.ca, 0o644
    yield CERTIFICATE, file.certificate, 0o644
    yield "server.key", file.key, 0o600
    if file.crl:
        yield "client.crl", file.crl, 0o644
        yield "pull-crl.conf", f"ssl_crl {place.resolve() / ENROLLED / 'client.crl'};\n", 0o644
    if file.dial_out:
        user, _, end = file.dial_out.to.rpartition("@")
        address, _, port = end.rpartition(":")
        yield "known_hosts", f"{TUNNEL_ALIAS} {file.dial_out.host_key}\n", 0o644
        yield (
            "dial_out.env",
            f"USER_THERE={user}\nADDRESS={address}\nPORT={port}\nTUNNEL={file.dial_out.port}\n",
            0o644,
        )


def _sections(file: VenueFile) -> dict[str, dict[str, Any]]:
    """The configuration's own keys that the file gives."""
    network: dict[str, Any] = {"province": list(file.addresses)} if file.addresses else {}
    if file.dial_out:
        network["dial_out"] = file.dial_out.to
    recipients = [{key: value for key, value in asdict(each).items() if value} for each in file.recipients]
    return {
        "venue": {
            "code": file.code, "name": file.name, "timezone": file.timezone,
            "timetable": f"{ENROLLED}/timetable.toml",
        },
        "backup": {"recipients": recipients, "receipt_keys": list(file.receipt_keys)},
        "contacts": file.contacts,
        "network": network,
    }  # fmt: skip
