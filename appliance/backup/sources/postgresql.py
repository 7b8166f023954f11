"""A PostgreSQL database, as `pg_dump --format=custom` gives it.

    [[backup.source]]
    name = "exam-database"
    driver = "postgresql"
    database = "exam"
    host = "10.50.0.2"              # or the directory of its socket, as it is by default
    user = "venue_backup"
    passfile = "/etc/venue-appliance/pgpass"    # HOST:PORT:DATABASE:USER:PASSWORD, owned by who runs this, 0600

One snapshot of one moment, whatever others write meanwhile, and nobody is locked out of reading and writing by it.
A change of the tables' shape in progress holds it up for 30 s at most, then it fails and says so. The dump is not
compressed, because the bundle is. Back with `pg_restore`. The role needs to read everything, as
`GRANT pg_read_all_data`, and nothing more. Source: PostgreSQL's manual, pg_dump, libpq's "The Password File".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sources import checks
from appliance.backup.sources.dump import ENVIRON, Dump
from appliance.backup.sources.entry import Label, Sink, Source
from appliance.finding import Finding

_PG_DUMP = "/usr/bin/pg_dump"
_LOCK_WAIT_MS = 30_000
_CONNECT_S = "10"
_MAGIC = b"PGDMP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The database and who reads it; `host` is an address or its socket's directory; ended after `limit_minutes` or
    `limit_gb`. The password is in `passfile` alone."""

    driver: ClassVar[str] = "postgresql"
    database: str
    host: str = "/var/run/postgresql"
    port: int = 5432
    user: str = "postgres"
    passfile: Path | None = None
    limit_minutes: float = 30
    limit_gb: float = 16

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        checks.refuse(
            _plain("database", self.database),
            _plain("host", self.host),
            _plain("user", self.user),
            checks.between("port", self.port, 1, 65_535),
            checks.absolute("passfile", self.passfile) if self.passfile else None,
            checks.between("limit_minutes", self.limit_minutes, 0.1, 1440),
            checks.between("limit_gb", self.limit_gb, 0.001, 1000),
        )

    def open(self, scratch: Scratch, /) -> Source:
        """The database; nothing is connected yet."""
        return Postgresql(self, scratch)


def _plain(key: str, value: str) -> Finding | None:
    # pg_dump takes a "database" with = or :// for a whole connection string, and a password could stand in it.
    odd = not value or not value.isprintable() or "=" in value or "://" in value
    reason = "a plain name was expected, no connection string"
    return Finding(key, "no_plain_name", reason) if odd else None


class Postgresql:
    """The database of one set of options."""

    def __init__(self, options: Options, scratch: Scratch) -> None:
        self._scratch = scratch
        environ = {**ENVIRON, "PGCONNECT_TIMEOUT": _CONNECT_S, "PGAPPNAME": "venue-backup"}
        # Without one, none: what lies in the home of whoever runs this is not meant.
        environ["PGPASSFILE"] = str(options.passfile or "/nonexistent")
        self._dump = Dump(
            argv=(
                _PG_DUMP, "--format=custom", "--compress=0", "--no-password",
                f"--lock-wait-timeout={_LOCK_WAIT_MS}", f"--host={options.host}", f"--port={options.port}",
                f"--username={options.user}", f"--dbname={options.database}",
            ),
            environ=environ,
            name="database.dump",
            label=Label.SNAPSHOT,
            limit_s=options.limit_minutes * 60,
            limit_bytes=int(options.limit_gb * checks.GB),
            begins_with=_MAGIC,
        )  # fmt: skip

    def capture(self, sink: Sink) -> None:
        """Dump it. Raises SourceFailed, SourceLate, SourceTooLarge."""
        self._dump.capture(sink, self._scratch)
