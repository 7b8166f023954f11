"""Small text files that one process writes and another reads while it is being written."""

import errno
import os
import threading
from pathlib import Path


def read_limited(path: Path, limit_bytes: int) -> bytes | None:
    """Give the file's bytes, or None where it is longer than `limit_bytes`.

    Raises OSError, to be turned into the room's own error by the caller. Opened without blocking: a pipe put
    in a file's place must not hold the reading thread for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        content = os.read(descriptor, limit_bytes + 1)
    except BlockingIOError:
        content = b""
    finally:
        os.close(descriptor)
    return content if len(content) <= limit_bytes else None


def replace_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8) in the file's place at once: a reader sees the old or the new content, never a half.

    No fsync: what is written here is true now and for nobody after a power cut (simulated instruments,
    lamps), and a sync at 5 Hz would wear an SD card.

    Raises OSError, to be turned into the room's own error by the caller.
    """
    raw = text.encode()
    beside = f"{path.parent}/.{path.name}.{threading.get_native_id()}"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            if os.write(descriptor, raw) != len(raw):  # a disk that is nearly full takes a part
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), beside)
        finally:
            os.close(descriptor)
        os.replace(beside, path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
