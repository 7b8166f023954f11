"""Where indexes lie: one a bundle, of which only the newest bundle's is of use."""

from pathlib import Path

SUFFIX, PART = ".index", ".index.part"


def directory_of(state_dir: Path) -> Path:
    """Where indexes lie."""
    return state_dir / "index"


def index_of(state_dir: Path, name: str) -> Path:
    """The index of the bundle `name`, whether it is there or not."""
    return directory_of(state_dir) / (name + SUFFIX)


def prepare(state_dir: Path) -> Path:
    """The directory, made if there is none, readable by nobody else. Raises OSError."""
    directory = directory_of(state_dir)
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def sweep(state_dir: Path, newest: str) -> None:
    """Remove what a run left behind, and every index but the newest bundle's. Raises OSError."""
    for path in directory_of(state_dir).iterdir():
        if path.name != newest + SUFFIX and path.name.endswith((SUFFIX, PART)):
            path.unlink(missing_ok=True)
