"""The offline bundle: only what was signed is unpacked, and a bad one leaves one clear sentence."""

import hashlib
import io
import json
import random
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.install import InstallError, bundle
from appliance.install.bundle import ABOUT, INDEX, SIGNATURE, SUMS, BundleError, key_of, signers, unpack

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
DEB = "venue-appliance_0.1.0_all.deb"
WHEN = 1_800_000_000


class Release:
    """A key, and what is signed by it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.key = place / "key"
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", str(self.key)]
        subprocess.run(argv, check=True, timeout=60, stdin=subprocess.DEVNULL)
        self.signers = place / "signers"
        self.signers.write_bytes(signers(key_of((place / "key.pub").read_bytes())))

    def files(self, **about: object) -> dict[str, bytes]:
        """A bundle's files, hashed and signed."""
        told = {
            "format": 1,
            "version": "0.1.0",
            "made": WHEN,
            "architecture": "amd64",
            "suite": "trixie",
        } | about
        found = {ABOUT: json.dumps(told).encode(), INDEX: b"Package: x\n", DEB: b"a package" * 500}
        return self.signed(found)

    def signed(self, found: dict[str, bytes]) -> dict[str, bytes]:
        sums = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in found.items()
        ).encode()
        argv = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(self.key), "-n", bundle.NAMESPACE]
        done = subprocess.run(argv, input=sums, capture_output=True, check=True, timeout=60)
        return {SUMS: sums, SIGNATURE: done.stdout, **found}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(tmp_path_factory.mktemp("release"))


