"""Restored files written by a process of its own: making 200,000 files is the longer half of a restore.

What is to be written goes through one pipe, what hindered it comes back through another. A half that dies ends the
other: the writer hears it with its next call, the staging half ends where its pipe does.
"""

import contextlib
import errno
import json
import os
import struct
from collections.abc import Iterator

from appliance.backup.half import ended, forked

# A directory's files lie beside each other on ext4: 200,000 in one cost four times as much to make.
_SHELF_FILES = 256
# Number of the file, its size in bytes and its mode.
_HEAD = struct.Struct("<QQI")
_SETTLE = _HEAD.pack(0, 0, 0xFFFFFFFF)
_BUFFER_BYTES = 1 << 18
_SETTLED = b"."


def staged(number: int) -> bytes:
    """Where the file of that number waits, below the staging directory."""
    return b"%x/%x" % (number // _SHELF_FILES, number)


class Staging:
    """Files by number in the open directory `directory`. Raises OSError: with each call, at last from `settle`."""

    def __init__(self, directory: int) -> None:
        """To be made before the caller has threads."""
        self._answers = -1
        with contextlib.ExitStack() as theirs:
            orders, out = os.pipe()
            theirs.callback(os.close, orders)
            self._orders = os.fdopen(out, "wb", buffering=_BUFFER_BYTES)
            self._answers, answers = os.pipe()
            theirs.callback(os.close, answers)
            self._pid = forked(lambda: _stage(directory, orders, answers), (directory, orders, answers))

    def put(self, number: int, *, size: int, mode: int, content: Iterator[bytes]) -> None:
        """A file of `size` bytes, replacing what was there. ValueError: `content` has another size."""
        with self._heard():
            self._orders.write(_HEAD.pack(number, size, mode))
            for chunk in content:
                size -= len(chunk)
                self._orders.write(chunk)
        if size:
            raise ValueError(f"content that differs from its size by {size} bytes")

    def settle(self) -> None:
        """Everything put so far is written."""
        with self._heard():
            self._orders.write(_SETTLE)
            self._orders.flush()
            answer = os.read(self._answers, len(_SETTLED))
        if answer != _SETTLED:
            self._raise(answer)

    def close(self) -> None:
        """Let the other half end; what was not settled may be missing. May be called again."""
        with contextlib.suppress(OSError):
            self._orders.close()
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1
            ended(self._pid)

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self._raise(b"")

    def _raise(self, answer: bytes) -> None:
        """What the other half said before it ended."""
        while more := os.read(self._answers, _BUFFER_BYTES):
            answer += more
        if answer:
            number, said, name = json.loads(answer)
            raise OSError(number, said, name)
        raise OSError(errno.ECHILD, "the process that writes the files ended")


def _stage(directory: int, orders: int, answers: int) -> None:
    """The other half, to its end."""
    shelves = set[int]()
    with os.fdopen(orders, "rb", buffering=_BUFFER_BYTES) as stream:
        try:
            while len(head := stream.read(_HEAD.size)) == _HEAD.size:
                if head == _SETTLE:
                    os.write(answers, _SETTLED)
                    continue
                number, size, mode = _HEAD.unpack(head)
                if number // _SHELF_FILES not in shelves:
                    shelves.add(number // _SHELF_FILES)
                    os.mkdir(b"%x" % (number // _SHELF_FILES), mode=0o700, dir_fd=directory)
                fd = os.open(
                    staged(number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600, dir_fd=directory
                )
                try:
                    while size and (chunk := stream.read(min(size, _BUFFER_BYTES))):
                        size -= len(chunk)
                        _write(fd, chunk)
                    os.fchmod(fd, mode)
                finally:
                    os.close(fd)
        except OSError as error:
            told = json.dumps([error.errno or errno.EIO, error.strerror, os.fsdecode(error.filename or b"")])
            with contextlib.suppress(BrokenPipeError):
                os.write(answers, told.encode())


def _write(fd: int, chunk: bytes) -> None:
    with memoryview(chunk) as view:
        done = 0
        while done < len(view):
            done += os.write(fd, view[done:])
