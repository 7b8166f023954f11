"""A real PostgreSQL, dumped by its own pg_dump beside writers, and what is said when it goes wrong."""

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, SourceSpec
from appliance.backup.manifest import decode
from appliance.backup.scratch import Scratch
from appliance.backup.sources import Label, SourceError, SourceFailed, SourceLate, SourceTooLarge
from appliance.backup.sources.directory import Options as Directory
from appliance.backup.sources.postgresql import Options
from appliance.backup.spool import Spool
from tests.backup.kept import Kept
from tests.fakes.wait import wait_for
from tests.lab.postgres import PASSWORD, USER, PostgresLab, missing

DUMP = b"database.dump"
# One transaction takes from one and gives to another: the sum is 100,000 at every moment.
TRANSFER = r"""
\set one random(1, 500)
\set other random(501, 1000)
BEGIN;
UPDATE room SET points = points - 7 WHERE id = :one;
UPDATE room SET points = points + 7 WHERE id = :other;
COMMIT;
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[PostgresLab]:
    if lack := missing():
        pytest.skip(lack)
    with PostgresLab() as running:
        running.sql(
            "CREATE TABLE room (id int PRIMARY KEY, points int CHECK (points IS NOT NULL), 名 text, b bytea)"
        )
        running.sql(
            "INSERT INTO room SELECT n, 100, '考生' || n || E'\\t\\\\ \"''', "
            "decode(repeat(md5(n::text), 40), 'hex') FROM generate_series(1, 1000) n"
        )
        running.sql("CREATE VIEW full_room AS SELECT sum(points) FROM room")
        yield running


@pytest.fixture
def options(lab: PostgresLab) -> Callable[..., Options]:
    lab.write_passfile(PASSWORD)
    fields = {"database": "exam", "host": str(lab.directory), "user": USER, "passfile": lab.passfile}
    return lambda **changed: Options(**{**fields, **changed})


def captured(options: Options, spool: Path) -> Kept:
    sink = Kept()
    try:
        options.open(Scratch(spool, spool=Spool)).capture(sink)
    finally:
        assert not list(spool.iterdir())
    return sink


@contextlib.contextmanager
def restored(lab: PostgresLab, dump: bytes) -> Iterator[str]:
    """A database made from the dump by pg_restore alone."""
    path = lab.directory / "restored.dump"
    path.write_bytes(dump)
    lab.sql("CREATE DATABASE again", database="postgres")
    try:
        lab.client("pg_restore", "--exit-on-error", "--no-owner", "--dbname=again", str(path))
        yield "again"
    finally:
        lab.sql("DROP DATABASE again", database="postgres")


def test_pg_restore_gives_back_every_row_and_view(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    sink = captured(options(), tmp_path)
    assert sink.labels == {DUMP: Label.SNAPSHOT} and sink.content[DUMP].startswith(b"PGDMP")
    with restored(lab, sink.content[DUMP]) as again:
        plain = [_plain(lab, name) for name in ("exam", again)]
        assert plain[0] == plain[1] and "考生1000".encode() in plain[0]
        assert lab.sql("SELECT * FROM full_room", database=again) == "100000"


def _plain(lab: PostgresLab, name: str) -> bytes:
    """Everything in a database as text, without the key that newer pg_dumps draw by lot."""
    lines = lab.client("pg_dump", "--format=plain", name).stdout.splitlines()
    return b"\n".join(line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict")))


def test_beside_writers_the_dump_is_one_moment(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    script = tmp_path / "transfer.sql"
    script.write_text(TRANSFER)
    argv = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/pgbench")][-1:]
    argv += ["-h", str(lab.directory), "-U", "owner", "-n", "-c", "2", "-T", "60", "-f", str(script), "exam"]
    with subprocess.Popen(
        argv, env=lab.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as writers:
        try:
            wait_for(lambda: lab.sql("SELECT count(*) FROM room WHERE points <> 100") != "0")
            dumps = [captured(options(), tmp_path / "spool").content[DUMP] for _ in range(3)]
            assert writers.poll() is None
        finally:
            writers.kill()
    points = []
    for dump in dumps:
        with restored(lab, dump) as again:
            assert lab.sql("SELECT sum(points) FROM room", database=again) == "100000"
            points.append(
                lab.sql("SELECT md5(string_agg(points::text, ',' ORDER BY id)) FROM room", database=again)
            )
    assert len(set(points)) == 3, "nothing was written between the dumps: the test shows nothing"


def test_a_wrong_password_is_told_in_the_servers_words_and_the_others_are_sealed(
    lab: PostgresLab,
    options: Callable[..., Options],
    tmp_path: Path,
    tree: Path,
    publish: Callable[..., Bundle],
) -> None:
    lab.write_passfile("wrong-battery")
    sources = (
        SourceSpec(name="exam", options=options()),
        SourceSpec(name="answers", options=Directory(path=tree)),
    )
    (missing_one,) = publish(sources=sources).sources[0].missing
    assert f'password authentication failed for user "{USER}"' in missing_one.reason
    assert "wrong-battery" not in missing_one.reason and "\n" not in missing_one.reason
    (found,) = outbox.bundles(tmp_path / "state")
    assert [source.error for source in decode(found.manifest.read_bytes()).sources] == ["failed", ""]


def test_without_a_password_nobody_is_asked_for_one(options: Callable[..., Options], tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="no password supplied"):
        captured(options(passfile=None), tmp_path)


def test_a_password_file_that_others_can_read_is_named(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    lab.write_passfile(PASSWORD, mode=0o644)
    with pytest.raises(SourceFailed, match="has group or world access"):
        captured(options(), tmp_path)


@contextlib.contextmanager
def held(lab: PostgresLab) -> Iterator[None]:
    """Somebody changes the table's shape and does not come to an end."""
    argv = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/psql")][-1:]
    argv += ["-h", str(lab.directory), "-U", "owner", "-qAt", "exam"]
    with subprocess.Popen(argv, env=lab.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as psql:
        assert psql.stdin is not None and psql.stdout is not None
        psql.stdin.write(b"BEGIN; LOCK TABLE room IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
        psql.stdin.flush()
        assert psql.stdout.readline() == b"held\n"
        yield


def test_the_password_is_neither_in_the_arguments_nor_in_the_environment(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    sink = Kept()
    dumping = threading.Thread(target=lambda: options().open(Scratch(tmp_path, spool=Spool)).capture(sink))
    with held(lab):
        dumping.start()
        seen = wait_for(_pg_dump_seen)
    dumping.join(60)
    assert USER.encode() in seen and PASSWORD.encode() not in seen and b"PGPASSFILE=" in seen
    assert sink.labels == {DUMP: Label.SNAPSHOT}


def _pg_dump_seen() -> bytes:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (process / "cmdline").read_bytes()
            if b"pg_dump\0" in line and b"venue-pg-" in line:
                return line + (process / "environ").read_bytes()
    return b""


def test_a_table_whose_shape_somebody_holds_ends_at_the_time_limit(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    with held(lab), pytest.raises(SourceLate, match=r"/usr/bin/pg_dump: not done after 6 s"):
        captured(options(limit_minutes=0.1), tmp_path)


def test_a_dump_above_its_limit_is_refused(options: Callable[..., Options], tmp_path: Path) -> None:
    with pytest.raises(SourceTooLarge, match=r"limit of 0\.001 GB"):
        captured(options(limit_gb=0.001), tmp_path)


def test_a_server_killed_in_mid_dump_leaves_no_dump(
    lab: PostgresLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    lab.sql("CREATE TABLE large AS SELECT repeat(md5(n::text), 60) AS t FROM generate_series(1, 150000) n")
    sink, faults = Kept(), []

    def dump() -> None:
        try:
            options().open(Scratch(tmp_path, spool=Spool)).capture(sink)
        except SourceError as error:
            faults.append(error)

    dumping = threading.Thread(target=dump)
    dumping.start()
    copying = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY public.large %'"
    try:
        wait_for(lambda: lab.sql(copying) == "1", every_s=0)
        lab.kill()
        dumping.join(60)
    finally:
        lab.start()
        lab.sql("DROP TABLE large")
    (fault,) = faults
    assert isinstance(fault, SourceFailed) and str(fault).startswith(
        "/usr/bin/pg_dump: exit 1: pg_dump: error: "
    )
    assert not sink.entries and not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_named(options: Callable[..., Options], tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"connection to server on socket .* failed"):
        captured(options(host="/nowhere"), tmp_path)


def test_a_connection_string_with_a_password_in_it_is_refused_with_every_other_fault() -> None:
    with pytest.raises(ValueError, match="database: .*; host: .*; user: .*; port: .*; passfile: ") as told:
        Options(database="password=hunter2", host="", user="a\n", port=0, passfile=Path("pgpass"))
    assert "hunter2" not in str(told.value)
    with pytest.raises(ValueError, match="no connection string"):
        Options(database="postgresql://user:hunter2@host/exam")
