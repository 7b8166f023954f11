"""What is pruned: receipted groups, oldest first, never a bundle that another needs; killed anywhere, all opens."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.backup import keep, outbox
from appliance.backup.bundle import Bundle, Published
from appliance.backup.keys import allowed_signers
from appliance.backup.restore import restore
from appliance.backup.verify import Fault, verify_all
from tests.backup.conftest import NOW

Publish = Callable[..., Bundle]


def made(publish: Publish, tree: Path, kinds: str, *, days_apart: float = 1) -> list[str]:
    """Bundles, `f` full and `d` delta, the last one now."""
    names = []
    for number, kind in enumerate(kinds):
        (tree / f"{number}.json").write_text(f"answer {number}")
        now = NOW - timedelta(days=days_apart * (len(kinds) - 1 - number))
        names.append(publish(tree, kind="full" if kind == "f" else "delta", now=now).name)
    return names


def dropped(state: Path, receipted: set[str], *, over: int = 0, keep_days: int = 30) -> list[tuple[str, list[str]]]:
    groups = keep.to_drop(
        keep.groups_of(outbox.bundles(state)), receipted=receipted, now=NOW, keep_days=keep_days, over_bytes=over
    )
    return [(group.reason, [bundle.name for bundle in group.bundles]) for group in groups]


def pruned(state: Path, receipted: set[str], *, over: int = 0, keep_days: int = 30) -> None:
    directory = outbox.outbox_of(state)
    for group in keep.to_drop(
        keep.groups_of(outbox.bundles(state)), receipted=receipted, now=NOW, keep_days=keep_days, over_bytes=over
    ):
        keep.remove(directory, group)


def test_what_is_old_goes_only_with_a_receipt_and_with_all_that_builds_on_it(
    publish: Publish, tree: Path, tmp_path: Path
) -> None:
    names = made(publish, tree, "fddfdf", days_apart=20)
    state = tmp_path / "state"
    assert dropped(state, set()) == []
    assert dropped(state, set(names) - {names[1]}) == []
    assert dropped(state, set(names[:3])) == [("age", names[:3])]
    assert dropped(state, set(names[:2])) == [], "a delta that is not receipted keeps its whole chain"


def test_for_room_the_oldest_receipted_goes_first_and_no_more_than_is_needed(
    publish: Publish, tree: Path, tmp_path: Path
) -> None:
    names = made(publish, tree, "ffff")
    state = tmp_path / "state"
    one = keep.size_of(outbox.bundles(state)[0])
    assert dropped(state, set(names), over=1) == [("room", names[:1])]
    assert [gone for _, gone in dropped(state, set(names), over=one + 1)] == [names[:1], names[1:2]]
    assert [gone for _, gone in dropped(state, set(names[1:]), over=one)] == [names[1:2]]
    assert len(dropped(state, set(names), over=1 << 60)) == 3, "the newest stays: the next delta builds on it"


def test_after_pruning_what_is_left_verifies_and_restores_and_the_counter_goes_on(
    publish: Publish, tree: Path, tmp_path: Path, identity: Path
) -> None:
    names = made(publish, tree, "fdfdfd")
    state = tmp_path / "state"
    pruned(state, set(names[2:4]), over=1)  # from the middle: the older ones are not receipted
    left = [bundle.name for bundle in outbox.bundles(state)]
    assert left == names[:2] + names[4:]
    assert verify_all(outbox.outbox_of(state), allowed_signers=allowed_signers(state)).findings == ()
    for name in (names[1], names[5]):
        restore(
            outbox.outbox_of(state), allowed_signers=allowed_signers(state), name=name, identity=identity,
            into=tmp_path / "into" / name,
        )  # fmt: skip
    assert publish(tree, kind="delta").counter == 7


def test_a_bundle_gone_that_was_not_pruned_is_a_gap_all_the_same(
    publish: Publish, tree: Path, tmp_path: Path
) -> None:
    names = made(publish, tree, "fffff")
    state = tmp_path / "state"
    pruned(state, set(names[:2]), over=1)
    for path in outbox.outbox_of(state).glob(f"{names[2]}*"):
        path.unlink()
    found = verify_all(outbox.outbox_of(state), allowed_signers=allowed_signers(state)).findings
    assert [finding.fault for finding in found] == [Fault.GAP] and "1 missing" in found[0].detail


@pytest.mark.parametrize("at", range(1, 14))
def test_killed_at_any_call_nothing_is_published_without_its_data_and_every_chain_is_whole(
    publish: Publish, tree: Path, tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    names = made(publish, tree, "fddf")
    state, calls = tmp_path / "state", 0
    real_unlink, real_fsync = os.unlink, os.fsync

    def breaking(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **words: object) -> object:
            nonlocal calls
            calls += 1
            if calls >= at:
                raise OSError(errno.EIO, "power cut")
            return real(*args, **words)

        return call

    with monkeypatch.context() as cut:
        cut.setattr(os, "unlink", breaking(real_unlink))
        cut.setattr(os, "fsync", breaking(real_fsync))
        try:
            pruned(state, set(names), over=1)
        except OSError:
            assert calls >= at
    left = outbox.bundles(state)
    assert all(bundle.data.exists() and bundle.manifest.exists() for bundle in left)
    assert [bundle.name for bundle in left][: len(left) - 1] == names[: len(left) - 1], "the newest delta goes first"
    for number, bundle in enumerate(left):
        restore(
            outbox.outbox_of(state), allowed_signers=allowed_signers(state), name=bundle.name, identity=identity,
            into=tmp_path / f"into{number}",
        )  # fmt: skip
    assert verify_all(outbox.outbox_of(state), allowed_signers=allowed_signers(state)).findings == ()
    publish(tree, kind="delta")


@pytest.mark.parametrize(
    "note",
    [
        b"", b"{", b"[]", b'{"counters": 7}', b'{"counters": [[1]]}', b'{"counters": [["a", 2]]}', b"[" * 90_000,
        b'{"counters": [[1e999, 2]]}',
    ],
)  # fmt: skip
def test_a_note_of_what_was_pruned_that_is_damaged_says_nothing(tmp_path: Path, note: bytes) -> None:
    (tmp_path / keep.PRUNED_NAME).write_bytes(note)
    assert keep.pruned_in(tmp_path) == set()


@given(st.binary(max_size=200))
def test_any_note_gives_a_set_and_never_an_error(tmp_path_factory: pytest.TempPathFactory, note: bytes) -> None:
    directory = tmp_path_factory.mktemp("note")
    (directory / keep.PRUNED_NAME).write_bytes(note)
    assert isinstance(keep.pruned_in(directory), set)


def test_a_span_without_end_costs_no_memory(tmp_path: Path) -> None:
    (tmp_path / keep.PRUNED_NAME).write_text('{"counters": [[1, 1000000000000]]}')
    assert len(keep.pruned_in(tmp_path)) <= 100_000
    spans = [[n * 200_000, n * 200_000 + 99_999] for n in range(50)]
    (tmp_path / keep.PRUNED_NAME).write_text(json.dumps({"counters": spans}))
    found = keep.pruned_in(tmp_path)
    assert len(found) == 100_000 and max(found) == spans[-1][1], "the newest are those that verify asks for"


def bundle_of(counter: int, kind: str, age_days: int) -> Published:
    created = NOW - timedelta(days=age_days)
    return Published(
        directory=Path("/nowhere"), name=f"b{counter}", venue="v", counter=counter, created_at=created, kind=kind
    )


@given(
    st.lists(st.tuples(st.sampled_from(["full", "delta"]), st.integers(0, 90), st.booleans()), max_size=20),
    st.integers(0, 3),
)
def test_whatever_there_is_nothing_unreceipted_goes_and_no_delta_loses_what_it_builds_on(
    rows: list[tuple[str, int, bool]], over: int
) -> None:
    bundles = [bundle_of(number, kind, age) for number, (kind, age, _) in enumerate(rows)]
    receipted = {f"b{number}" for number, (_, _, held) in enumerate(rows) if held}
    gone = {
        bundle.name
        for group in keep.to_drop(
            keep.groups_of(bundles), receipted=receipted, now=NOW, keep_days=30, over_bytes=over
        )
        for bundle in group.bundles
    }
    assert gone <= receipted and (not bundles or bundles[-1].name not in gone)
    for before, bundle in zip(bundles, bundles[1:], strict=False):
        assert bundle.kind == "full" or (before.name in gone) == (bundle.name in gone)


def test_a_medium_without_a_byte_left_is_relieved_all_the_same_and_the_note_follows(
    publish: Publish, tree: Path, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    names = made(publish, tree, "fff")
    outbox_there, full = outbox.outbox_of(tmp_path / "state"), tmp_path / "full"
    full.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "r1-full", str(full)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs here: {mounted.stderr.decode().strip()}")
    try:
        shutil.copytree(outbox_there, full, dirs_exist_ok=True)
        with pytest.raises(OSError, match="No space left"), (full / "filled").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        keep.remove(full, keep.groups_of(outbox.bundles_in(full))[0])
        assert [bundle.name for bundle in outbox.bundles_in(full)] == names[1:]
        assert keep.pruned_in(full) == {1}
    finally:
        subprocess.run(["umount", str(full)], check=True)
