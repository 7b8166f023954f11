"""Restored files hashed and written by a process of its own: opening them is the other half of a restore.

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
from appliance.backup.unseal import BundleDamaged

# What is to be done, the bytes of the path that follows, the file's mode, and its size or its time in nanoseconds.
# After the path: of a file to put its content, of one to confirm its sha256.
_HEAD = struct.Struct("<BIIq")
_PUT, _CONFIRM, _DROP, _SETTLE = range(4)
_DIGEST_BYTES = 32
MODE_BITS = 0o777
_BUFFER_BYTES = 1 << 18
# The most that a pipe may hold for anybody: a directory's files then wait for another one's flush, and nobody else.
_PIPE_BYTES = 1 << 20
_SETTLED = b"."
# In the place of an error's number.
_REFUSED, _DAMAGED = 0, -1
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Staging:
    """Files below the open directory `directory`, by path. Raises OSError, PathRefused, BundleDamaged."""

    def __init__(self, directory: int) -> None:
        """To be made before the caller has threads. What hinders a call is raised by a later one, at last `settle`."""
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

    def put(self, path: bytes, *, size: int, mode: int, content: Iterator[bytes]) -> None:
        """A file of `size` bytes, replacing what was there. Raises ValueError where `content` has another size.

        Directories above it are made. Of `mode` the rights count: nobody else's bundle makes a program root's.
        """
        write = self._orders.write
        try:
            write(_HEAD.pack(_PUT, len(path), mode & MODE_BITS, size) + path)
            for chunk in content:
                size -= len(chunk)
                write(chunk)
        except BrokenPipeError:
            self._raise(b"")
        if size:
            raise ValueError(f"content that differs from its size by {size} bytes")

    def confirm(self, path: bytes, *, sha256: bytes, mtime_ns: int) -> None:
        """Give a file that was put its time, if that is the sha256 of its content; BundleDamaged if not."""
        if len(sha256) != _DIGEST_BYTES:
            raise ValueError(f"a sha256 of {len(sha256)} bytes")
        self._order(_CONFIRM, path, mtime_ns, sha256)

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

    def _order(self, what: int, path: bytes, number: int = 0, more: bytes = b"") -> None:
        try:
            self._orders.write(_HEAD.pack(what, len(path), 0, number) + path + more)
        except BrokenPipeError:
            self._raise(b"")

    def _raise(self, answer: bytes) -> None:
        """What the other half said before it ended."""
        while more := os.read(self._answers, _BUFFER_BYTES):
            answer += more
        if not answer:
            raise OSError(errno.ECHILD, "the process that writes the files ended")
        number, said, name = json.loads(answer)
        if number == _DAMAGED:
            raise BundleDamaged(said)
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
            told = [_REFUSED, str(error), ""]
        except BundleDamaged as error:
            told = [_DAMAGED, str(error), ""]
        if told:
            with contextlib.suppress(BrokenPipeError):
                os.write(answers, json.dumps(told).encode())


def _obey(stream: BinaryIO, below: Below, answers: int) -> None:
    digests: dict[bytes, bytes] = {}
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        what, length, mode, number = _HEAD.unpack(head)
        if what == _SETTLE:
            os.write(answers, _SETTLED)
            continue
        path = stream.read(length)
        parent, name = below.parent(path, make=True)
        if what == _PUT:
            digests[path] = _put(stream, path, _made(parent, name, path, mode), number)
        elif what == _CONFIRM:
            if digests.get(path) != stream.read(_DIGEST_BYTES):
                raise BundleDamaged(f"{path.partition(b'/')[2]!r}: its content is not what was captured")
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


def _put(stream: BinaryIO, path: bytes, fd: int, size: int) -> bytes:
    """Write the file that is open; the sha256 of its content."""
    digest = hashlib.sha256()
    try:
        while size and (chunk := stream.read(min(size, _BUFFER_BYTES))):
            size -= len(chunk)
            digest.update(chunk)
            done = os.write(fd, chunk)
            while done < len(chunk):
                done += os.write(fd, memoryview(chunk)[done:])
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(fd)
    return digest.digest()
