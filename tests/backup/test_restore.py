"""Restore: everything back as it was, nothing outside the directory, nothing before all is known good."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.age_keys import new_identity, parse_recipient
from appliance.backup.below import PathRefused
from appliance.backup.bundle import NAMESPACE, Bundle
from appliance.backup.keys import allowed_signers, signing_key
from appliance.backup.manifest import Manifest, decode, encode
from appliance.backup.place import Place, PlaceTaken
from appliance.backup.readback import ReadBackFile
from appliance.backup.restore import LATEST, NoSuchBundle, Restored, WouldOverwrite, restore
from appliance.backup.seal import Sealer
from appliance.backup.sshsig import sign
from appliance.backup.tar import TarWriter
from appliance.backup.unseal import BundleDamaged, RestoreError, WrongKey
from tests.backup.conftest import VENUE

Publish = Callable[..., Bundle]


@pytest.fixture
def restored(tmp_path: Path, identity: Path) -> Callable[..., Restored]:
    def call(into: Path, *, key: Path = identity, name: str = LATEST, **options: object) -> Restored:
        state = tmp_path / "state"
        signers = allowed_signers(state)
        return restore(
            outbox.outbox_of(state), allowed_signers=signers, name=name, identity=key, into=into, **options
        )

    return call


@pytest.fixture
def forge(tmp_path: Path, tree: Path, publish: Publish, recipient: str) -> Callable[..., None]:
    """Replace the bundle by one that the venue's own key signed: the venue itself is the attacker."""

    def make(fill: Callable[[TarWriter], list[dict[str, object]]]) -> None:
        publish(tree)
        (bundle,) = outbox.bundles(tmp_path / "state")
        bundle.data.unlink()
        sealer = Sealer(ReadBackFile(bundle.data, mode=0o600), [parse_recipient(recipient)])
        tar = TarWriter(sealer)
        listing = "".join(json.dumps(record) + "\n" for record in fill(tar)).encode()
        put(tar, b".venue/files.jsonl", listing)
        tar.close()
        size, digest = sealer.finish()
        fields = {
            **asdict(decode(bundle.manifest.read_bytes())),
            "size": size,
            "sha256": digest,
            "sources": (),
        }
        raw = encode(Manifest(**fields))
        bundle.manifest.write_bytes(raw)
        bundle.signature.write_bytes(
            sign(raw, key=signing_key(tmp_path / "state", VENUE), namespace=NAMESPACE)
        )

    return make


def put(tar: TarWriter, path: bytes, content: bytes) -> dict[str, object]:
    tar.file(path, size=len(content), mode=0o640, mtime_ns=0)
    tar.write(content)
    tar.end()
    digest = hashlib.sha256(content).hexdigest()
    return {"path": path.decode(), "type": "file", "size": len(content), "sha256": digest, "label": "stable"}


