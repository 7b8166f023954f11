"""How things must be now: one level a key, compared by dispatch with what is held."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypedDict

from appliance.events import Moment
from appliance.events.network import Through
from appliance.exam import phase as phases
from appliance.exam.boot_files import CLOSE as CLOSE  # enforce reads the level's words
from appliance.exam.boot_files import FOLLOW as FOLLOW
from appliance.exam.boot_files import WHAT as WHAT
from appliance.exam.boot_files import boot_level
from appliance.exam.bundles import DELTA, FULL, FULL_UP
from appliance.exam.net.proof import proof_level, proves
from appliance.exam.net.windows import PULL, Window, rehearsal, windows
from appliance.exam.panel import buzzer_level, lamp_level
from appliance.exam.power.ending import power_level, servers_level
from appliance.exam.power.trial import trial_level
from appliance.exam.seat_changes import seat_list_level
from appliance.exam.stored import copy_level
from appliance.exam.usb.attached import attached_token as attached_token  # enforce makes the same words
from appliance.exam.usb.attached_causes import levels as attached_levels
from appliance.exam.usb.devices import allowed, parts
from appliance.exam.venue import Venue
from appliance.exam.verdict import level_of

DIALLING, RESTS = "open", "rest"  # of the line that the box opens itself, where nobody can call it
TAKEN = "taken"  # no receipt lies there that nobody looked at
RETRY_S = 60.0  # after a failed bundle
RETRY_FULL_S = 900.0  # where there was no room: each try reads everything and wears the medium
NIGHT_MISSED = timedelta(hours=26)
MOST_DELTAS = (
    20  # so many, and outside an exam the next bundle is a full one: a chain is as strong as each link
)


class NotHeld(Exception):
    """A level could not be made so, or did not read back. Raised by enforcers."""


class NotYet(NotHeld):
    """A level is being made so and takes its time: no failure, asked after again soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupWanted:
    """A bundle is owed that holds the log beyond row `newer_than_seq`; `stage` is '', provisional or final.

    `kind`: delta, or full. `gentle`: a sitting runs and nothing presses, so the exam server comes first.
    """

    newer_than_seq: int
    kind: str = DELTA
    stage: str = ""
    sitting: str = ""
    reason: str = ""
    gentle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """`usb`: `leave`, or `deny` and what may be used. `windows`: what may pass the line, all else closed."""

    usb: str
    lamp: str
    windows: tuple[str, ...] = ()
    backup: BackupWanted | None = None
    levels: dict[str, str] = field(default_factory=dict)


def posture(venue: Venue, now: Moment) -> Posture:
    """The posture that the phase table demands at `now`."""
    usb = usb_level(venue, now)
    opened = windows(venue, now)
    judged = level_of(venue, now)
    lamp = lamp_level(venue.panel, judged, now)
    levels = {
        "usb": usb,
        **attached_levels(venue, now),
        "network": network_level(opened, rehearsal(venue, now)),
        "lamp": lamp,
        "buzzer": buzzer_level(venue.panel, judged, venue.incidents, now),
        "power": power_level(venue),
        "servers": servers_level(venue),
        **copy_levels(venue, now),
        **line_levels(venue, opened),
        **{f"test:{name}": trial_level(ups) for name, ups in venue.ups.items()},
    }
    if venue.changes and venue.plan.network in ("route", "bridge"):
        levels = {"seat_list": seat_list_level(venue.changes)} | levels
    if venue.plan.boot_files:
        levels["boot"] = boot_level(venue)
    if proves(venue.plan.network, venue.plan.simulated):
        levels["line_proof"] = proof_level(venue.net.proof, venue.firewall, venue.phase.name, now)
    return Posture(
        usb=usb,
        lamp=lamp,
        windows=tuple(window.name for window in opened),
        backup=backup_wanted(venue, now),
        levels=levels,
    )


