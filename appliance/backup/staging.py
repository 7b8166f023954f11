"""Restored files written by a process of its own: making 200,000 files is the longer half of a restore.

What is to be done goes through one pipe, what hindered it comes back through another. A half that dies ends the
other: the writer hears it with its next call, the staging half ends where its pipe does.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from appliance.backup.below import Below, PathRefused, in_its_way
from appliance.backup.half import ended, forked

# What is to be done, the bytes of the path that follows, the file's mode, and its size or its time in nanoseconds.
_HEAD = struct.Struct("<BIIq")
_PUT, _DATE, _DROP, _SETTLE = range(4)
MODE_BITS = 0o777
_BUFFER_BYTES = 1 << 18
# The most that a pipe may hold for anybody: a directory's files then wait for another one's flush, and nobody else.
_PIPE_BYTES = 1 << 20
_SETTLED = b"."
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Staging:
    """Files below the open directory `directory`, by path. Raises OSError, PathRefused: any call, at last `settle`."""

    def __init__(self, directory: int) -> None:
        """To be made before the caller has threads."""
        self._answers = -1
        with contextlib.ExitStack() as theirs:
            orders, out = os.pipe()
            theirs.callback(os.close, orders)
            self._orders = os.fdopen(out, "wb", buffering=_BUFFER_BYTES)
            with contextlib.suppress(OSError):
                fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            self._answers, answers = os.pipe()
            theirs.callback(os.close, answers)
            self._pid = forked(lambda: _stage(directory, orders, answers), (directory, orders, answers))

    def put(self, path: bytes, *, size: int, mode: int, content: Iterator[bytes]) -> str:
        """A file of `size` bytes, replacing what was there; its sha256 in hex. ValueError: `content` differs in size.

        Directories above it are made. Of `mode` the rights count: nobody else's bundle makes a program root's.
        """
        digest, write = hashlib.sha256(), self._orders.write
        try:
            write(_HEAD.pack(_PUT, len(path), mode & MODE_BITS, size) + path)
            for chunk in content:
                size -= len(chunk)
                digest.update(chunk)
                write(chunk)
        except BrokenPipeError:
            self._raise(b"")
        if size:
            raise ValueError(f"content that differs from its size by {size} bytes")
        return digest.hexdigest()

    def date(self, path: bytes, mtime_ns: int) -> None:
        """Give a file its time."""
        self._order(_DATE, path, mtime_ns)

    def drop(self, path: bytes) -> None:
        """Take a file away."""
        self._order(_DROP, path)

    def settle(self) -> None:
        """Everything so far is done."""
        self._order(_SETTLE, b"")
        try:
            self._orders.flush()
        except BrokenPipeError:
            self._raise(b"")
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

    def _order(self, what: int, path: bytes, number: int = 0) -> None:
        try:
            self._orders.write(_HEAD.pack(what, len(path), 0, number) + path)
        except BrokenPipeError:
            self._raise(b"")

    def _raise(self, answer: bytes) -> None:
        """What the other half said before it ended."""
        while more := os.read(self._answers, _BUFFER_BYTES):
            answer += more
        if not answer:
            raise OSError(errno.ECHILD, "the process that writes the files ended")
        number, said, name = json.loads(answer)
        raise OSError(number, said, name) if number else PathRefused(said)


def _stage(directory: int, orders: int, answers: int) -> None:
    """The other half, to its end."""
    os.umask(0)
    told = None
    with os.fdopen(orders, "rb", buffering=_BUFFER_BYTES) as stream, contextlib.closing(Below(directory)) as below:
        try:
            _obey(stream, below, answers)
        except OSError as error:
            told = [error.errno or errno.EIO, error.strerror, os.fsdecode(error.filename or b"")]
        except PathRefused as error:
            told = [0, str(error), ""]
        if told:
            with contextlib.suppress(BrokenPipeError):
                os.write(answers, json.dumps(told).encode())


def _obey(stream: BinaryIO, below: Below, answers: int) -> None:
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        what, length, mode, number = _HEAD.unpack(head)
        if what == _SETTLE:
            os.write(answers, _SETTLED)
            continue
        path = stream.read(length)
        parent, name = below.parent(path, make=True)
        if what == _PUT:
            _put(stream, path, _made(parent, name, path, mode), number)
        elif what == _DATE:
            os.utime(name, ns=(number, number), dir_fd=parent, follow_symlinks=False)
        else:
            os.unlink(name, dir_fd=parent)


def _made(parent: int, name: bytes, path: bytes, mode: int) -> int:
    """The new file, open, with its mode from the first: a chmod would cost a fifth of its making."""
    try:
        return os.open(name, _MAKE, mode, dir_fd=parent)
    except FileExistsError:
        try:
            os.unlink(name, dir_fd=parent)  # taken twice
        except IsADirectoryError as error:
            raise in_its_way(path, "a directory") from error
        return os.open(name, _MAKE, mode, dir_fd=parent)


def _put(stream: BinaryIO, path: bytes, fd: int, size: int) -> None:
    try:
        while size and (chunk := stream.read(min(size, _BUFFER_BYTES))):
            size -= len(chunk)
            done = os.write(fd, chunk)
            while done < len(chunk):
                done += os.write(fd, memoryview(chunk)[done:])
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(fd)
