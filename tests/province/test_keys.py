"""The province's keys, as age's own tools see them."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from appliance.province.keys import ProvinceKeyError, ProvinceKeyExists, identities, init
from tests.backup.test_age_locked import PASSPHRASE, lock


def test_age_keygen_reads_the_key_and_names_the_same_recipient(tmp_path: Path) -> None:
    keygen = shutil.which("age-keygen") or pytest.skip("age-keygen is missing: apt-get install age")
    recipient = init(tmp_path / "keys")
    key = tmp_path / "keys" / "province.key"
    stated = subprocess.run([keygen, "-y", str(key)], capture_output=True, text=True, check=True).stdout
    assert stated.strip() == recipient == (tmp_path / "keys" / "recipients.txt").read_text().strip()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().startswith("# created: ")


def test_a_key_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    init(tmp_path)
    before = (tmp_path / "province.key").read_bytes()
    with pytest.raises(ProvinceKeyExists):
        init(tmp_path)
    assert (tmp_path / "province.key").read_bytes() == before
    (tmp_path / "recipients.txt").unlink()
    with pytest.raises(ProvinceKeyExists):
        init(tmp_path)


def test_a_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProvinceKeyError, match="file"):
        init(tmp_path / "file" / "keys")


def test_a_key_behind_a_passphrase_opens_with_it_and_says_what_it_needs_without(tmp_path: Path) -> None:
    age = shutil.which("age") or pytest.skip("age is missing: apt-get install age")
    home = tmp_path / "keys"
    init(home)
    (plain,) = identities(home)
    (home / "province.key").rename(tmp_path / "plain")
    lock(age, tmp_path / "plain", home / "province.key")
    (key,) = identities(home, lambda: PASSPHRASE)
    assert key.private_bytes_raw() == plain.private_bytes_raw()
    with pytest.raises(ProvinceKeyError, match="province.key"):
        identities(home)
    with pytest.raises(ProvinceKeyError, match="province.key"):
        identities(home, lambda: "falsch")
