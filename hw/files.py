"""Small text files that one process writes and another reads while it is being written."""

import os
import threading
from pathlib import Path


def read_limited(path: Path, limit_bytes: int) -> bytes | None:
    """Give the file's bytes, or None where it is longer than `limit_bytes`.

    Raises OSError, to be turned into the room's own error by the caller. Opened without blocking: a pipe put
    in a file's place must not hold the reading thread for ever.
    """
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        content = file.read(limit_bytes + 1) or b""
    return content if len(content) <= limit_bytes else None


def replace_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8) in the file's place at once: a reader sees the old or the new content, never a half.

    No fsync: what is written here is true now and for nobody after a power cut (simulated instruments,
    lamps), and a sync at 5 Hz would wear an SD card.

    Raises OSError, to be turned into the room's own error by the caller.
    """
    beside = path.with_name(f".{path.name}.{threading.get_native_id()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
