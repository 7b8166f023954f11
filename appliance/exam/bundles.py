"""Bundles as the record knows them: the last one, each sitting's final one, what the province holds."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.events import Body, Event, Moment
from appliance.events.bodies import (
    BackupFailed,
    BackupRequested,
    BundlePruned,
    BundlePublished,
    BundleReceipted,
    IncidentClosed,
    ProvinceAsked,
)
from appliance.events.stored import SourceTold
from appliance.exam import arrival, stored
from appliance.exam.arrival import Arrivals
from appliance.exam.incidents import Incident
from appliance.exam.stored import StoredState

FULL, DELTA = "full", "delta"
FULL_UP = "full"  # the code of a bundle for which there was no room
KEPT_BUNDLES, KEPT_RECEIPTS = 50, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A published bundle, as far as judging needs it."""

    name: str
    at: Moment
    log_seq: int
    stage: str = ""
    sitting: str = ""
    files: int = 0
    sealed_bytes: int = 0
    incomplete: tuple[str, ...] = ()
    sources: tuple[SourceTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """The last bundle, each sitting's final one, what the province holds, and the last failure since.

    `recent` are the last 50 bundles by name, `receipted` the last 200 receipts; `held_until` is how far
    the bundles go that the province holds, `receipt` what it found in the newest of them. `deltas`: how many were
    made since the last full one, of `full_at`.
    `short`: sources whose last bundle of a sitting held fewer answers than it should, until one holds them all.
    """

    last: Bundle | None = None
    finals: dict[str, Bundle] = field(default_factory=dict)
    recent: dict[str, datetime] = field(default_factory=dict)
    receipted: dict[str, datetime] = field(default_factory=dict)
    held_until: datetime | None = None
    receipt: BundleReceipted | None = None
    arrivals: Arrivals = field(default_factory=Arrivals)
    requested_seq: int = 0
    requested_full: bool = False
    deltas: int = 0
    full_at: datetime | None = None
    short: dict[str, SourceTold] = field(default_factory=dict)
    stored: StoredState = field(default_factory=StoredState)
    failed: Moment | None = None
    failed_seq: int = 0
    failed_reason: str = ""
    failed_code: str = ""
    failures: int = 0


def after(backup: BackupState, event: Event, now: Moment) -> BackupState:
    """The state once `event` is recorded; one that is not about bundles changes nothing."""
    match event.body:
        case BackupRequested(full=full):
            return replace(backup, requested_seq=event.seq, requested_full=full)
        case BackupFailed(reason=reason, code=code):
            return replace(
                backup,
                failed=now,
                failed_seq=event.seq,
                failed_reason=reason,
                failed_code=code,
                failures=backup.failures + 1,
            )
        case BundlePublished() as body:
            bundle = Bundle(
                name=body.name,
                at=now,
                log_seq=body.log_seq,
                stage=body.stage,
                sitting=body.sitting,
                files=body.files,
                sealed_bytes=body.sealed_bytes,
                incomplete=body.incomplete,
                sources=body.sources,
            )
            finals = backup.finals | ({body.sitting: bundle} if body.stage == "final" else {})
            recent = dict([*backup.recent.items(), (body.name, event.at)][-KEPT_BUNDLES:])
            return replace(
                backup,
                last=bundle,
                finals=finals,
                recent=recent,
                arrivals=arrival.published(backup.arrivals, body.name, body.sealed_bytes, event.at),
                deltas=backup.deltas + 1 if body.bundle_kind == DELTA else 0,
                full_at=event.at if body.bundle_kind == FULL else backup.full_at,
                short=_short(backup.short, body),
                failed=None,
                failed_reason="",
                failed_code="",
                failures=0,
            )
        case BundleReceipted() as body:
            return _receipted(backup, body, event.at)
        case ProvinceAsked(asked_at=asked_at, every_s=every_s):
            return replace(backup, arrivals=arrival.asked(backup.arrivals, asked_at, every_s, event.at))
        case BundlePruned(place="") if backup.failed_code == FULL_UP:
            return replace(backup, failed=None)  # there may be room now: it is not waited for
    kept = stored.after(backup.stored, event.body, now)
    return backup if kept is backup.stored else replace(backup, stored=kept)


def noted(backup: BackupState, body: Body, incidents: tuple[Incident, ...]) -> BackupState:
    """Once people closed it, that answers are fewer is known: who was absent does not come any more."""
    if not isinstance(body, IncidentClosed):
        return backup
    closed = {i.cause for i in incidents if i.number == body.number and i.cause_kind == "answers_short"}
    left = {name: told for name, told in backup.short.items() if name not in closed}
    return backup if left == backup.short else replace(backup, short=left)


def is_short(told: SourceTold) -> bool:
    """Whether it is known that answers are missing."""
    return told.expected is not None and told.collected is not None and told.collected < told.expected


def _short(before: dict[str, SourceTold], body: BundlePublished) -> dict[str, SourceTold]:
    """A sitting's last bundle tells anew; another one only ends what it shows to be complete."""
    if body.stage == "final":
        return {told.name: told for told in body.sources if is_short(told)}
    known = {told.name for told in body.sources if told.expected is not None and told.collected is not None}
    whole = known - {told.name for told in body.sources if is_short(told)}
    return {name: told for name, told in before.items() if name not in whole}


def _receipted(backup: BackupState, body: BundleReceipted, at: datetime) -> BackupState:
    name, before = body.name, backup.receipt
    known = [when for when in (backup.held_until, backup.recent.get(name)) if when]
    rows = [*backup.receipted.items(), (name, at)]
    finals = {bundle.name for bundle in backup.finals.values()}
    # A sitting's last receipt stays: an exam's bundles every five minutes would push it out within days.
    receipted = dict([row for row in rows[:-KEPT_RECEIPTS] if row[0] in finals] + rows[-KEPT_RECEIPTS:])
    # The newest bundle's, not the last one that came: an older one that is caught up with says less.
    newest = before if before is not None and _order(before.name) > _order(name) else body
    return replace(
        backup, receipted=receipted, receipt=newest, held_until=max(known, default=None),
        arrivals=arrival.receipted(backup.arrivals, name, at),
    )  # fmt: skip


def _order(name: str) -> tuple[int, str]:
    """A name's place among bundles: CODE-COUNTER-TIME-KIND, counted on from six digits."""
    counter = name.rsplit("-", 3)[-3:-2]
    return (int(counter[0]) if counter and counter[0].isdigit() else 0, name)
