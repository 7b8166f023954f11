"""Takes the parts one by one and puts them into one file, readable by its owner alone."""

import io
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.client import Client
from appliance.diag import box, secrets
from appliance.diag.configured import configured
from appliance.diag.journal_lines import journal
from appliance.diag.part import Part, PartFailed, as_json
from appliance.diag.told import record, verdicts

FOLDER = "venue-diag"
TOTAL_BYTES = 8 * 1024 * 1024
README = """\
What stands in this file: versions, states of units, the journal's times and kinds, the configuration with every
text masked that is not known to be harmless, readings of the box, firewall rules without their comments and sets,
USB devices without their names and serials, codes of the verdict, readings of the UPS.

What does not: PINs, keys, passwords, names of people, seats, candidates, files of answers, addresses of cards.
parts.json says which part could not be taken, and why.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diag:
    """The file's bytes (tar, gzip), the names of the parts in it, and of those left out the reason."""

    content: bytes
    parts: tuple[str, ...]
    failed: dict[str, str]


def gathered(*, config: Path, state_dir: Path, run_dir: Path, root: Path, now: datetime) -> Diag:
    """Everything that may be sent. Raises nothing: a part that fails is named with its reason."""
    client = Client(run_dir / "control.sock")
    parts, failed, kept = [], {}, secrets.known(root, state_dir, config)
    takes: dict[str, Callable[[], Part]] = {
        "versions.json": lambda: box.versions(root),
        "units.json": lambda: box.units(root),
        "verdict.json": lambda: verdicts(client),
        "config.json": lambda: configured(config),
        "host.json": lambda: box.health(root, state_dir),
        "record.json": lambda: record(state_dir / "log"),
        "usb.json": lambda: box.usb(root),
        "nut.json": lambda: box.nut(root),
        "nft.json": lambda: box.rules(root),
        "journal.jsonl": lambda: journal(root),
    }
    size = 0
    for name, take in takes.items():
        try:
            part = take()
            if secrets.betrayed(part.content, kept):
                raise PartFailed("it held a secret of this box and was left out")
            if (size := size + len(part.content)) > TOTAL_BYTES:
                raise PartFailed("no more room in the file")
        except PartFailed as error:
            failed[name] = str(error)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            failed[name] = type(error).__name__
        else:
            parts.append(part)
    about = as_json(
        "parts.json", {"made_at": now.isoformat(), "taken": [part.name for part in parts], "failed": failed}
    )
    readme = Part(name="README.txt", content=README.encode())
    content = _packed((readme, about, *parts), now)
    return Diag(content=content, parts=tuple(part.name for part in parts), failed=failed)


def _packed(parts: tuple[Part, ...], now: datetime) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for part in parts:
            member = tarfile.TarInfo(f"{FOLDER}/{part.name}")
            member.size, member.mode, member.mtime = len(part.content), 0o600, int(now.timestamp())
            archive.addfile(member, io.BytesIO(part.content))
    return raw.getvalue()


def put(path: Path, content: bytes) -> None:
    """Write the file, 0600, whole or not at all; never over one that stands there. Raises OSError.

    In its own place and not beside it: a stick's FAT knows no links, and nobody reads a file that he waits for.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
