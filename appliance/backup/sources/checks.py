"""What the options of several sources must hold to: each check gives a fault, or none."""

from pathlib import Path

from appliance.finding import Finding, Unfit

GB = 1_000_000_000


def refuse(*faults: Finding | None) -> None:
    """Raises Unfit with every fault there is, each as `KEY: REASON`."""
    if told := [fault for fault in faults if fault is not None]:
        raise Unfit(*told)


def absolute(key: str, path: Path | str) -> Finding | None:
    """A path that does not depend on where the program was started, and that any program can be given."""
    if not str(path).startswith("/") or "\0" in str(path):
        return Finding(key, "not_absolute", "an absolute path was expected")
    return None


def between(key: str, value: float, least: float, most: float) -> Finding | None:
    """A number from `least` to `most`."""
    if least <= value <= most:
        return None
    reason = f"a number from {least:g} to {most:g} was expected"
    return Finding(key, "not_between", reason, least=f"{least:g}", most=f"{most:g}")


def file_name(key: str, name: str) -> Finding | None:
    """A name that a file can have on any system."""
    plain = name.isprintable() and not set(name) & set('/\\:*?"<>|') and name not in ("", ".", "..")
    if plain and len(name.encode()) <= 200:
        return None
    return Finding(key, "no_file_name", "a plain file name was expected")
