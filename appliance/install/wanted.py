"""What an installer was asked for, and what it has to tell afterwards."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

UNNAMED_CODE: Final = "000000-00"
UNNAMED: Final = "未命名考点"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for. `files_only`: another root than the machine's own, where no program is run."""

    root: Path = Path("/")
    files_only: bool = False
    dry_run: bool = False
    package: Path | None = None
    bundle: Path | None = None
    key: Path | None = None
    replace_key: bool = False
    downgrade: bool = False
    anyway: bool = False
    i2c: bool | None = None
    state_device: str = ""
    code: str = UNNAMED_CODE
    name: str = UNNAMED
    pin: str = ""
    address: str = ""
    label: Path | None = None


@dataclass(slots=True, kw_only=True)
class Told:
    """What a run did, and what a person has to know or do."""

    changed: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