def usb_level(venue: Venue, now: Moment) -> str:
    """`leave`, `close` (to what is new), or `deny` and the tokens of the devices that may be used, in order.

    Of a device that may be used in part its interfaces stand behind its token: `1-1=…/1.0`.

    Nothing is taken away before the bus was read: a guard that starts would take the UPS's cable from its driver.
    """
    if not venue.plan.usb:
        return "leave"
    if not venue.usb.read:
        return "close"
    here = venue.usb.devices.values()
    tokens = sorted(
        usb_token(port=d.port, identity=(d.id, d.serial), interfaces=d.interfaces, sha256=d.sha256)
        + "".join(f"/{part}" for part in sorted(parts(venue.usb, venue.plan, d, now)))
        for d in here
        if allowed(venue.usb, venue.plan, d, now)
    )
    return " ".join(["deny", *tokens])


def usb_token(*, port: str, identity: tuple[str, str], interfaces: Iterable[str], sha256: str) -> str:
    """A word that stands for this very device at this very port, for a level that is a line of words.

    `identity`: id and serial. `sha256`: of the descriptors.
    """
    told = json.dumps([*identity, sorted(interfaces), sha256])
    return f"{port}={hashlib.sha256(told.encode()).hexdigest()[:32]}"


def network_level(opened: Sequence[Window], rehearsed: Window | None = None) -> str:
    """`closed`, then a word for each window: `NAME@END`, `=` and what passes, as `10.50.0.2>198.51.100.10:443/tcp,…`.

    A rehearsal is such a word too. END is `w` and seconds of POSIX time, or `m` and seconds of CLOCK_BOOTTIME: never
    later than the window's.
    """
    return " ".join(["closed", *map(_window_word, (*opened, *((rehearsed,) if rehearsed else ())))])


