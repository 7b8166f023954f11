"""Any program's output as a source: whole when it ends well, and not there at all when it does not."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, SourceSpec
from appliance.backup.manifest import decode
from appliance.backup.scratch import Scratch
from appliance.backup.sources import Label, SourceFailed, SourceLate, SourceTooLarge
from appliance.backup.sources.command import Options
from appliance.backup.sources.directory import Options as Directory
from appliance.backup.spool import Spool
from tests.backup.kept import Kept

SH = "/bin/sh"


@pytest.fixture
def captured(tmp_path: Path) -> Callable[..., Kept]:
    """What a shell's script gives as a source; afterwards nothing is left in the spool."""

    def capture(script: str, **options: object) -> Kept:
        sink = Kept()
        try:
            Options(argv=(SH, "-c", script), **options).open(Scratch(tmp_path / "spool", spool=Spool)).capture(sink)
        finally:
            assert not list((tmp_path / "spool").iterdir())
        return sink

    return capture


def test_the_output_is_one_file_and_says_what_it_is_worth(captured: Callable[..., Kept]) -> None:
    sink = captured("head -c 3000000 /dev/zero; echo the end", file="exam.sql")
    assert [(kind, entry.path) for kind, entry in sink.entries] == [("directory", b""), ("file", b"exam.sql")]
    assert sink.content[b"exam.sql"] == bytes(3_000_000) + b"the end\n"
    assert sink.entries[-1][1].size == 3_000_008 and sink.labels == {b"exam.sql": Label.OUTPUT}


@pytest.mark.parametrize(
    ("script", "options", "fault", "reason"),
    [
        ("echo half; echo access denied >&2; exit 2", {}, SourceFailed, "/bin/sh: exit 2: access denied"),
        ("echo half; kill -9 $$", {}, SourceFailed, "exit -9: no message"),
        ("echo half; sleep 600", {"limit_minutes": 0.1}, SourceLate, "not done after 6 s"),
        ("cat /dev/zero", {"limit_gb": 0.002}, SourceTooLarge, "more than its limit of 0.002 GB"),
    ],
)
def test_what_does_not_end_well_is_not_there_at_all(
    captured: Callable[..., Kept], script: str, options: dict[str, float], fault: type[Exception], reason: str
) -> None:
    with pytest.raises(fault, match=reason):
        captured(script, **options)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="/usr/bin/nosuchdump: No such file"):
        Options(argv=("/usr/bin/nosuchdump",)).open(Scratch(tmp_path, spool=Spool)).capture(Kept())


def test_arguments_meet_no_shell_and_the_environment_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYSQL_PWD", "secret")
    script = "import os, sys; print(sys.argv[1:], sorted(os.environ))"
    sink = Kept()
    Options(argv=(sys.executable, "-c", script, "$HOME; id", "*")).open(Scratch(tmp_path, spool=Spool)).capture(sink)
    assert (
        sink.content[b"output"].startswith(b"['$HOME; id', '*']")
        and b"MYSQL_PWD" not in sink.content[b"output"]
    )


def test_every_fault_of_the_options_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"argv: .*absolute.*; file: .*; limit_minutes: .*; limit_gb: "):
        Options(argv=("mysqldump",), file="../x", limit_minutes=0, limit_gb=0)
    with pytest.raises(ValueError, match="null byte"):
        Options(argv=(SH, "a\0b"))


def test_a_failing_program_leaves_the_other_sources_and_older_bundles_whole(
    tmp_path: Path, tree: Path, publish: Callable[..., Bundle], stock_open: Callable[[Path, Path], None]
) -> None:
    broken = SourceSpec(name="dump", options=Options(argv=(SH, "-c", "cat /dev/zero"), limit_gb=0.05))
    sources = (broken, SourceSpec(name="answers", options=Directory(path=tree)))
    older = publish(tree)
    bundle = publish(sources=sources)
    assert bundle.failed_sources == ("dump",) and bundle.sources[0].missing[0].reason.endswith(
        "limit of 0.05 GB"
    )
    first, second = outbox.bundles(tmp_path / "state")
    assert first.name == older.name
    assert [source.error for source in decode(second.manifest.read_bytes()).sources] == ["too_large", ""]
    stock_open(second.data, tmp_path / "out")
    assert not (tmp_path / "out" / "dump").exists()
    assert (tmp_path / "out" / "answers" / "room1" / "a.json").read_text() == '{"q1": "B"}'


def test_a_time_limit_holds_although_a_childs_child_keeps_the_output_open(
    captured: Callable[..., Kept],
) -> None:
    before_s = time.monotonic()
    with pytest.raises(SourceLate):
        captured("sleep 600 & echo half", limit_minutes=0.1)
    assert time.monotonic() - before_s < 30


def test_a_delta_holds_the_output_only_when_it_is_another(
    tmp_path: Path, publish: Callable[..., Bundle]
) -> None:
    (tmp_path / "said").write_text("one")
    sources = (SourceSpec(name="dump", options=Options(argv=("/bin/cat", str(tmp_path / "said")))),)
    files = [publish(sources=sources).files, publish(sources=sources, kind="delta").files]
    (tmp_path / "said").write_text("two")
    files.append(publish(sources=sources, kind="delta").files)
    assert files == [1, 0, 1]