def test_everything_comes_back_with_its_mode_and_its_time(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    with open(os.path.join(os.fsencode(tree), b"\xff\xfe"), "wb") as file:
        file.write(os.urandom(3 << 20))
    (tree / "room1" / "a.json").chmod(0o604)
    (tree / "room1").chmod(0o500)
    bundle = publish(tree)
    result = restored(tmp_path / "out")
    subprocess.run(
        ["diff", "-r", "--no-dereference", str(tree), str(tmp_path / "out" / "answers")], check=True
    )
    assert (result.name, result.files, result.symlinks) == (bundle.name, 4, 1)
    for path in ("room1/a.json", "room1", "room1/empty", "."):
        before, after = (tree / path).stat(), (tmp_path / "out" / "answers" / path).stat()
        assert (stat.S_IMODE(before.st_mode), before.st_mtime_ns) == (
            stat.S_IMODE(after.st_mode),
            after.st_mtime_ns,
        )
    assert os.listdir(tmp_path / "out") == ["answers"]


def test_a_second_restore_finds_everything_unchanged(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    restored(tmp_path / "out")
    result = restored(tmp_path / "out")
    assert (result.files, result.symlinks, result.unchanged) == (0, 0, 4)


def test_a_differing_file_is_kept_unless_forced_and_then_nothing_else_is_touched_either(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    mine = tmp_path / "out" / "answers" / "room1" / "a.json"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(WouldOverwrite, match=r"a\.json"):
        restored(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["answers", "room1", "a.json"]
    assert restored(tmp_path / "out", force=True).files == 3
    assert mine.read_text() == '{"q1": "B"}'


def test_beside_another_restore_it_is_refused_and_one_that_was_killed_is_gone_on_with(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    restored(tmp_path / "out", paths=("answers/room1",))
    pid = os.fork()
    if not pid:
        try:
            restored(tmp_path / "out", told=lambda done, total: os.kill(os.getpid(), signal.SIGSTOP))
        finally:
            os._exit(0)
    assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
    with pytest.raises(PlaceTaken, match="another restore is under way there"):
        restored(tmp_path / "out")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert (tmp_path / "out" / ".venue-restore").exists(), "what it left"
    result = restored(tmp_path / "out")
    assert (result.files, result.unchanged) == (1, 2) and os.listdir(tmp_path / "out") == ["answers"]


@pytest.mark.parametrize("at", range(4))
def test_a_restore_killed_while_it_puts_things_in_place_shows_nothing_half_and_is_gone_on_with(
    at: int, tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    shutil.copytree(tree, tmp_path / "more", symlinks=True)
    publish(tree, tmp_path / "more")
    pid = os.fork()
    if not pid:
        renamed, left = os.rename, iter([None] * at)

        def rename(*told: bytes, **where: int) -> None:
            next(left, 0) is None or os.kill(os.getpid(), signal.SIGKILL)
            renamed(*told, **where)

        try:
            os.rename = rename
            restored(tmp_path / "out")
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL, "two links and two names"
    seen = set(os.listdir(tmp_path / "out")) - {".venue-restore"}
    assert seen == ({"answers"} if at == 3 else set())
    for name in seen:
        subprocess.run(["diff", "-r", "--no-dereference", tree, tmp_path / "out" / name], check=True)
    result = restored(tmp_path / "out")
    assert result.files + result.unchanged + result.symlinks == 8
    assert sorted(os.listdir(tmp_path / "out")) == ["answers", "answers2"]
    for name in ("answers", "answers2"):
        subprocess.run(["diff", "-r", "--no-dereference", tree, tmp_path / "out" / name], check=True)


def test_what_was_staged_is_taken_away_before_the_next_restore_may_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    removed = shutil.rmtree
    held: list[bool] = []

    def look(path: Path, *, ignore_errors: bool) -> None:
        fd = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.append(False)
        except BlockingIOError:
            held.append(True)
        finally:
            os.close(fd)
        removed(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", look)
    place.close()
    assert held == [True] and not os.listdir(tmp_path)


def test_only_the_paths_asked_for_come_back(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    assert restored(tmp_path / "out", paths=["answers/room1/", "answers/link"]).files == 2
    assert sorted(os.listdir(tmp_path / "out" / "answers")) == ["link", "room1"]
    with pytest.raises(RestoreError, match="holds nothing at"):
        restored(tmp_path / "out", paths=["answers/room"])


def test_an_older_bundle_is_restored_by_its_name_and_an_unknown_one_refused(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    first = publish(tree)
    (tree / "later").touch()
    publish(tree)
    restored(tmp_path / "out", name=first.name)
    assert not (tmp_path / "out" / "answers" / "later").exists()
    with pytest.raises(NoSuchBundle):
        restored(tmp_path / "out", name="nonsense")


def test_a_wrong_or_unusable_key_is_one_clear_error(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    (tmp_path / "other").write_text(new_identity()[0])
    with pytest.raises(WrongKey, match="does not open it"):
        restored(tmp_path / "out", key=tmp_path / "other")
    (tmp_path / "other").write_text("nonsense")
    with pytest.raises(RestoreError, match="not a key"):
        restored(tmp_path / "out", key=tmp_path / "other")
    assert not (tmp_path / "out").exists() or not os.listdir(tmp_path / "out")


@pytest.mark.parametrize("at", [0, 100, 200, -1, -1000])
def test_an_altered_bundle_puts_nothing_in_place(
    at: int, tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    (bundle,) = outbox.bundles(tmp_path / "state")
    data = bytearray(bundle.data.read_bytes())
    data[at] ^= 1
    bundle.data.write_bytes(data)
    with pytest.raises((BundleDamaged, WrongKey)):
        restored(tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []


def test_a_manifest_that_is_not_signed_by_the_venue_is_not_restored(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    allowed_signers(tmp_path / "state").write_text("")
    with pytest.raises(BundleDamaged, match="allowed_signers"):
        restored(tmp_path / "out")


@pytest.mark.parametrize(
    "path", [b"../evil", b"/tmp/evil", b"answers/../../evil", b"answers//evil", b"./evil"]
)
def test_a_name_that_leads_out_of_the_directory_is_refused(
    path: bytes, tmp_path: Path, forge: Callable[..., None], restored: Callable[..., Restored]
) -> None:
    forge(lambda tar: [put(tar, path, b"evil")])
    with pytest.raises(PathRefused):
        restored(tmp_path / "out")
    assert not list(tmp_path.rglob("evil"))


def test_a_link_in_the_bundle_is_never_written_through(
    tmp_path: Path, forge: Callable[..., None], restored: Callable[..., Restored]
) -> None:
    (tmp_path / "outside").mkdir()
    target = os.fsencode(tmp_path / "outside")

    def fill(tar: TarWriter) -> list[dict[str, object]]:
        tar.symlink(b"answers/x", target=target, mtime_ns=0)
        link = {"path": "answers/x", "type": "symlink", "target": target.decode()}
        return [link, put(tar, b"answers/x/evil", b"evil")]

    forge(fill)
    with pytest.raises(PathRefused):
        restored(tmp_path / "out")
    assert not os.listdir(tmp_path / "outside")


def test_a_link_that_stands_in_the_directory_is_never_written_through(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "answers").symlink_to(tmp_path / "outside")
    with pytest.raises(PathRefused, match="stands in its way"):
        restored(tmp_path / "out", force=True)
    assert not os.listdir(tmp_path / "outside")


def test_a_file_link_that_stands_there_is_replaced_and_not_followed(
    tmp_path: Path, tree: Path, publish: Publish, restored: Callable[..., Restored]
) -> None:
    publish(tree)
    (tmp_path / "victim").write_text("victim")
    (tmp_path / "out" / "answers" / "room1").mkdir(parents=True)
    (tmp_path / "out" / "answers" / "room1" / "a.json").symlink_to(tmp_path / "victim")
    restored(tmp_path / "out", force=True)
    assert (tmp_path / "victim").read_text() == "victim"


def test_content_that_is_not_what_the_list_says_is_refused(
    tmp_path: Path, forge: Callable[..., None], restored: Callable[..., Restored]
) -> None:
    forge(lambda tar: [{**put(tar, b"answers/a", b"what it is"), "sha256": "0" * 64}])
    with pytest.raises(BundleDamaged, match="not what was captured"):
        restored(tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize("digest", ["", "0" * 62, "0" * 66, "no hex"])
def test_a_list_without_a_sha256_is_refused(
    digest: str, tmp_path: Path, forge: Callable[..., None], restored: Callable[..., Restored]
) -> None:
    forge(lambda tar: [{**put(tar, b"answers/a", b"what it is"), "sha256": digest}])
    with pytest.raises(BundleDamaged, match="no sha256"):
        restored(tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []


def test_the_later_member_of_a_name_counts_and_what_was_not_captured_does_not_come_back(
    tmp_path: Path, forge: Callable[..., None], restored: Callable[..., Restored]
) -> None:
    def fill(tar: TarWriter) -> list[dict[str, object]]:
        put(tar, b"answers/twice", b"first taking")
        put(tar, b"answers/broken", b"half\x00\x00")
        return [
            put(tar, b"answers/twice", b"second"),
            {"path": "answers/broken", "type": "not_captured", "reason": "EIO"},
        ]

    forge(fill)
    result = restored(tmp_path / "out")
    assert (result.files, result.not_captured) == (1, 1)
    assert (tmp_path / "out" / "answers" / "twice").read_bytes() == b"second"
    assert not (tmp_path / "out" / "answers" / "broken").exists()
