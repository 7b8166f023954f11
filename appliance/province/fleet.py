"""All the venues at a glance: who is late, and why; data for `venue province status`."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.counts import together
from appliance.backup.manifest import Manifest, ManifestFault, decode
from appliance.province import contact, venues
from appliance.province.receipts import is_given, was_accepted
from appliance.province.received import Received

SILENT = timedelta(minutes=5)


class Verdict(enum.Enum):
    """What is the matter with a venue, the worst first."""

    ALARM = "alarm"
    NEVER = "never"
    SILENT = "silent"
    BEHIND = "behind"
    UNOPENED = "unopened"
    UNSENT = "unsent"
    NOTHING = "nothing"
    OK = "ok"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One venue. Times are aware, None where there is none; `expected`, `collected` are the newest bundle's answers.

    `gone`: numbers that are not here and that the venue took away itself, once it had their receipts.

    `reasons`: each of what `detail` says.
    `behind_s`: seconds since the newest bundle that is here was made, or since the venue was last heard, where more
    than that is there or nobody knows; 0 where everything is here, None where nothing ever came.
    """

    code: str
    name: str
    verdict: Verdict
    detail: str
    sitting: str
    phase: str
    newest: str
    bundles: int
    receipted: int
    accepted: int
    waiting: int
    waiting_bytes: int
    behind_s: float | None
    answered_at: datetime | None
    expected: int | None
    collected: int | None
    gone: str = ""
    reasons: tuple[str, ...] = ()


def fleet(home: Path, *, now: datetime, silent: timedelta = SILENT) -> list[Row]:
    """A row for each venue that is listed or sent anything: who needs help first. Raises VenuesFault, OSError."""
    received = Received(home)
    listed = {venue.code: venue for venue in venues.read(home)}
    codes = dict.fromkeys([*listed, *received.venues()])
    rows = [
        _row(home, received, listed.get(code, venues.Venue(code=code)), now=now, silent=silent)
        for code in codes
    ]
    order = {verdict: number for number, verdict in enumerate(Verdict)}
    return sorted(rows, key=lambda row: (order[row.verdict], -(row.behind_s or 0.0), row.code))


def _row(home: Path, received: Received, venue: venues.Venue, *, now: datetime, silent: timedelta) -> Row:
    talk, here = contact.read(home, venue.code), received.bundles(venue.code)
    newest = max(here, key=lambda bundle: bundle.created_at, default=None)
    manifest = _manifest(newest)
    answered_at = _time(talk.answered_at)
    receipted = [bundle for bundle in here if is_given(bundle)]
    accepted = sum(map(was_accepted, receipted))
    verdict, reasons = _verdict(venue, talk, now=now, silent=silent)
    if verdict is Verdict.OK and not here:
        verdict = Verdict.NOTHING
    elif verdict is Verdict.OK and len(receipted) < len(here):
        verdict = Verdict.UNOPENED
    elif verdict is Verdict.OK and accepted < len(receipted):
        verdict = Verdict.UNSENT
    expected, collected = together((s.expected, s.collected) for s in manifest.sources) if manifest else (None, None)
    return Row(
        code=venue.code, name=venue.name, verdict=verdict, detail="; ".join(reasons), reasons=reasons,
        sitting=manifest.sitting if manifest else "", phase=talk.phase,
        newest=newest.name if newest else "", bundles=len(here), receipted=len(receipted), accepted=accepted,
        waiting=talk.waiting, waiting_bytes=talk.waiting_bytes,
        behind_s=_behind_s(verdict, newest, answered_at, now), answered_at=answered_at,
        expected=expected, collected=collected, gone=talk.gone,
    )  # fmt: skip


def _verdict(
    venue: venues.Venue, talk: contact.Contact, *, now: datetime, silent: timedelta
) -> tuple[Verdict, tuple[str, ...]]:
    fault = (talk.fault,) if talk.fault else ()
    answered_at = _time(talk.answered_at)
    if venue.revoked:
        return Verdict.REVOKED, ()
    if talk.alarms:
        return Verdict.ALARM, talk.alarms
    if answered_at is None:
        return Verdict.NEVER, fault
    if now - answered_at > silent:
        return Verdict.SILENT, fault
    if talk.waiting:
        return Verdict.BEHIND, fault
    return Verdict.OK, fault


def _behind_s(
    verdict: Verdict, newest: Published | None, answered_at: datetime | None, now: datetime
) -> float | None:
    if verdict is Verdict.SILENT and answered_at:
        return (now - answered_at).total_seconds()
    if verdict in (Verdict.BEHIND, Verdict.ALARM, Verdict.NEVER, Verdict.NOTHING):
        return (now - newest.created_at).total_seconds() if newest else None
    return 0.0


def _manifest(bundle: Published | None) -> Manifest | None:
    """The newest one as it stands here, which was checked when it came."""
    try:
        return decode(bundle.manifest.read_bytes()) if bundle else None
    except (OSError, ManifestFault):
        return None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
