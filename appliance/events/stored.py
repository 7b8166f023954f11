"""What is stored: a source as a bundle has it, the outbox's room, what was pruned, second places, drills."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from appliance.events.body import DEBUG, WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTold:
    """A source as it is in a bundle: `fault` is '' where it is whole, else the manifest's code, `files` or `torn`.

    `expected` and `collected` are its answers (应收, 已收); None is unknown.
    """

    name: str
    fault: str = ""
    files: int = 0
    not_captured: int = 0
    torn: int = 0
    expected: int | None = None
    collected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRead(Body):
    """How much of its room the outbox takes, and what of it the province has not receipted (`owed`).

    `limit_bytes` is the quota, or what the medium still gives beyond what stays free for the record; `level_name` is
    ok, low or full. `written_bytes` is what this run of the backup wrote to the medium, as the kernel counts it.
    """

    kind: ClassVar[str] = "outbox.read"
    used_bytes: int
    limit_bytes: int
    bundles: int
    owed: int
    owed_bytes: int
    level_name: str
    sitting: str = ""
    written_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePruned(Body):
    """Bundles that the province has receipted were removed: `reason` is age or room; `place` '' is the outbox."""

    kind: ClassVar[str] = "bundle.pruned"
    names: tuple[str, ...]
    sealed_bytes: int
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRead(Body):
    """How a second place stands: all there up to the bundle `newest`, or `fault` and how many are lacking.

    `fault`: missing, full, read_only, too_large, damaged, failed, busy; `detail` is for the technician.
    """

    kind: ClassVar[str] = "copy.read"
    place: str
    newest: str = ""
    bundles: int = 0
    copied: int = 0
    lacking: int = 0
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDrilled(Body):
    """Everything was sealed to a throw-away key, restored beside and compared with its source; nothing of it is left.

    `changed`: files that changed meanwhile; `differing`: files that are not what their source holds; `faulty`: sources
    that were not whole. `result` is passed or failed.
    """

    kind: ClassVar[str] = "backup.drilled"
    result: str
    files: int
    source_bytes: int
    seconds: float
    changed: int = 0
    differing: int = 0
    faulty: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceAsked(Body):
    """The province asked over the line which bundles there are; `every_s` after it had before, None where unknown.

    Not each time: what tells when a bundle that waits will be fetched. `asked_at` is by the box's own clock.
    """

    kind: ClassVar[str] = "province.asked"
    level: ClassVar[int] = DEBUG
    asked_at: datetime
    every_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRefused(Body):
    """Something came over the line as a receipt and is none: `count` of them, the first for `reason`.

    Nothing was noted and nothing lost: the bundle is still owed until a receipt of the province's comes.
    """

    kind: ClassVar[str] = "receipt.refused"
    level: ClassVar[int] = WARNING
    reason: str
    count: int = 1