def _window_word(window: Window) -> str:
    by_boot = window.until_mono_s is not None
    end = f"m{int(window.until_mono_s or 0)}" if by_boot else f"w{int(window.until.timestamp())}"
    through = ",".join(f"{t.server}>{t.address}:{t.port}/{t.protocol}" for t in window.through)
    return f"{window.name}@{end}" + (f"={through}" if through else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWindow:
    """A window of a level: its end in POSIX seconds, or by CLOCK_BOOTTIME where `by_boot`."""

    name: str
    end_s: float
    by_boot: bool
    through: tuple[Through, ...]


def held_windows(level: str) -> tuple[HeldWindow, ...]:
    """The windows that `network_level` wrote down. Raises NotHeld for any other text: what is open must be known."""
    first, *words = level.split(" ")
    if first != "closed":
        raise NotHeld(f"{level[:80]!r}: closed was expected")
    try:
        return tuple(map(_held_window, words))
    except ValueError as error:
        raise NotHeld(f"{level[:200]!r}: {error}") from error


def _held_window(word: str) -> HeldWindow:
    place, _, told = word.partition("=")
    name, _, end = place.partition("@")
    if end[:1] not in ("w", "m") or not end[1:].isdigit():
        raise ValueError(f"{word[:80]!r}: NAME@END was expected")
    through = tuple(_through(each) for each in told.split(",")) if told else ()
    return HeldWindow(name=name, end_s=float(end[1:]), by_boot=end[0] == "m", through=through)


def _through(text: str) -> Through:
    server, _, outside = text.partition(">")
    place, _, protocol = outside.partition("/")
    address, _, port = place.rpartition(":")
    return Through(server=server, address=address, protocol=protocol, port=int(port))


def backup_wanted(venue: Venue, now: Moment) -> BackupWanted | None:
    """The bundle that is owed now, the most needed first, or None.

    A failure is not repeated for a minute, but for a person who asks anew.
    """
    if not venue.plan.backup:
        return None
    last = _last(venue)
    failed = venue.backup.failed
    if failed and now.since(failed) < (RETRY_FULL_S if venue.backup.failed_code == FULL_UP else RETRY_S):
        return _asked(venue) if venue.backup.requested_seq > venue.backup.failed_seq else None
    return last or _final(venue) or _asked(venue) or _by_phase(venue, now)


def _last(venue: Venue) -> BackupWanted | None:
    """The bundle before a battery gives out."""
    held = venue.backup.last.log_seq if venue.backup.last else 0
    begun = max((ending.seq for ending in venue.endings.values()), default=0)
    return BackupWanted(newer_than_seq=begun, reason="ending", **_where(venue)) if begun > held else None


def _final(venue: Venue) -> BackupWanted | None:
    for sitting in venue.sittings:
        acts = sitting.acts
        if acts.finished_at and sitting.id not in venue.backup.finals:
            return BackupWanted(
                newer_than_seq=acts.finished_seq, stage="final", sitting=sitting.id, reason="finished"
            )
    return None


def _asked(venue: Venue) -> BackupWanted | None:
    held = venue.backup.last.log_seq if venue.backup.last else 0
    if venue.backup.requested_seq > held:
        return BackupWanted(
            newer_than_seq=venue.backup.requested_seq,
            kind=FULL if venue.backup.requested_full else _kind(venue),
            reason="requested",
            gentle=venue.phase.name == phases.RUNNING,
            **_where(venue),
        )
    if venue.seal and venue.seal.seq > held:
        return BackupWanted(newer_than_seq=venue.seal.seq, kind=FULL, reason="sealed", **_where(venue))
    return None


def _by_phase(venue: Venue, now: Moment) -> BackupWanted | None:
    mark, last = venue.phase, venue.backup.last
    held = last.log_seq if last else 0
    if mark.name in phases.EXAM_PHASES and mark.seq > held:
        gentle = mark.name == phases.RUNNING
        return BackupWanted(
            newer_than_seq=mark.seq, kind=_kind(venue), reason="phase", gentle=gentle, **_where(venue)
        )
    if mark.name == phases.RUNNING and last is not None:
        every_s = 60 * venue.plan.rules.backup_every_minutes
        if not now.comparable(last.at) or now.since(last.at) >= every_s:
            return BackupWanted(newer_than_seq=held, reason="interval", gentle=True, **_where(venue))
    return _night_missed(venue, now)


def _night_missed(venue: Venue, now: Moment) -> BackupWanted | None:
    """The full bundle of the night, made up for where the box was off then; never in an exam."""
    backup = venue.backup
    if venue.phase.name in phases.EXAM_PHASES or venue.plan.simulated or not (backup.full_at and backup.last):
        return None
    if now.wall - backup.full_at < NIGHT_MISSED:
        return None
    return BackupWanted(newer_than_seq=backup.last.log_seq, kind=FULL, reason="night-missed", **_where(venue))


def _kind(venue: Venue) -> str:
    """Never full in an exam for their number's sake: at E it could not reach the province within half an hour."""
    many = venue.backup.deltas >= MOST_DELTAS and venue.phase.name not in phases.EXAM_PHASES
    return FULL if many or venue.backup.last is None else DELTA


def line_levels(venue: Venue, opened: Sequence[Window]) -> dict[str, str]:
    """What comes over the line: receipts are looked at whenever some lie there; the box calls while pulls may come."""
    levels = {"receipts": TAKEN} if venue.plan.backup else {}
    if venue.plan.net.dial_out and not venue.plan.simulated:
        levels["dial_out"] = DIALLING if any(window.name == PULL for window in opened) else RESTS
    return levels


def copy_levels(venue: Venue, now: Moment) -> dict[str, str]:
    """What is asked of each second place, by its posture key."""
    last = venue.backup.last.name if venue.backup.last else ""
    copies = venue.backup.stored.copies
    return {f"copy:{place}": copy_level(copies.get(place), last, now) for place in venue.plan.copies}


class _Where(TypedDict):
    sitting: str
    stage: str


def _where(venue: Venue) -> _Where:
    closing = venue.phase.name == phases.CLOSING
    return {"sitting": venue.phase.sitting, "stage": "provisional" if closing else ""}
