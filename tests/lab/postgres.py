"""A PostgreSQL of the test's own: a throw-away cluster that listens on a socket alone, run by a plain user."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.wait import wait_for

USER, PASSWORD = "venue_backup", "correct horse"
_OWNER_PASSWORD = "owner"


def missing() -> str:
    """What this machine lacks, "" when nothing: the server refuses to run as root, so root lends it a user."""
    if not _programs().is_dir() or not shutil.which("pg_dump"):
        return "postgresql is missing: apt-get install postgresql"
    if os.getuid() == 0 and not _has_user("postgres"):
        return "postgresql refuses to run as root, and there is no user postgres"
    return ""


class PostgresLab:
    """A running cluster with a database `exam` and a role that may read everything, and nothing else."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="venue-pg-", dir="/tmp"))
        self.directory.chmod(0o755)
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self.directory, self._user)
        self.passfile = self.directory / "pgpass"
        self.write_passfile(PASSWORD)

    def __enter__(self) -> Self:
        (self.directory / "owner").write_text(_OWNER_PASSWORD)
        (self.directory / "owner").chmod(0o644)
        self._run(
            "initdb", "--pgdata", str(self.directory / "data"), "--auth=scram-sha-256", "--username=owner",
            "--no-sync", "--encoding=UTF8", "--locale=C", f"--pwfile={self.directory / 'owner'}",
        )  # fmt: skip
        self.start()
        self.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'", database="postgres")
        self.sql(f"GRANT pg_read_all_data TO {USER}", database="postgres")
        self.sql("CREATE DATABASE exam", database="postgres")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self) -> None:
        """The server, answering."""
        argv = [str(_programs() / "postgres"), "-D", str(self.directory / "data"), "-k", str(self.directory)]
        argv += ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "logging_collector=off"]
        self._server = subprocess.Popen(
            argv, user=self._user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        ready = [str(_programs() / "pg_isready"), "-q", "-h", str(self.directory)]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0)

    def kill(self) -> None:
        """The server gone at once, as after a crash."""
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)

    def sql(self, text: str, *, database: str = "exam") -> str:
        """What `psql` answers to the owner."""
        done = self.client("psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", text, database)
        return done.stdout.decode().strip()

    def client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """One of PostgreSQL's programs, as the owner of everything."""
        argv = [str(_programs() / program), "-h", str(self.directory), "-U", "owner", *arguments]
        return subprocess.run(argv, env=self.environ, cwd="/", check=True, capture_output=True, timeout=120)

    @property
    def environ(self) -> dict[str, str]:
        """The owner's environment."""
        return {"PGPASSWORD": _OWNER_PASSWORD, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def write_passfile(self, password: str, *, mode: int = 0o600) -> None:
        """The password file of the role that reads."""
        self.passfile.write_text(f"*:*:*:{USER}:{password}\n")
        self.passfile.chmod(mode)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(_programs() / program), *arguments],
            user=self._user,
            cwd="/",
            check=True,
            capture_output=True,
        )


def _programs() -> Path:
    """Where the newest server's programs are, Debian's way."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else Path("/usr/lib/postgresql/none/bin")


def _has_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())
