"""How to pull, and how it goes with each venue."""

from dataclasses import dataclass, field

from appliance.province.answer import Patience
from appliance.province.venues import Venue

LARGEST_BYTES = 8 << 30
# A box keeps 16 GB by itself (backup.quota_gb): several seasons of it.
QUOTA_BYTES = 64 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to pull. `opens`: bundles are opened and receipted too; `codes`: only these venues, all where empty.

    `tries`: in a single round a venue is left after so many without a byte more. `longest_wait_s`:
    a venue that is down is tried again at least this often; shorter at first, and never in step.
    `answered_s`: in a single round the venue is asked again so soon whether it believed the receipts, 0 for never.
    `part`: of the venues those that are this process's, (number, of how many); 0 is the one that somebody started.
    `quota_bytes`: so much of the disk is one venue's at most, where `venues.toml` says nothing else of it.
    """

    at_once: int = 32
    once: bool = False
    every_s: float = 30.0
    longest_wait_s: float = 30.0
    tries: int = 5
    opens: bool = True
    codes: tuple[str, ...] = ()
    largest_bytes: int = LARGEST_BYTES
    quota_bytes: int = QUOTA_BYTES
    part: tuple[int, int] = (0, 1)
    answered_s: float = 3.0
    patience: Patience = Patience()


@dataclass(slots=True)
class Course:
    """How it goes with one venue; `reached`: the most bytes that ever were there of each bundle.

    `broke`: how often opening a bundle ended in a way that nobody thought of, and when (monotonic) it is tried again.
    """

    venue: Venue
    number: int
    tries: int = 0
    asked_again: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    older: bool = False
    said: set[str] = field(default_factory=set)
    unopened: dict[str, str] = field(default_factory=dict)
    once_more: set[str] = field(default_factory=set)
    broke: dict[str, tuple[int, float]] = field(default_factory=dict)
