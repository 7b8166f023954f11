"""Verify finds what was altered, lost, cut or exchanged, and nothing where nothing is wrong."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, Published
from appliance.backup.keys import allowed_signers
from appliance.backup.manifest import LIMIT_BYTES, ManifestFault, decode
from appliance.backup.verify import Fault, verify_all

GOOD = {
    "format": 1, "venue": "v", "name": "n", "counter": 1, "kind": "full", "stage": "", "parent": None,
    "created_at": "2026-09-05T03:15:00+00:00", "sitting": "", "phase": "", "reason": "", "size": 1,
    "sha256": "a" * 64, "previous_sha256": None, "log_seq": 0, "log_hash": "", "sources": [],
}  # fmt: skip


@pytest.fixture
def three(tmp_path: Path, tree: Path, publish: Callable[..., Bundle]) -> list[Published]:
    for _ in range(3):
        publish(tree)
    return outbox.bundles(tmp_path / "state")


def faults(bundle: Published) -> set[Fault]:
    state = bundle.directory.parent
    report = verify_all(bundle.directory, allowed_signers=allowed_signers(state))
    return {finding.fault for finding in report.findings}


def test_three_good_bundles_have_no_finding_and_every_byte_is_told(three: list[Published]) -> None:
    told: list[tuple[int, int]] = []
    signers = allowed_signers(three[0].directory.parent)
    report = verify_all(
        three[0].directory, allowed_signers=signers, told=lambda done, total: told.append((done, total))
    )
    assert (report.bundles, report.findings) == (3, ())
    assert told[-1] == (report.sealed_bytes, report.sealed_bytes)


def test_an_altered_sealed_file_is_found(three: list[Published]) -> None:
    data = bytearray(three[1].data.read_bytes())
    data[-1] ^= 1
    three[1].data.write_bytes(data)
    assert faults(three[0]) == {Fault.SHA256}
    three[1].data.write_bytes(data[:-1])
    assert faults(three[0]) == {Fault.SIZE}
    three[1].data.unlink()
    assert faults(three[0]) == {Fault.FILE_MISSING}


def test_an_altered_manifest_or_signature_is_found(three: list[Published]) -> None:
    raw = three[1].manifest.read_bytes()
    three[1].manifest.write_bytes(raw.replace(b'"full"', b'"fuII"'))
    assert faults(three[0]) == {Fault.SIGNATURE}
    three[1].manifest.write_bytes(raw)
    three[1].signature.write_bytes(b"junk")
    assert faults(three[0]) == {Fault.SIGNATURE}


def test_a_bundle_gone_from_the_middle_or_the_end_is_found(three: list[Published]) -> None:
    for path in (three[1].data, three[1].manifest, three[1].signature):
        path.unlink()
    assert faults(three[0]) == {Fault.GAP}
    for path in (three[2].data, three[2].manifest, three[2].signature):
        path.unlink()
    assert faults(three[0]) == {Fault.NEWEST_MISSING}


def test_bundles_that_changed_names_are_found(three: list[Published]) -> None:
    first, second = three[0], three[1]
    for mine, other in ((first.manifest, second.manifest), (first.signature, second.signature)):
        mine_bytes, other_bytes = mine.read_bytes(), other.read_bytes()
        mine.write_bytes(other_bytes)
        other.write_bytes(mine_bytes)
    assert Fault.NAME in faults(first)


def test_a_row_that_was_begun_anew_with_the_venues_own_key_breaks_the_chain(
    tmp_path: Path, tree: Path, publish: Callable[..., Bundle], three: list[Published]
) -> None:
    saved = {path: path.read_bytes() for path in (three[2].data, three[2].manifest, three[2].signature)}
    for bundle in three[1:]:
        for path in (bundle.data, bundle.manifest, bundle.signature):
            path.unlink()
    (three[0].directory / ".head").unlink()
    publish(tree, reason="another second one")
    for path, data in saved.items():
        path.write_bytes(data)
    assert faults(three[0]) == {Fault.CHAIN}


def test_an_outbox_that_is_not_there_has_no_bundles_and_no_findings(tmp_path: Path) -> None:
    report = verify_all(tmp_path / "nowhere", allowed_signers=tmp_path / "nobody")
    assert (report.bundles, report.findings) == (0, ())


def test_a_good_manifest_is_read_and_unknown_fields_are_ignored() -> None:
    assert decode(json.dumps({**GOOD, "later": [1]}).encode()).venue == "v"


@pytest.mark.parametrize("key", sorted(GOOD))
@pytest.mark.parametrize("value", [[], {}, True, -1, 1.5, "nonsense", 1 << 70])
def test_a_field_of_the_wrong_type_is_refused_or_a_text(key: str, value: object) -> None:
    raw = json.dumps({**GOOD, key: value}).encode()
    texts = {"venue", "name", "kind", "stage", "parent", "sitting", "phase", "reason", "log_hash"}
    if (key in texts and isinstance(value, str)) or (key, value) == ("sources", []):
        decode(raw)
        return
    with pytest.raises(ManifestFault):
        decode(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=4)
    ),
)


@given(changed=st.dictionaries(st.sampled_from(sorted(GOOD)), JSON, min_size=1, max_size=4))
@settings(max_examples=500)
def test_any_manifest_is_read_or_refused_with_our_own_error_only(changed: dict[str, object]) -> None:
    with contextlib.suppress(ManifestFault):
        decode(json.dumps({**GOOD, **changed}).encode())


@given(raw=st.binary(max_size=300))
@settings(max_examples=300)
def test_bytes_that_are_no_manifest_are_refused(raw: bytes) -> None:
    with pytest.raises(ManifestFault):
        decode(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b" " * (LIMIT_BYTES + 1),
        b'{"format": 1, "format": 1}',
        b'{"format": NaN}',
        b"9" * 5000,
    ],
)
def test_hostile_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ManifestFault):
        decode(raw)
