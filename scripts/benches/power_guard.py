"""The real guard beside a real upsd: `venue run` as a process, and a reader of its log that sees what is durable."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from appliance import daemon
from appliance.demo.world import World
from appliance.eventlog.files import newest
from appliance.events import Event, from_text
from appliance.events.bodies import PowerRead
from scripts.benches.power_lab import Lab, boot_s, until
from scripts.benches.stage import Site, guard

LOOK_EVERY_S = 0.002
_NEW = "SELECT text FROM log WHERE seq > ? ORDER BY seq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A row, and when (CLOCK_BOOTTIME) a reader of the log first saw it: a commit is synced before it is seen."""

    at_s: float
    event: Event


class Rows:
    """Reads the guard's log every 2 ms in a thread of its own; use as a context manager."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._seen: list[Seen] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rows", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def since(self, since_s: float) -> list[Seen]:
        """The rows that were seen since then."""
        return [seen for seen in list(self._seen) if seen.at_s >= since_s]

    def told(self, ups: str, flag: str, *, since_s: float) -> float | None:
        """When the first reading of a UPS with this flag was seen."""
        for seen in self.since(since_s):
            body = seen.event.body
            if isinstance(body, PowerRead) and body.ups == ups and flag in body.status:
                return seen.at_s
        return None

    def _run(self) -> None:
        db = sqlite3.connect(f"{self._log.as_uri()}?mode=ro", uri=True, isolation_level=None)
        count = 0
        while not self._ended.wait(LOOK_EVERY_S):
            found = db.execute(_NEW, (count,)).fetchall()
            at_s = boot_s()
            self._seen += [Seen(at_s=at_s, event=from_text(text)) for (text,) in found]
            count += len(found)
        db.close()


def site(directory: Path, lab: Lab) -> Site:
    """A venue whose UPSes are those of the lab; nothing of it is simulated."""
    lines = ['[venue]\ncode = "520100-03"\nname = "实验中学考点"']
    lines += [f'state_dir = "{directory}/state"\nrun_dir = "{directory}/run"']
    for name in lab.names:
        lines.append(f'[[ups]]\nname = "{name}"\nfeeds = ["exam-server-{name}"]\ndriver = "nut"')
        lines.append(f'host = "{lab.host}"\nport = {lab.port}\nups = "{name}"')
    path = directory / "appliance.toml"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return Site(
        directory=directory,
        config=path,
        settings=daemon.read(path),
        world=World(directory / "world", rooms=1, seats_per_room=1),  # never built: nothing is played
        url=("", 0),
    )


@contextmanager
def watched(directory: Path, lab: Lab) -> Iterator[Rows]:
    """The rows of a guard that watches the lab, once each of its UPSes is on mains."""
    directory.mkdir()
    venue = site(directory, lab)
    with guard(venue), Rows(newest(venue.settings.log_directory)) as rows:
        until(
            lambda: all(rows.told(name, "OL", since_s=0.0) for name in lab.names), "a guard with all on mains"
        )
        time.sleep(0.5)  # its first readings are judged, what was unknown is closed
        yield rows
