"""SSHSIG both ways against ssh-keygen, and the venue's key as it is first made."""

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup.keys import SigningKeyUnusable, allowed_signers, signing_key
from appliance.backup.sshsig import SignatureFault, sign, verify

VENUE, NAMESPACE, MESSAGE = "520100-03", "venue-backup", b'{"format": 1}\n'


def check(signature: bytes, state_dir: Path, message: bytes = MESSAGE, **changed: str) -> None:
    text = changed.pop("allowed_signers", allowed_signers(state_dir).read_text())
    verify(
        message, signature, **{"allowed_signers": text, "principal": VENUE, "namespace": NAMESPACE, **changed}
    )


def test_ssh_keygen_verifies_what_we_sign(tmp_path: Path, tool: Callable[[str], str]) -> None:
    key = signing_key(tmp_path, VENUE)
    (tmp_path / "sig").write_bytes(sign(MESSAGE, key=key, namespace=NAMESPACE))
    argv = [
        tool("ssh-keygen"),
        "-Y",
        "verify",
        "-f",
        str(allowed_signers(tmp_path)),
        "-I",
        VENUE,
        "-n",
        NAMESPACE,
    ]
    argv += ["-s", str(tmp_path / "sig")]
    assert subprocess.run(argv, input=MESSAGE, capture_output=True).returncode == 0
    assert subprocess.run(argv, input=MESSAGE + b" ", capture_output=True).returncode != 0


def test_we_verify_what_ssh_keygen_signs_with_the_venues_key(
    tmp_path: Path, tool: Callable[[str], str]
) -> None:
    signing_key(tmp_path, VENUE)
    argv = [tool("ssh-keygen"), "-Y", "sign", "-f", str(tmp_path / "keys" / "venue_ed25519"), "-n", NAMESPACE]
    signature = subprocess.run(argv, input=MESSAGE, capture_output=True, check=True).stdout
    check(signature, tmp_path)


def test_another_message_namespace_principal_or_key_is_refused(tmp_path: Path) -> None:
    signature = sign(MESSAGE, key=signing_key(tmp_path, VENUE), namespace=NAMESPACE)
    check(signature, tmp_path)
    with pytest.raises(SignatureFault, match="altered"):
        check(signature, tmp_path, message=MESSAGE + b" ")
    with pytest.raises(SignatureFault, match="namespace"):
        check(signature, tmp_path, namespace="venue-receipt")
    with pytest.raises(SignatureFault, match="does not name"):
        check(signature, tmp_path, principal="520100-04")
    with pytest.raises(SignatureFault, match="does not name"):
        check(sign(MESSAGE, key=Ed25519PrivateKey.generate(), namespace=NAMESPACE), tmp_path)


def test_options_of_allowed_signers_narrow_and_unknown_ones_trust_nobody(tmp_path: Path) -> None:
    signature = sign(MESSAGE, key=signing_key(tmp_path, VENUE), namespace=NAMESPACE)
    key = allowed_signers(tmp_path).read_text().split(" ", 1)[1]
    check(signature, tmp_path, allowed_signers=f'# venues\na,{VENUE} namespaces="x,venue-backup" {key}')
    for line in (
        f'{VENUE} namespaces="x" {key}',
        f"{VENUE} cert-authority {key}",
        f"#{VENUE} {key}",
        "",
        "a b c",
    ):
        with pytest.raises(SignatureFault, match="does not name"):
            check(signature, tmp_path, allowed_signers=line)


@given(data=st.data())
@settings(max_examples=400)
def test_an_altered_signature_ends_in_our_own_error_only(data: st.DataObject) -> None:
    key = Ed25519PrivateKey.generate()
    good = sign(MESSAGE, key=key, namespace=NAMESPACE)
    at = data.draw(st.integers(0, len(good) - 2))
    junk = data.draw(st.binary(max_size=8).filter(lambda junk: junk.strip() != good[at : at + 1].strip()))
    with pytest.raises(SignatureFault):
        verify(
            MESSAGE,
            good[:at] + junk + good[at + 1 :],
            allowed_signers="",
            principal=VENUE,
            namespace=NAMESPACE,
        )


def test_the_key_is_made_once_with_narrow_rights(tmp_path: Path) -> None:
    first = signing_key(tmp_path, VENUE)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "venue_ed25519").stat().st_mode) == 0o600
    assert signing_key(tmp_path, VENUE).private_bytes_raw() == first.private_bytes_raw()
    assert len(allowed_signers(tmp_path).read_text().splitlines()) == 1


def test_a_lost_key_is_replaced_and_older_signatures_still_verify(tmp_path: Path) -> None:
    older = sign(MESSAGE, key=signing_key(tmp_path, VENUE), namespace=NAMESPACE)
    (tmp_path / "keys" / "venue_ed25519").unlink()
    newer = sign(MESSAGE, key=signing_key(tmp_path, VENUE), namespace=NAMESPACE)
    check(older, tmp_path)
    check(newer, tmp_path)


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_named_and_never_overwritten(content: bytes, tmp_path: Path) -> None:
    signing_key(tmp_path, VENUE)
    (tmp_path / "keys" / "venue_ed25519").write_bytes(content)
    with pytest.raises(SigningKeyUnusable, match="venue_ed25519"):
        signing_key(tmp_path, VENUE)
    assert (tmp_path / "keys" / "venue_ed25519").read_bytes() == content
