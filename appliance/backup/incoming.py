"""Receipts that came over the line, as the page put them down: who brought them is unknown until they are checked."""

import os
import stat
from datetime import datetime
from pathlib import Path

from appliance.backup.fields import read_fields
from appliance.backup.receipt import (
    BODY_LIMIT_BYTES,
    RECEIPT_SUFFIX,
    SIGNATURE_SUFFIX,
    Receipt,
    ReceiptFault,
    decode,
)

SCHEMA = 1
MOST_AT_ONCE = 200


def waiting(directory: Path) -> list[Path]:
    """What lies there, the oldest first, at most 200; half ones are none yet. Raises OSError."""
    try:
        found = [entry for entry in os.scandir(directory) if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    found.sort(key=lambda entry: (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    return [Path(entry.path) for entry in found[:MOST_AT_ONCE]]


def taken(path: Path) -> tuple[bytes, bytes]:
    """A receipt and its signature, byte for byte what was signed. Raises ReceiptFault, OSError.

    The page is not trusted: a link, a FIFO or a device that it put there is no receipt, and is not waited for.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ReceiptFault(f"no file: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise ReceiptFault("no file")
        raw = os.read(fd, BODY_LIMIT_BYTES + 1)
    finally:
        os.close(fd)
    fields = read_fields(raw, "what came", limit_bytes=BODY_LIMIT_BYTES, fault=ReceiptFault)
    if fields.whole("schema") != SCHEMA:
        raise ReceiptFault(f"schema {fields.whole('schema')}: this program reads {SCHEMA}")
    try:
        return fields.text("receipt").encode(), fields.text("signature").encode()
    except UnicodeEncodeError as error:
        raise ReceiptFault("half a character") from error


def is_news(receipt: Receipt, directory: Path) -> bool:
    """Whether it says more than the one that is kept in `directory` for the same bundle: an old one that comes again
    says nothing. One whose signature is not beside it is not kept yet: who was cut off between the two left it so.
    Raises OSError."""
    if not (directory / (receipt.bundle + SIGNATURE_SUFFIX)).exists():
        return True
    try:
        kept = decode((directory / (receipt.bundle + RECEIPT_SUFFIX)).read_bytes())
    except (FileNotFoundError, ReceiptFault):
        return True
    return datetime.fromisoformat(receipt.checked_at) > datetime.fromisoformat(kept.checked_at)
