"""Bundles as the record knows them: the last one, each sitting's final one, what the province holds."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.events import Event, Moment
from appliance.events.bodies import BackupFailed, BackupRequested, BundlePublished, BundleReceipted

FULL, DELTA = "full", "delta"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """The last bundle, each sitting's final one, what the province holds, and the last failure since.

    `recent` are the last 50 bundles by name, `receipted` the last 200 receipts; `held_until` is how far
    the bundles go that the province holds. `deltas`: how many were made since the last full one.
    """

    last: Bundle | None = None
    finals: dict[str, Bundle] = field(default_factory=dict)
    recent: dict[str, datetime] = field(default_factory=dict)
    receipted: dict[str, datetime] = field(default_factory=dict)
    held_until: datetime | None = None
    requested_seq: int = 0
    requested_full: bool = False
    deltas: int = 0
    failed: Moment | None = None
    failed_seq: int = 0
    failed_reason: str = ""
    failures: int = 0


def after(backup: BackupState, event: Event, now: Moment) -> BackupState:
    """The state once `event` is recorded; one that is not about bundles changes nothing."""
    match event.body:
        case BackupRequested(full=full):
            return replace(backup, requested_seq=event.seq, requested_full=full)
        case BackupFailed(reason=reason):
            return replace(
                backup,
                failed=now,
                failed_seq=event.seq,
                failed_reason=reason,
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
            )
            finals = backup.finals | ({body.sitting: bundle} if body.stage == "final" else {})
            recent = dict([*backup.recent.items(), (body.name, event.at)][-KEPT_BUNDLES:])
            return replace(
                backup,
                last=bundle,
                finals=finals,
                recent=recent,
                deltas=backup.deltas + 1 if body.bundle_kind == DELTA else 0,
                failed=None,
                failed_reason="",
                failures=0,
            )
        case BundleReceipted(name=name):
            return _receipted(backup, name, event.at)
    return backup


def _receipted(backup: BackupState, name: str, at: datetime) -> BackupState:
    known = [when for when in (backup.held_until, backup.recent.get(name)) if when]
    receipted = dict([*backup.receipted.items(), (name, at)][-KEPT_RECEIPTS:])
    return replace(backup, receipted=receipted, held_until=max(known, default=None))
