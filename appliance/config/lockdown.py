"""lockdown.conf: what venue-lockdown lets in early in the boot, before the guard runs.

One line a device, `grant PORT VENDOR:PRODUCT [serial="…"] [sha256=…]`; `#` begins a comment. The program that acts on
it is a shell script (systemd/venue-lockdown); what is read here is what that one would grant, line by line.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAME: Final = "lockdown.conf"
UNCONFIGURED: Final = "unconfigured"  # beside the configuration, by the installer: the boot closes nothing yet
OPEN: Final = Path("run/venue-lockdown/open")  # below the root: this boot began like that, and closes nothing
MAX_BYTES: Final = 64 * 1024
MAX_LINES: Final = 500
_SHOWN_CHARACTERS = 80
_SERIAL = r"[ !#-;=?-\[\]-~]+"  # printable, and without what tells one field from the next: " < > \
_BLANKS = " \t"
_LINE = re.compile(
    r"grant[ \t]+(?P<port>[0-9]+-[0-9]+(?:\.[0-9]+)*)[ \t]+(?P<id>[0-9a-f]{4}:[0-9a-f]{4})"
    rf'(?:[ \t]+serial="(?P<serial>{_SERIAL})")?(?:[ \t]+sha256=(?P<sha256>[0-9a-f]{{64}}))?(?:[ \t]+#.*)?',
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockdown:
    """What the file grants, as `grant_of` writes it, each once and in order; `faults` are lines that grant nothing."""

    grants: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def grant_of(*, port: str, id: str, serial: str = "", sha256: str = "") -> str | None:
    """Give the words that grant a device, or None where its serial cannot stand in the file."""
    if serial and not re.fullmatch(_SERIAL, serial, re.ASCII):
        return None
    named = f' serial="{serial}"' if serial else ""
    return f"{port} {id}{named}" + (f" sha256={sha256}" if sha256 else "")


def read(content: bytes) -> Lockdown:
    """Give what the file with this content grants. Raises nothing; a file that is too long grants nothing here."""
    if len(content) > MAX_BYTES:
        return Lockdown(faults=(f"more than {MAX_BYTES} bytes",))
    lines = content.replace(b"\0", b"").decode("latin-1").split("\n")
    if len(lines) > MAX_LINES:
        return Lockdown(faults=(f"more than {MAX_LINES} lines",))
    grants: dict[str, None] = {}
    faults = []
    for line in (line.strip(_BLANKS) for line in lines):
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            faults.append(
                "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)[
                    :_SHOWN_CHARACTERS
                ]
            )
            continue
        told = grant_of(
            port=found["port"], id=found["id"], serial=found["serial"] or "", sha256=found["sha256"] or ""
        )
        assert told is not None, "the pattern lets no other serial through"
        grants[told] = None
    return Lockdown(grants=tuple(grants), faults=tuple(faults))


def text(grants: Iterable[str], left_out: Iterable[str] = ()) -> str:
    """Give the file's text; `left_out` are devices that the guard alone can compare."""
    lines = [
        "# Written by `venue config apply`. What stands here is let in before the guard runs; all else is denied."
    ]
    lines += [f"grant {grant}" for grant in grants]
    lines += [f"# not here, its serial cannot be written down: {device}" for device in left_out]
    return "\n".join(lines) + "\n"


def replace(path: Path, content: str) -> None:
    """Put `content` in the file's place, whole and on the disk; whoever reads sees the old one or the new one.

    Raises OSError, the old file as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644
        )
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(directory: Path) -> None:
    """Write a directory's names to the disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
