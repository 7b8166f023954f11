"""`venue backup list|verify|restore` and `venue province init`, as a person and as a program call them."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.age_keys import new_identity
from appliance.backup.bundle import Bundle
from appliance.backup.keys import allowed_signers
from appliance.cli import main
from appliance.cli.backup_keep import written_bytes
from tests.backup.conftest import NOW, VENUE
from tests.fakes.place import TIMETABLE

Publish = Callable[..., Bundle]


def venue(*argv: str) -> int:
    """The exit code of `venue ARGV`."""
    return main(argv)


def test_list_names_the_bundles_for_people_and_for_programs(
    tmp_path: Path, tree: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, state = publish(tree), str(tmp_path / "state")
    assert venue("backup", "list", "--state", state) == 0
    assert capsys.readouterr().out.split()[:2] == [bundle.name, str(bundle.sealed_bytes)]
    assert venue("backup", "list", "--state", state, "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == 1 and value["bundles"][0]["counter"] == 1


def test_verify_is_0_when_all_is_well_and_2_when_a_file_was_altered(
    tmp_path: Path, tree: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tree)
    state = str(tmp_path / "state")
    assert venue("backup", "verify", "--state", state) == 0
    (bundle,) = outbox.bundles(tmp_path / "state")
    bundle.data.write_bytes(b"x" * bundle.data.stat().st_size)
    capsys.readouterr()
    assert venue("backup", "verify", "--state", state, "--json") == 2
    value = json.loads(capsys.readouterr().out)
    assert [finding["fault"] for finding in value["findings"]] == ["sha256"]


def test_restore_brings_the_files_back_and_a_wrong_key_is_one_line(
    tmp_path: Path, tree: Path, publish: Publish, identity: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tree)
    argv = ["backup", "restore", "--state", str(tmp_path / "state"), "--into", str(tmp_path / "out")]
    assert venue(*argv, "--identity", str(identity), "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"] == 3
    (tmp_path / "other").write_text(new_identity()[0])
    assert venue(*argv, "--identity", str(tmp_path / "other")) == 2
    output = capsys.readouterr()
    assert output.out == "" and len(output.err.splitlines()) == 1
    assert venue(*argv, "--identity", str(tmp_path / "nowhere")) == 69


def test_a_restore_that_was_incomplete_at_its_source_says_so(
    tmp_path: Path, tree: Path, publish: Publish, identity: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = tree.joinpath(*["d"] * 210)
    deep.mkdir(parents=True)
    assert publish(tree).not_captured[0].reason == "too_deep"
    argv = ["--state", str(tmp_path / "state"), "--into", str(tmp_path / "out"), "--identity", str(identity)]
    assert venue("backup", "restore", *argv) == 0
    assert "1 could not be captured" in capsys.readouterr().err


def test_province_init_prints_the_recipient_alone_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert venue("province", "init", str(tmp_path / "p")) == 0
    output = capsys.readouterr()
    assert output.out.strip() == (tmp_path / "p" / "recipients.txt").read_text().strip()
    assert "SECRET" not in output.out + output.err
    assert venue("province", "init", str(tmp_path / "p")) == 2


def test_a_configuration_that_is_missing_is_78_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert venue("backup", "list", "--config", str(tmp_path / "nowhere.toml")) == 78
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_restore_as_of_a_time_takes_the_bundle_of_then_and_says_what_a_time_is(
    tmp_path: Path, tree: Path, publish: Publish, identity: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = publish(tree, now=NOW)
    (tree / "late").write_text("late")
    publish(tree, kind="delta", now=NOW + timedelta(hours=1))
    argv = ["backup", "restore", "--state", str(tmp_path / "state"), "--identity", str(identity)]
    assert venue(*argv, "--into", str(tmp_path / "a"), "--at", "2026-09-05T04:00+00:00", "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == then.name and not (tmp_path / "a/answers/late").exists()
    assert venue(*argv, "--into", str(tmp_path / "b"), "--at", "2026-09-05T05:00+00:00") == 0
    assert "from 2 bundles" in capsys.readouterr().out and (tmp_path / "b/answers/late").exists()
    assert venue(*argv, "--into", str(tmp_path / "c"), "--at", "2020-01-01") == 2
    assert "none of 2 bundles was made at" in capsys.readouterr().err
    for wrong in ("yesterday", "25:00", ""):
        assert venue(*argv, "--into", str(tmp_path / "d"), "--at", wrong) == 64
        assert "a time was expected" in capsys.readouterr().err


def test_of_an_outbox_that_is_not_there_nothing_is_said_to_be_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert venue("backup", "verify", "--state", str(tmp_path / "mistyped")) == 69
    said = capsys.readouterr()
    assert said.out == "" and said.err == f"venue: {tmp_path}/mistyped/outbox: No such file or directory\n"


def test_a_public_key_in_the_private_ones_place_is_called_that(
    tmp_path: Path, tree: Path, publish: Publish, identity: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tree)
    words = ["backup", "restore", "--state", str(tmp_path / "state"), "--into", str(tmp_path / "into"), "--identity"]
    assert venue(*words, str(identity.with_name("recipients.txt"))) == 2
    assert "a public key (age1…) stands where" in capsys.readouterr().err
    assert venue(*words, str(tmp_path / "none")) == 69
    assert capsys.readouterr().err == f"venue: {tmp_path}/none: No such file or directory\n"


def test_at_a_terminal_and_nowhere_else_a_run_names_the_files_that_it_could_not_take(
    tmp_path: Path, tree: Path, recipient: str
) -> None:
    os.truncate(tree / "room1" / "nothing", 20 << 30)
    config = tmp_path / "appliance.toml"
    config.write_text(
        f'[venue]\ncode = "{VENUE}"\nname = "x"\nstate_dir = "{tmp_path}/state"\nrun_dir = "{tmp_path}/run"\n'
        f'timetable = "timetable.toml"\n[backup]\nrecipients = ["{recipient}"]\n'
        f'[[backup.source]]\nname = "answers"\ndriver = "directory"\npath = "{tree}"\n'
    )
    (tmp_path / "timetable.toml").write_text(TIMETABLE)
    argv = [sys.executable, "-m", "appliance", "backup", "run", "--config", str(config)]
    piped = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    assert "1 files are missing" in piped.stderr and "nothing" not in piped.stderr
    terminal, theirs = pty.openpty()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=theirs, timeout=60, check=True)
    os.close(theirs)
    said = os.read(terminal, 10_000).decode()
    os.close(terminal)
    assert "answers/room1/nothing: too_large" in said


def test_a_receipt_without_its_signature_is_one_line_and_the_next_ones_are_looked_at(
    tmp_path: Path, tree: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tree)
    key = allowed_signers(tmp_path / "state").read_text().partition("ssh-ed25519 ")[2].split()[0]
    config = tmp_path / "appliance.toml"
    config.write_text(
        f'[venue]\ncode = "{VENUE}"\nname = "x"\nstate_dir = "{tmp_path}/state"\n'
        f'timetable = "timetable.toml"\n[backup]\nreceipt_keys = ["ssh-ed25519 {key}"]\n'
    )
    (tmp_path / "timetable.toml").write_text(TIMETABLE)
    stick = tmp_path / "stick"
    stick.mkdir()
    for name in ("a", "b"):
        (stick / f"{name}.receipt.json").write_text("{}")
    (stick / "b.receipt.json.sig").write_text("none")
    assert venue("backup", "receipt", "--config", str(config), str(stick)) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and "a.receipt.json.sig is not beside it" in said[0] and "b.receipt.json" in said[1]


def test_what_another_process_wrote_for_this_one_is_counted_once(tmp_path: Path) -> None:
    size, before = 4 << 20, written_bytes()
    code = "import os,sys; f = open(sys.argv[1], 'wb'); f.write(bytes(int(sys.argv[2]))); f.flush(); os.fsync(f)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "sealed"), str(size)], check=True, timeout=60)
    counted = written_bytes() - before
    if not counted:
        pytest.skip("the kernel counts no writes here")
    assert size <= counted < 2 * size
