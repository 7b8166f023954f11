"""Waiting for a file system's stamps: a file of this very moment is taken by the next bundle too."""

from pathlib import Path


def settle(root: Path) -> None:
    """Wait until a change of any file would show in its stamp."""
    probe = root.parent / "tick"
    newest = max(path.lstat().st_ctime_ns for path in [root, *root.rglob("*")])
    while True:
        probe.write_bytes(b"x")
        if probe.stat().st_ctime_ns > newest + 40_000_000:
            return
