"""A bundle as CONTRACT.md has it, made by the real pipeline and opened by stock tools alone."""

import gc
import hashlib
import json
import os
import resource
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import (
    AllSourcesFailed,
    BackupBusy,
    Bundle,
    OutboxUnwritable,
    Progress,
    Request,
    RequestRefused,
    bundle_name,
)
from appliance.backup.job import run
from appliance.backup.manifest import decode
from tests.backup.conftest import NOW, VENUE

Publish = Callable[..., Bundle]
Open = Callable[[Path, Path], None]


def published(state: Path) -> list[str]:
    return [bundle.name for bundle in outbox.bundles(state)]


def test_stock_tools_open_the_bundle_and_find_every_byte(
    tmp_path: Path, tree: Path, publish: Publish, stock_open: Open
) -> None:
    bundle = publish(tree)
    assert bundle.name == "520100-03-000001-20260905T031500Z-full"
    stock_open(tmp_path / "state" / "outbox" / (bundle.name + ".tar.zst.age"), tmp_path / "out")
    subprocess.run(
        ["diff", "-r", "--no-dereference", str(tree), str(tmp_path / "out" / "answers")], check=True
    )
    assert (tmp_path / "out" / ".venue" / "log.jsonl").read_text() == '{"seq": 1}\n{"seq": 2}\n'
    lines = (tmp_path / "out" / ".venue" / "files.jsonl").read_text().splitlines()
    files = {record["path"]: record for record in map(json.loads, lines)}
    content = (tree / "考生答案.txt").read_bytes()
    record = files["answers/考生答案.txt"]
    assert (record["size"], record["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert record["label"] == "stable" and files["answers/link"]["target"] == "room1/a.json"


def test_the_members_stand_in_the_order_of_the_contract(
    tmp_path: Path, tree: Path, publish: Publish, stock_open: Open, tool: Callable[[str], str]
) -> None:
    bundle = publish(tree)
    stock_open(tmp_path / "state" / "outbox" / (bundle.name + ".tar.zst.age"), tmp_path / "out")
    listing = subprocess.run([tool("tar"), "-tf", str(tmp_path / "out.tar")], capture_output=True, check=True)
    names = listing.stdout.decode().splitlines()
    assert (names[0], names[1], names[-2:]) == (
        ".venue/bundle.json", "answers/", [".venue/log.jsonl", ".venue/files.jsonl"]
    )  # fmt: skip


def test_ssh_keygen_verifies_the_manifest(
    tmp_path: Path, tree: Path, publish: Publish, tool: Callable[[str], str]
) -> None:
    publish(tree)
    (bundle,) = outbox.bundles(tmp_path / "state")
    argv = [tool("ssh-keygen"), "-Y", "verify", "-f", str(tmp_path / "state" / "keys" / "allowed_signers")]
    argv += ["-I", VENUE, "-n", "venue-backup", "-s", str(bundle.signature)]
    subprocess.run(argv, input=bundle.manifest.read_bytes(), check=True, capture_output=True)


def test_the_manifest_counts_and_names_neither_path_nor_candidate(
    tmp_path: Path, tree: Path, publish: Publish
) -> None:
    result = publish(tree, stage="final", sitting="2026-09-05-am", phase="closing", log_seq=7, log_hash="ab")
    (bundle,) = outbox.bundles(tmp_path / "state")
    raw = bundle.manifest.read_bytes()
    manifest = decode(raw)
    assert (manifest.stage, manifest.sitting, manifest.log_seq, manifest.parent) == (
        "final",
        "2026-09-05-am",
        7,
        None,
    )
    assert manifest.sha256 == result.sha256 == hashlib.sha256(bundle.data.read_bytes()).hexdigest()
    (source,) = manifest.sources
    assert (source.name, source.files, source.symlinks, source.directories) == ("answers", 3, 1, 3)
    assert all(word not in raw for word in (b"a.json", "考生".encode(), os.fsencode(tree)))


def test_outbox_and_files_have_the_rights_the_web_server_needs(
    tmp_path: Path, tree: Path, publish: Publish
) -> None:
    publish(tree)
    (bundle,) = outbox.bundles(tmp_path / "state")
    assert stat.S_IMODE(bundle.directory.stat().st_mode) == 0o2750
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (bundle.data, bundle.manifest, bundle.signature)}
    assert modes == {0o640}


def test_the_counter_rises_when_the_clock_is_set_back_and_after_pruning(
    tmp_path: Path, tree: Path, publish: Publish
) -> None:
    names = [publish(tree, now=NOW - timedelta(days=number)).name for number in range(3)]
    assert published(tmp_path / "state") == names
    for path in (tmp_path / "state" / "outbox").glob("5*"):
        path.unlink()
    assert publish(tree).counter == 4
    (tmp_path / "state" / "outbox" / ".head").unlink()
    assert publish(tree).counter == 5


def test_a_damaged_head_is_counted_around_unless_nothing_is_left_to_count_from(
    tmp_path: Path, tree: Path, publish: Publish
) -> None:
    publish(tree)
    head = tmp_path / "state" / "outbox" / ".head"
    head.write_text("junk")
    assert publish(tree).counter == 2
    head.write_text("junk")
    for path in (tmp_path / "state" / "outbox").glob("5*"):
        path.unlink()
    with pytest.raises(outbox.HeadDamaged):
        publish(tree)


def test_each_manifest_names_the_one_before(tmp_path: Path, tree: Path, publish: Publish) -> None:
    first, second = publish(tree), publish(tree)
    manifests = [decode(bundle.manifest.read_bytes()) for bundle in outbox.bundles(tmp_path / "state")]
    assert [manifest.previous_sha256 for manifest in manifests] == [None, first.manifest_sha256]
    assert second.counter == 2


def test_a_failing_source_is_named_and_the_others_are_sealed(
    tmp_path: Path, tree: Path, publish: Publish, stock_open: Open
) -> None:
    bundle = publish(tmp_path / "nowhere", tree)
    assert bundle.failed_sources == ("answers",)
    (found,) = outbox.bundles(tmp_path / "state")
    assert [source.error for source in decode(found.manifest.read_bytes()).sources] == ["missing", ""]
    stock_open(found.data, tmp_path / "out")
    assert (tmp_path / "out" / "answers2" / "room1" / "a.json").exists()


def test_nothing_is_published_when_every_source_fails(tmp_path: Path, publish: Publish) -> None:
    with pytest.raises(AllSourcesFailed, match="nowhere"):
        publish(tmp_path / "nowhere")
    assert sorted(os.listdir(tmp_path / "state" / "outbox")) == [".lock"]


def test_a_second_run_at_the_same_time_is_busy(tmp_path: Path, tree: Path, publish: Publish) -> None:
    with outbox.locked(tmp_path / "state"), pytest.raises(BackupBusy):
        publish(tree)
    publish(tree)


def test_requests_that_make_no_sense_are_refused_with_every_reason(
    tree: Path, request_for: Callable[..., Request]
) -> None:
    request = request_for(tree, recipients=(), venue="../x", kind="huge")
    with pytest.raises(RequestRefused, match=r"recipient.*venue code.*kind"):
        run(request, log_rows=[], now=NOW)
    with pytest.raises(RequestRefused, match="no source"):
        run(request_for(), log_rows=[], now=NOW)
    with pytest.raises(RequestRefused, match=r"backup\.recipients"):
        run(request_for(tree, recipients=("age1nonsense",)), log_rows=[], now=NOW)
    with pytest.raises(ValueError, match="time zone"):
        run(request_for(tree), log_rows=[], now=datetime(2026, 9, 5))  # noqa: DTZ001 - that is the fault


def test_the_sweep_removes_rubbish_and_nothing_else(tmp_path: Path, tree: Path, publish: Publish) -> None:
    kept = publish(tree).name
    directory = tmp_path / "state" / "outbox"
    before = set(os.listdir(directory))
    half = bundle_name(venue=VENUE, counter=2, now=NOW, kind="full")
    for name in (half + ".tar.zst.age", half + ".json", f".{half}.json.sig.part", ".head.part"):
        (directory / name).touch()
    (directory / "notes.txt").touch()
    assert outbox.sweep(directory) == 4
    assert set(os.listdir(directory)) == before | {"notes.txt"}
    assert published(tmp_path / "state") == [kept]


def test_progress_names_the_source_and_grows(
    tmp_path: Path, tree: Path, request_for: Callable[..., Request]
) -> None:
    (tree / "large").write_bytes(bytes(64 << 20))
    told: list[Progress] = []
    run(request_for(tree), log_rows=[], now=NOW, progress=told.append)
    counts = [step.content_bytes for step in told]
    assert told[0].source == "answers" and counts == sorted(counts)


def test_a_full_disk_in_the_middle_publishes_nothing_and_leaves_nothing(
    tmp_path: Path, tree: Path, publish: Publish
) -> None:
    kept = publish(tree).name
    (tree / "large").write_bytes(os.urandom(8 << 20))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, limits[1]))
    try:
        with pytest.raises(OutboxUnwritable):
            publish(tree)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert published(tmp_path / "state") == [kept]
    assert not list((tmp_path / "state" / "outbox").glob(".*.part"))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("seal-")]
    assert publish(tree).counter == 2


@pytest.mark.root
def test_enospc_on_a_real_file_system_publishes_nothing(tmp_path: Path, tree: Path, publish: Publish) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a tmpfs of 4 MB")
    (tmp_path / "state").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path / "state")])
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        kept = publish(tree).name
        (tree / "large").write_bytes(os.urandom(8 << 20))
        with pytest.raises(OutboxUnwritable, match="No space"):
            publish(tree)
        assert published(tmp_path / "state") == [kept]
        (tree / "large").unlink()
        assert publish(tree).counter == 2
    finally:
        subprocess.run(["umount", str(tmp_path / "state")], check=True)


def test_the_collector_is_as_it_was_after_a_bundle_that_was_made_and_one_that_was_not(
    tree: Path, request_for: Callable[..., Request]
) -> None:
    before = gc.get_threshold()
    run(request_for(tree), log_rows=[], now=NOW)
    shutil.rmtree(tree)
    with pytest.raises(AllSourcesFailed):
        run(request_for(tree), log_rows=[], now=NOW)
    assert gc.get_threshold() == before
