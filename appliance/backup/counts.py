"""How many answers a source should hold and holds: "应收 93，已收 93" in the manifest, per room, as counts alone."""

import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.backup.sources import Entry, Label, Sink
from appliance.command import CommandError, Piped

ROOM = re.compile(r"[\w-]{1,16}")
_COMMAND_S = 60.0
_ANSWER_BYTES, _ROOMS = 64 << 10, 500
_WHOLE = re.compile(r"[0-9]{1,9}")


class CountFault(Exception):
    """The program that counts gave no counts; the source itself is taken all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCount:
    """One room's line, by the name the technician gave it; None is unknown."""

    room: str
    expected: int | None = None
    collected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a source is counted. `expected`: by room, or of all as room ""; `pattern`: whose names are counted as
    collected, `{room}` in it tells the room; `command`: a program that counts both instead, a line a room."""

    expected: Mapping[str, int] = field(default_factory=dict)
    pattern: str = ""
    command: tuple[str, ...] = ()

    def counter(self) -> "Counter":
        """What counts one capture."""
        return Counter(self)


class Counter:
    """Counts what passes from a source into its sink."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._pattern = _compiled(counting.pattern) if counting.pattern else None
        self._collected: dict[str, int] = {}

    def over(self, sink: Sink) -> Sink:
        """The sink to hand to the source."""
        return _Counted(sink, self) if self._pattern else sink

    def seen(self, path: bytes, by: int) -> None:
        """One more, or one less, where `path` is an answer's."""
        if self._pattern and (match := self._pattern.fullmatch(os.fsdecode(path))):
            room = match.groupdict().get("room") or ""
            self._collected[room] = self._collected.get(room, 0) + by

    def counts(self) -> tuple[RoomCount, ...]:
        """The counts by room, of all as room "" first. Raises CountFault."""
        if self._counting.command:
            return _with_total(_counted_by(self._counting.command))
        # A room that nobody named is no room: what a pattern finds there would be a name of anything.
        collected = {room if room in self._counting.expected else "": 0 for room in self._collected}
        for room, many in self._collected.items():
            collected[room if room in self._counting.expected else ""] += many
        if not self._counting.expected and self._pattern is None:
            return ()
        rooms = sorted({*self._counting.expected, *collected} - {""})
        found = [self._room(room, collected) for room in rooms]
        total = RoomCount(
            room="",
            expected=sum(self._counting.expected.values()) if self._counting.expected else None,
            collected=_all(found, sum(collected.values())) if self._pattern else None,
        )
        return (total, *found)

    def _room(self, room: str, collected: Mapping[str, int]) -> RoomCount:
        told = self._pattern is not None and "room" in self._pattern.groupindex
        return RoomCount(
            room=room,
            expected=self._counting.expected.get(room),
            collected=collected.get(room, 0) if told else None,
        )


class _Counted:
    """A sink that lets everything pass and hears the names."""

    def __init__(self, sink: Sink, counter: Counter) -> None:
        self._sink, self._counter = sink, counter

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
        return self._sink.changes(path, self._heard(path, entries))

    def _heard(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for name, stamp in entries:
            self._counter.seen(path + b"/" + name if path else name, 1)
            yield name, stamp

    def directory(self, entry: Entry) -> None:
        self._sink.directory(entry)

    def symlink(self, entry: Entry) -> None:
        self._sink.symlink(entry)

    def room(self, size: int) -> memoryview:
        return self._sink.room(size)

    def whole(self, path: bytes, content: memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        self._sink.whole(path, content, size=size, mode=mode, mtime_ns=mtime_ns)

    def file(self, entry: Entry) -> None:
        self._sink.file(entry)

    def write(self, chunk: bytes | memoryview, /) -> None:
        self._sink.write(chunk)

    def end(self, label: Label, *, settled: bool = True) -> None:
        self._sink.end(label, settled=settled)

    def abandon(self) -> None:
        self._sink.abandon()

    def not_captured(self, path: bytes, reason: str) -> None:
        self._counter.seen(path, -1)
        self._sink.not_captured(path, reason)

    def missed(self, path: bytes) -> None:
        self._counter.seen(path, -1)
        self._sink.missed(path)

    def skipped(self) -> None:
        self._sink.skipped()


def together(sources: Iterable[tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    """Expected and collected of all sources, of (expected, collected) each: of those of which anybody said how many.

    What another source holds makes up for none of theirs: each of several counts at most what it should hold. One
    that could not be counted is unknown for all.
    """
    every = list(sources)
    told = [each for each in every if each[0] is not None]
    known = [collected for collected in _counting(told or every) if collected is not None]
    whole = bool(known) and (not told or len(known) == len(told))
    return sum(expected or 0 for expected, _ in told) if told else None, sum(known) if whole else None


def _all(rooms: Sequence[RoomCount], found: int) -> int:
    """What was found in all rooms. While one of them lacks any, what is too many elsewhere does not count."""
    told = [(room.expected, room.collected) for room in rooms if None not in (room.expected, room.collected)]
    short = any((collected or 0) < (expected or 0) for expected, collected in told)
    return sum(min(expected or 0, collected or 0) for expected, collected in told) if short else found


def _counting(numbers: Sequence[tuple[int | None, int | None]]) -> list[int | None]:
    """What counts of each (expected, collected): one alone is told as it was counted."""
    if len(numbers) == 1:
        return [numbers[0][1]]
    return [
        collected if expected is None or collected is None else min(expected, collected)
        for expected, collected in numbers
    ]


def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` and `?` within a name, `**` over several, `{room}` for a room's name."""
    words = {"{room}": "(?P<room>[^/]+)", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\{room\}|\*\*|\*|\?)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _counted_by(argv: tuple[str, ...]) -> list[RoomCount]:
    answer = b""
    try:
        with Piped(
            argv, timeout_s=_COMMAND_S, environ={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        ) as program:
            while chunk := program.read():
                answer += chunk
                if len(answer) > _ANSWER_BYTES:
                    raise CountFault(f"{argv[0]}: more than {_ANSWER_BYTES} bytes")
            program.finish()
    except CommandError as error:
        raise CountFault(str(error)) from error
    lines = [line for line in answer.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines or len(lines) > _ROOMS:
        raise CountFault(f"{argv[0]}: {len(lines)} lines, expected was one a room, at most {_ROOMS}")
    rooms = [_line(argv[0], number, line.split()) for number, line in enumerate(lines, start=1)]
    if len({room.room for room in rooms}) != len(rooms):
        raise CountFault(f"{argv[0]}: a room stands twice")
    return rooms


def _line(program: str, number: int, words: list[str]) -> RoomCount:
    """ROOM EXPECTED COLLECTED. The line itself is never shown: it may hold a candidate's name where it is wrong."""
    if len(words) != 3 or not ROOM.fullmatch(words[0]) or not all(_number(word) for word in words[1:]):
        raise CountFault(f"{program}: line {number}: ROOM EXPECTED COLLECTED was expected, - for unknown")
    expected, collected = (None if word == "-" else int(word) for word in words[1:])
    return RoomCount(room=words[0], expected=expected, collected=collected)


def _number(word: str) -> bool:
    return word == "-" or _WHOLE.fullmatch(word) is not None


def _with_total(rooms: list[RoomCount]) -> tuple[RoomCount, ...]:
    return (
        RoomCount(
            room="",
            expected=_sum([room.expected for room in rooms]),
            collected=_sum(_counting([(room.expected, room.collected) for room in rooms])),
        ),
        *rooms,
    )


def _sum(numbers: list[int | None]) -> int | None:
    """Of all, or unknown where one is: a sum that leaves a room out would look whole."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