def packed(found: dict[str, bytes], change: Callable[[tarfile.TarInfo], None] | None = None) -> bytes:
    """The files as one tar; `change` may make of an entry what it likes."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:", format=tarfile.PAX_FORMAT) as tar:
        for name, data in found.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            if change is not None:
                change(entry)
            tar.addfile(entry, io.BytesIO(data))
    return made.getvalue()


def opened(content: bytes, release: Release, place: Path) -> bundle.About:
    file, into = place / "bundle.tar", place / "into"
    file.write_bytes(content)
    return unpack(file, into, release.signers)


def refused(content: bytes, release: Release, place: Path) -> str:
    """The one sentence of a refusal; nothing lies outside the directory, nothing of a package is left believed."""
    with pytest.raises(BundleError) as error:
        opened(content, release, place)
    assert {path.name for path in place.iterdir()} <= {"bundle.tar", "into"}
    assert "\n" not in str(error.value) and str(error.value).isprintable()
    return str(error.value)


def test_what_was_signed_is_unpacked_as_it_was(release: Release, tmp_path: Path) -> None:
    found = release.files()
    about = opened(packed(found), release, tmp_path)
    assert (about.version, about.made, about.architecture, about.packages) == ("0.1.0", WHEN, "amd64", (DEB,))
    assert {path.name: path.read_bytes() for path in (tmp_path / "into").iterdir()} == found


def test_another_key_of_the_same_name_opens_nothing(release: Release, tmp_path: Path) -> None:
    other = Release(tmp_path)
    place = tmp_path / "place"
    place.mkdir()
    assert "not signed by the key" in refused(packed(other.files()), release, place)


def test_a_signature_for_something_else_is_none(release: Release, tmp_path: Path) -> None:
    found = release.files()
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(release.key), "-n", "venue-backup"]
    done = subprocess.run(argv, input=found[SUMS], capture_output=True, check=True, timeout=60)
    assert "not signed by the key" in refused(packed(found | {SIGNATURE: done.stdout}), release, tmp_path)


@pytest.mark.parametrize("name", [ABOUT, INDEX, DEB])
def test_a_file_that_was_altered_is_named(release: Release, tmp_path: Path, name: str) -> None:
    found = release.files()
    altered = found | {name: found[name][:-1] + b"!"}
    assert f"{name}: altered" in refused(packed(altered), release, tmp_path)


def test_hashes_that_were_altered_are_not_believed(release: Release, tmp_path: Path) -> None:
    found = release.files() | {DEB: b"evil"}
    sums = found[SUMS].decode().splitlines()[:-1]
    sums.append(f"{hashlib.sha256(b'evil').hexdigest()}  {DEB}")
    altered = found | {SUMS: ("\n".join(sums) + "\n").encode()}
    assert "not signed by the key" in refused(packed(altered), release, tmp_path)


def test_cut_anywhere_it_is_torn(release: Release, tmp_path: Path) -> None:
    content = packed(release.files())
    end = len(content.rstrip(b"\0"))
    for n, length in enumerate([0, 1, 511, 512, 513, *range(600, end, 700), end - 1]):
        place = tmp_path / str(n)
        place.mkdir()
        refused(content[:length], release, place)


@pytest.mark.parametrize(
    "name",
    ["../evil_1_all.deb", "/etc/evil_1_all.deb", "a/../../evil_1_all.deb", "debs/x_1_all.deb", "./x_1_all.deb", "..",
     "evil", "x_1_all.deb\n", "x_1_all.deb\0y", "\x1b[31m_1_all.deb", "é_1_all.deb", "Packages ", "x" * 5000],
)  # fmt: skip
def test_a_name_that_is_none_is_refused_even_where_it_was_signed(
    release: Release, tmp_path: Path, name: str
) -> None:
    found = release.signed({**{n: release.files()[n] for n in (ABOUT, INDEX)}, name: b"evil"})
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    refused(packed(found), release, place)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.CONTTYPE],
)
def test_a_link_a_directory_or_a_device_is_refused(release: Release, tmp_path: Path, kind: bytes) -> None:
    def change(entry: tarfile.TarInfo) -> None:
        if entry.name == DEB:
            entry.type, entry.linkname = kind, "/etc/passwd"

    assert "neither links nor directories" in refused(packed(release.files(), change), release, tmp_path)


def test_a_link_in_the_place_of_the_signature_is_not_followed(release: Release, tmp_path: Path) -> None:
    def change(entry: tarfile.TarInfo) -> None:
        if entry.name == SIGNATURE:
            entry.type, entry.linkname = tarfile.SYMTYPE, str(release.place / "x")

    assert "neither links" in refused(packed(release.files(), change), release, tmp_path)


def test_a_file_too_much_or_twice_is_refused(release: Release, tmp_path: Path) -> None:
    found = release.files()
    assert "not among its hashes" in refused(packed(found | {"x_1_all.deb": b""}), release, tmp_path)
    twice = packed(found)
    body = packed({DEB: found[DEB]})
    assert "or twice" in refused(
        twice.rstrip(b"\0") + b"\0" * (-len(twice.rstrip(b"\0")) % 512) + body, release, tmp_path
    )


def test_a_package_that_is_missing_is_named(release: Release, tmp_path: Path) -> None:
    found = release.files()
    del found[DEB]
    assert DEB in refused(packed(found), release, tmp_path)


def test_sizes_beyond_reason_are_refused_before_they_are_read(release: Release, tmp_path: Path) -> None:
    content = bytearray(packed(release.files()))
    big = tarfile.TarInfo(SUMS)
    big.size = 1 << 40
    content[:512] = big.tobuf(tarfile.GNU_FORMAT)
    assert "too many" in refused(bytes(content), release, tmp_path)


@pytest.mark.parametrize("about", [{"format": 2}, {"made": "never"}, {"version": None, "made": None}])
def test_a_bundle_that_says_something_else_of_itself_is_refused(
    release: Release, tmp_path: Path, about: dict[str, object]
) -> None:
    refused(packed(release.files(**about)), release, tmp_path)


def test_whatever_bytes_come_they_are_refused_in_one_sentence_or_are_the_bundle(
    release: Release, tmp_path: Path
) -> None:
    chance = random.Random(20)
    found = release.files()
    good = packed(found)
    for n in range(300):
        content = bytearray(good)
        for _ in range(chance.choice([1, 2, 8, 40])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        place = tmp_path / str(n)
        place.mkdir()
        try:
            opened(bytes(content), release, place)
        except BundleError as error:
            assert "\n" not in str(error)
        else:
            there = {path.name: path.read_bytes() for path in (place / "into").iterdir()}
            assert {name: there[name] for name in (SUMS, ABOUT, INDEX, DEB)} == {
                n: found[n] for n in (SUMS, ABOUT, INDEX, DEB)
            }
        shutil.rmtree(place)


@pytest.mark.parametrize("content", [b"", b"no key", b"ssh-rsa AAAA", b"\xff" * 100, b"ssh-ed25519 short\n"])
def test_what_is_no_public_key_is_refused(content: bytes) -> None:
    with pytest.raises(InstallError, match="not one public key"):
        key_of(content)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    made = [io.BytesIO(), io.BytesIO()]
    for file in made:
        bundle.write(file, tmp_path, ["b", "a"], WHEN)
    assert made[0].getvalue() == made[1].getvalue() != b""


def header(kind: bytes, size: int, data: bytes) -> bytes:
    """One of the headers that tarfile takes in before anybody sees a name."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT) + data.ljust(512, b"\0")


@pytest.mark.parametrize(
    "content",
    [header(tarfile.GNUTYPE_LONGNAME, 5, b"abcd") * 3000, header(tarfile.XHDTYPE, 1 << 62, b"")],
    ids=["three thousand names in one another", "a header beyond all memory"],
)
def test_headers_that_are_too_deep_or_too_large_are_one_sentence(
    content: bytes, release: Release, tmp_path: Path
) -> None:
    assert "torn, or no bundle" in refused(content + bytes(1024), release, tmp_path)
