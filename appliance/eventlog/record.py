"""The record as one, though the log may lie in several files: an older one ends where the next one begins."""

from collections.abc import Sequence
from pathlib import Path

from appliance.eventlog.files import log_files
from appliance.eventlog.log import MAX_PAGE, EventLog, Row
from appliance.eventlog.opened import LogError


class Record:
    """Reads all log files of a directory; a new one is begun beside one that is damaged, and counts on.

    `unreadable` names the older files of which something could not be read: what is told may lack their rows.
    Raises LogError where the newest can not be read.
    """

    def __init__(self, directory: Path) -> None:
        paths = log_files(directory)
        if not paths:
            raise LogError(f"{directory}: no log there")
        self.path = paths[-1]
        self.unreadable: list[str] = []
        self._logs = [EventLog(self.path, read_only=True)]
        self._ends: list[int | None] = [None]  # the last seq that counts of each file, oldest file first
        for path in reversed(paths[:-1]):
            self._take_in(path)

    def _take_in(self, path: Path) -> None:
        try:
            end = self._logs[0].first_seq - 1 if self._logs[0].head_seq else None
            self._logs.insert(0, EventLog(path, read_only=True))
            self._ends.insert(0, end)
        except LogError:
            self.unreadable.insert(0, path.name)

    def close(self) -> None:
        """Lets the files go."""
        for log in self._logs:
            log.close()

    def head_now(self) -> tuple[int, bytes]:
        """Seq and hash of the last row as it is now."""
        return self._logs[-1].head_now()

    def last(self, kind: str) -> Row | None:
        """The newest row of a kind."""
        found = self.rows(kind=kind, newest=True, limit=1)
        return found[0] if found else None

    def rows(
        self,
        *,
        after: int = 0,
        limit: int = MAX_PAGE,
        kind: str = "",
        newest: bool = False,
        without: Sequence[str] = (),
        until: int | None = None,
    ) -> list[Row]:
        """As `EventLog.rows`, over all files."""
        limit = min(limit, MAX_PAGE)
        found: list[Row] = []
        places = range(len(self._logs))
        for place in reversed(places) if newest else places:
            ends = [end for end in (until, self._ends[place]) if end is not None]
            end = min(ends) if ends else None
            if len(found) >= limit or (end is not None and end <= after):
                continue
            rows = self._of(place, after, limit - len(found), kind, newest, without, end)
            found = rows + found if newest else found + rows
        return found

    def _of(
        self, place: int, after: int, limit: int, kind: str, newest: bool, without: Sequence[str], until: int | None
    ) -> list[Row]:
        log = self._logs[place]
        try:
            return log.rows(after=after, limit=limit, kind=kind, newest=newest, without=without, until=until)
        except LogError:
            if place == len(self._logs) - 1:
                raise
            if log.path.name not in self.unreadable:
                self.unreadable.append(log.path.name)
            return []
