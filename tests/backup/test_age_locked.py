"""An identity that a passphrase locks: by Debian's own age, in both of its forms."""

import base64
import os
import pty
import re
import select
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup.age_keys import AgeKeyError, new_identity, parse_identities
from appliance.backup.age_locked import identities_in
from appliance.cli import main
from tests.backup.test_job import Publish

PASSPHRASE = "保管人甲与乙 2026"


def lock(age: str, plain: Path, locked: Path) -> None:
    """`age -p` asks at a terminal, twice."""
    pid, terminal = pty.fork()
    if not pid:
        os.execv(age, [age, "-p", "-o", str(locked), str(plain)])
    answered = 0
    while select.select([terminal], [], [], 60)[0]:
        try:
            said = os.read(terminal, 1000)
        except OSError:  # it closed its end
            break
        if not said:
            break
        if b"assphrase" in said and answered < 2:
            os.write(terminal, PASSPHRASE.encode() + b"\n")
            answered += 1
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_what_age_locked_opens_with_its_passphrase_alone(tmp_path: Path, tool: Callable[[str], str]) -> None:
    secret, _ = new_identity()
    (tmp_path / "plain").write_text(f"# the province\'s\n{secret}\n")
    lock(tool("age"), tmp_path / "plain", tmp_path / "locked")  # a second of work for each try, as is its purpose
    (key,) = identities_in(tmp_path / "locked", lambda: PASSPHRASE)
    assert key.private_bytes_raw() == parse_identities(secret)[0].private_bytes_raw()
    armoured = base64.encodebytes((tmp_path / "locked").read_bytes()).decode()
    (tmp_path / "armoured").write_text(
        f"-----BEGIN AGE ENCRYPTED FILE-----\n{armoured}-----END AGE ENCRYPTED FILE-----\n"
    )
    with pytest.raises(AgeKeyError, match="another one"):
        identities_in(tmp_path / "armoured", lambda: "guess")
    for name in ("locked", "armoured"):
        with pytest.raises(AgeKeyError, match="locked with a passphrase"):
            identities_in(tmp_path / name, None)


@pytest.mark.parametrize(
    ("stanza", "word"),
    [
        ("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 21", "not tried"),
        ("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 010", "work factor"),
        ("-> scrypt AAAAAAAAAAAAAAAAAAAAAA +9", "work factor"),
        ("-> scrypt AAAAAAAAAAAAAAAAAAAAAA", "work factor"),
        ("-> scrypt AAAA 10", "work factor"),
        ("-> X25519 AAAA", "sealed to keys"),
    ],
)
def test_a_header_that_costs_too_much_or_is_malformed_is_refused_before_it_is_tried(
    tmp_path: Path, stanza: str, word: str
) -> None:
    body = base64.b64encode(bytes(32)).decode().rstrip("=")
    (tmp_path / "key").write_text(f"age-encryption.org/v1\n{stanza}\n{body}\n--- {body}\n")
    with pytest.raises(AgeKeyError, match=word):
        identities_in(tmp_path / "key", lambda: PASSPHRASE)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----\n"]),
)
@settings(max_examples=200)
def test_any_file_is_keys_or_one_fault(tmp_path_factory: pytest.TempPathFactory, junk: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_bytes(head + junk)
    with pytest.raises(AgeKeyError):
        identities_in(path, lambda: "x")


def test_restore_without_a_terminal_says_what_to_do_with_a_locked_key(
    tmp_path: Path, tree: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tree)
    (tmp_path / "key").write_bytes(b"age-encryption.org/v1\n-> scrypt AAAA 18\n\xff")
    words = ("backup", "restore", "--state", str(tmp_path / "state"), "--identity", str(tmp_path / "key"))
    assert main([*words, "--into", str(tmp_path / "into")]) == 2
    said = capsys.readouterr().err
    assert re.search("locked with a passphrase: unlock it first with `age -d", said) and len(said.splitlines()) == 1
