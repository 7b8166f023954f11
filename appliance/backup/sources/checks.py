"""What the options of several sources must hold to: each check gives a fault's words, or none."""

from pathlib import Path

GB = 1_000_000_000


def refuse(*faults: str) -> None:
    """Raises ValueError with every fault there is, each as `KEY: REASON`; an empty text is none."""
    if told := [fault for fault in faults if fault]:
        raise ValueError("; ".join(told))


def absolute(key: str, path: Path | str) -> str:
    """A path that does not depend on where the program was started, and that any program can be given."""
    if not str(path).startswith("/") or "\0" in str(path):
        return f"{key}: an absolute path was expected"
    return ""


def between(key: str, value: float, least: float, most: float) -> str:
    """A number from `least` to `most`."""
    return "" if least <= value <= most else f"{key}: a number from {least:g} to {most:g} was expected"


def file_name(key: str, name: str) -> str:
    """A name that a file can have on any system."""
    plain = name.isprintable() and not set(name) & set('/\\:*?"<>|') and name not in ("", ".", "..")
    return "" if plain and len(name.encode()) <= 200 else f"{key}: a plain file name was expected"
