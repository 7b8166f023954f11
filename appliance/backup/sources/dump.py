"""A program's output as the one file of a source: whole, or not there at all."""

import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.backup.disk import DiskFault
from appliance.backup.scratch import NoRoom, Scratch, Stream
from appliance.backup.sources.entry import (
    Entry,
    Label,
    Sink,
    SourceFailed,
    SourceLate,
    SourceTooLarge,
)
from appliance.command import CommandError, CommandLate, Piped

# Nothing of our own environment: no password of somebody's shell, and messages in English.
ENVIRON: Mapping[str, str] = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """What is run, what its output is called, what it is worth and how long and large it may become."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    name: str
    label: Label
    limit_s: float
    limit_bytes: int
    begins_with: bytes = b""

    def capture(self, sink: Sink, scratch: Scratch) -> None:
        """Run it, and put its output into `sink` once it has ended well. Raises SourceError, else nothing is put."""
        try:
            with scratch.stream(limit_bytes=self.limit_bytes) as stream:
                self._poured(stream)
                _put(sink, stream, self.name, self.label)
        except CommandLate as error:
            raise SourceLate(str(error)) from error
        except CommandError as error:
            raise SourceFailed(str(error)) from error
        except NoRoom as error:
            raise SourceTooLarge(f"{self.argv[0]}: {error}") from error

    def _poured(self, stream: Stream) -> None:
        with Piped(self.argv, timeout_s=self.limit_s, environ=self.environ) as program:
            begin = b""
            try:
                while chunk := program.read():
                    if len(begin) < len(self.begins_with):
                        begin += chunk[: len(self.begins_with) - len(begin)]
                    stream.write(chunk)
            except DiskFault as fault:
                # Only this source needs the room: what it took is given back, the others are still sealed.
                raise NoRoom(f"it cannot be kept aside: {fault}") from fault
            program.finish()
        if begin != self.begins_with:
            raise SourceFailed(f"{self.argv[0]}: ended well, and what it wrote is no dump")


def _put(sink: Sink, stream: Stream, name: str, label: Label) -> None:
    now_ns = time.time_ns()
    sink.directory(Entry(path=b"", mode=stat.S_IFDIR | 0o750, mtime_ns=now_ns))
    if os.fsencode(name) not in sink.changes(b"", [(os.fsencode(name), stream.sha256)]):
        return
    size = stream.size_bytes
    sink.file(Entry(path=os.fsencode(name), mode=stat.S_IFREG | 0o640, mtime_ns=now_ns, size=size))
    for chunk in stream.chunks():
        sink.write(chunk)
    sink.end(label)
