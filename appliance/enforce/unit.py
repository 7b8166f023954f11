"""Whether a job has a unit of its own here: rights of its own, which a child of the guard has not."""

from pathlib import Path

_PLACES = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")


def systemctl(root: Path = Path("/")) -> str:
    """The program that starts units and knows how they ended."""
    return str(root / "usr/bin/systemctl")


def runs(unit: str, root: Path = Path("/")) -> bool:
    """True where systemd runs and has `unit`. Source of the first: sd_booted(3)."""
    there = any((root / place / unit).exists() for place in _PLACES)
    return there and (root / "run/systemd/system").is_dir()
