"""A bundle is taken in, opened and receipted by the province, and the venue knows the receipt for true or false."""

import base64
import fcntl
import json
import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from appliance.backup import sshsig
from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest
from appliance.backup.outbox import bundles
from appliance.backup.receipt import NAMESPACE, Receipt, ReceiptFault, accepted, decode, encode
from appliance.backup.unseal import BundleDamaged, WrongKey
from appliance.backup.verify import trusted_manifest
from appliance.cli import main
from appliance.province import keys
from appliance.province.opened import Opened, Room, opened
from appliance.province.receipts import give, is_given, paths_in, receipt_of
from appliance.province.received import NotTaken, Received
from appliance.province.trust import NotTrusted, trust
from tests.backup.settled import settle
from tests.province.two import NOW, Two


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def taken(two: Two, bundle: Published) -> tuple[Published, Manifest, Opened]:
    here, manifest, _ = Received(two.home).take_in(bundle)
    return here, manifest, opened(here, manifest, keys.identities(two.home))


def receipted(two: Two, bundle: Published) -> tuple[bytes, bytes]:
    here, manifest, found = taken(two, bundle)
    give(here, receipt_of(here, manifest, found, now=NOW), keys.receipts_key(two.home))
    raw, signature = paths_in(here.directory, here.name)
    return raw.read_bytes(), signature.read_bytes()


def judged(two: Two, raw: bytes, signature: bytes) -> Receipt:
    line = (two.home / keys.RECEIPTS_PUBLIC_NAME).read_text(encoding="utf-8").strip()
    return accepted(raw, signature, keys=[line], here=bundles(two.state), signers=two.signers)


def test_what_the_province_opened_is_what_the_venue_captured_and_the_venue_knows_the_receipt(
    two: Two,
) -> None:
    bundle = two.publish()
    two.known()
    receipt = judged(two, *receipted(two, bundle))
    assert (receipt.venue, receipt.bundle, receipt.files, receipt.torn) == (two.venue, bundle.name, 3, 0)
    assert [(s.name, s.files, s.expected, s.collected) for s in receipt.sources] == [("answers", 3, 4, 3)]
    assert receipt.content_bytes == sum(p.stat().st_size for p in (two.answers / "1").iterdir())
    assert not list(two.home.rglob("*.ans")), "nothing in clear is left with the province"


def test_members_without_number_end_the_opening(two: Two) -> None:
    bundle = two.publish()
    two.known()
    manifest, _ = trusted_manifest(bundle, two.signers)
    with pytest.raises(BundleDamaged, match="more members"):
        opened(bundle, manifest, keys.identities(two.home), room=Room(most_bytes=3 * 170))
    found = opened(bundle, manifest, keys.identities(two.home), room=Room(most_bytes=100 * 170))
    assert found.files == {"answers": 3}


def test_of_those_that_open_at_once_one_alone_has_more_than_its_own_of_the_memory(two: Two) -> None:
    bundle = two.publish()
    manifest, _ = trusted_manifest(bundle, two.signers)
    lock = two.root / "lock"
    done: list[Opened] = []

    def opens(own_bytes: int) -> None:
        room = Room(own_bytes=own_bytes, lock=lock)
        done.append(opened(bundle, manifest, keys.identities(two.home), room=room))

    waits = threading.Thread(target=opens, args=(170,))
    with lock.open("w") as other:  # another process has it
        fcntl.flock(other, fcntl.LOCK_EX)
        waits.start()
        opens(100 * 170)
        assert len(done) == 1, "who stays with its own waits for nobody"
    waits.join(30)
    assert [found.files for found in done] == 2 * [{"answers": 3}]
    with pytest.raises(BundleDamaged, match="more members"):
        opened(bundle, manifest, keys.identities(two.home), room=Room(own_bytes=170, most_bytes=340, lock=lock))
    opens(170)
    assert len(done) == 3, "it was let go"


def test_each_delta_is_opened_by_itself(two: Two) -> None:
    settle(two.answers)
    two.publish()
    (two.answers / "1" / "02.ans").write_text("anders", encoding="utf-8")
    (two.answers / "1" / "01.ans").unlink()
    two.publish("delta")
    two.known()
    full, delta = bundles(two.state)
    assert delta.kind == "delta"
    assert [judged(two, *receipted(two, bundle)).files for bundle in (full, delta)] == [3, 1]


def test_ssh_keygen_verifies_a_receipt_by_itself(two: Two, tmp_path: Path) -> None:
    keygen = shutil.which("ssh-keygen") or pytest.skip(
        "ssh-keygen is missing: apt-get install openssh-client"
    )
    bundle = two.publish()
    two.known()
    receipted(two, bundle)
    raw, signature = paths_in(two.home / "received" / two.venue, bundle.name)
    signers = tmp_path / "signers"
    signers.write_text("province " + (two.home / keys.RECEIPTS_PUBLIC_NAME).read_text(), encoding="utf-8")
    words = [
        keygen,
        "-Y",
        "verify",
        "-f",
        str(signers),
        "-I",
        "province",
        "-n",
        NAMESPACE,
        "-s",
        str(signature),
    ]
    assert subprocess.run(words, input=raw.read_bytes(), capture_output=True, check=False).returncode == 0
    listed = subprocess.run(
        [keygen, "-l", "-f", str(two.home / keys.RECEIPTS_KEY_NAME)], capture_output=True, check=True
    )
    assert b"ED25519" in listed.stdout


def test_a_forged_an_altered_and_anothers_receipt_are_refused_and_an_old_one_says_nothing_new(
    two: Two,
) -> None:
    first, second = two.publish(), two.publish()
    two.known()
    raw, signature = receipted(two, first)
    forger = Ed25519PrivateKey.generate()
    with pytest.raises(ReceiptFault, match="not the province's"):
        judged(two, raw, sshsig.sign(raw, key=forger, namespace=NAMESPACE))
    with pytest.raises(ReceiptFault, match="altered"):
        judged(two, raw.replace(b'"files": 3', b'"files": 4'), signature)
    with pytest.raises(ReceiptFault, match="namespace"):
        own = keys.receipts_key(two.home)
        judged(two, raw, sshsig.sign(raw, key=own, namespace="venue-backup"))
    # A true receipt whose name somebody changed to pay the debt of another bundle.
    other = encode(replace(decode(raw), bundle=second.name))
    with pytest.raises(ReceiptFault, match="another file"):
        judged(two, other, sshsig.sign(other, key=keys.receipts_key(two.home), namespace=NAMESPACE))
    assert judged(two, raw, signature) == judged(two, raw, signature)


def test_a_receipt_for_another_venue_is_refused(two: Two) -> None:
    elsewhere = Two(two.root, venue="520100-04")
    for venue in (two, elsewhere):
        venue.publish()
        venue.known()
    raw, signature = receipted(elsewhere, bundles(elsewhere.state)[0])
    with pytest.raises(ReceiptFault, match="no bundle of this venue"):
        judged(two, raw, signature)


def test_a_venue_nobody_compared_and_a_bundle_that_was_altered_are_not_taken_in(two: Two) -> None:
    bundle = two.publish()
    with pytest.raises(NotTaken, match="is not known here"):
        Received(two.home).take_in(bundle)
    two.known()
    good = bundle.data.read_bytes()
    for bad in (good[:-1], good + b"x", good[:-1] + bytes([good[-1] ^ 1])):
        bundle.data.write_bytes(bad)
        with pytest.raises(NotTaken, match="not the one that was published"):
            Received(two.home).take_in(bundle)
    bundle.manifest.write_bytes(bundle.manifest.read_bytes().replace(b'"full"', b'"fuII"'))
    with pytest.raises(NotTaken, match="altered"):
        Received(two.home).take_in(bundle)
    assert not [path for path in (two.home / "received").rglob("*") if path.is_file()]


def test_what_was_received_is_never_written_over(two: Two) -> None:
    bundle = two.publish()
    two.known()
    here, _, new = Received(two.home).take_in(bundle)
    before = here.data.read_bytes()
    assert new and Received(two.home).take_in(bundle)[2] is False
    other = Two(two.root / "again", venue=two.venue)
    two_keys = other.state / "keys"
    two_keys.parent.mkdir(parents=True)
    shutil.copytree(two.state / "keys", two_keys)
    shutil.copy(two.home / "recipients.txt", other.home / "recipients.txt")
    (other.answers / "1" / "01.ans").write_text("untergeschoben", encoding="utf-8")
    second = other.publish()
    assert second.name == bundle.name
    with pytest.raises(NotTaken, match="another bundle of that name"):
        Received(two.home).take_in(second)
    assert here.data.read_bytes() == before


def test_two_sticks_with_one_bundle_are_taken_in_one_after_the_other(two: Two) -> None:
    bundle = two.publish()
    two.known()
    received, refused = Received(two.home), []

    def while_copying(_: int) -> None:
        try:
            Received(two.home).take_in(bundle)
        except NotTaken as error:
            refused.append(str(error))

    here, _, new = received.take_in(bundle, told=while_copying)
    assert new and "another import of this venue is running" in refused[0]
    assert here.data.read_bytes() == bundle.data.read_bytes()
    assert received.take_in(bundle)[2] is False


@pytest.mark.parametrize("file", ["data", "manifest", "signature"])
def test_a_received_copy_that_rotted_is_replaced_by_the_same_bundle_and_by_no_other(
    two: Two, file: str
) -> None:
    bundle = two.publish()
    two.known()
    here, _, _ = Received(two.home).take_in(bundle)
    path: Path = getattr(here, file)
    good = path.read_bytes()
    path.write_bytes(good[:-9] + b"rotten..\n")
    stranger = Two(two.root / "again", venue=two.venue)
    (stranger.answers / "1" / "01.ans").write_text("untergeschoben", encoding="utf-8")
    foreign = replace(stranger.publish(), name=bundle.name)
    with pytest.raises(NotTaken):
        Received(two.home).take_in(foreign)
    assert path.read_bytes() != good
    assert Received(two.home).take_in(bundle)[2] is True
    assert path.read_bytes() == good


def test_a_bundle_sealed_to_another_key_gets_no_receipt(two: Two, tmp_path: Path) -> None:
    bundle = two.publish()
    two.known()
    keys.init(tmp_path / "others")
    here, manifest, _ = Received(two.home).take_in(bundle)
    with pytest.raises(WrongKey):
        opened(here, manifest, keys.identities(tmp_path / "others"))
    assert not is_given(here)


def test_a_manifest_that_counts_other_files_than_the_bundle_holds_gets_no_receipt(two: Two) -> None:
    bundle = two.publish()
    two.known()
    here, manifest, _ = Received(two.home).take_in(bundle)
    lying = replace(manifest, sources=(replace(manifest.sources[0], files=93),))
    with pytest.raises(BundleDamaged, match="3 files of 'answers', 93 were published"):
        opened(here, lying, keys.identities(two.home))


def test_a_key_is_believed_only_by_its_fingerprint(two: Two, tmp_path: Path) -> None:
    two.publish()
    offered = tmp_path / "allowed_signers"
    offered.write_text(two.signers, encoding="utf-8")
    with pytest.raises(NotTrusted, match="no key has that fingerprint. There: 520100-03 SHA256:"):
        trust(two.home, offered, "SHA256:" + "A" * 43)
    assert not (two.home / "allowed_signers").exists()
    keygen = shutil.which("ssh-keygen") or pytest.skip(
        "ssh-keygen is missing: apt-get install openssh-client"
    )
    public = tmp_path / "key.pub"
    public.write_text(two.signers.partition(" ")[2], encoding="utf-8")
    told = subprocess.run(
        [keygen, "-l", "-f", str(public)], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    assert trust(two.home, offered, told) == trust(two.home, offered, told) == (("520100-03", told),)
    assert (two.home / "allowed_signers").read_text(encoding="utf-8") == two.signers


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    ).map(lambda v: json.dumps(v).encode())
)
def test_a_receipt_of_any_bytes_is_one_fault_and_never_another_error(raw: bytes) -> None:
    with pytest.raises(ReceiptFault):
        decode(raw)


def test_a_receipt_with_any_field_of_another_type_is_refused(two: Two) -> None:
    bundle = two.publish()
    two.known()
    good = json.loads(receipted(two, bundle)[0])
    assert decode(json.dumps(good).encode()).files == 3
    for key in set(good) - {"torn"}:
        for bad in (None, [1], {"a": 1}, -1, True, "x" * 100):
            spoilt = json.dumps(good | {key: bad}).encode()
            if key in ("venue", "bundle") and isinstance(bad, str):
                continue
            with pytest.raises(ReceiptFault):
                decode(spoilt)
    with pytest.raises(ReceiptFault, match="longer than"):
        decode(b" " * (1 << 21))


def test_a_public_line_is_what_ssh_writes(two: Two) -> None:
    line = keys.public_line(keys.receipts_key(two.home))
    kind, _, blob = line.partition(" ")
    assert kind == "ssh-ed25519" and len(base64.b64decode(blob)) == 51


def imported(two: Two, stick: Path) -> int:
    return main(["province", "import", str(stick), "--home", str(two.home)])


def stick_of(two: Two, count: int) -> tuple[Path, list[Published]]:
    """A directory with copies of so many new bundles."""
    made = [two.publish() for _ in range(count)]
    two.known()
    stick = two.root / "stick"
    stick.mkdir()
    for bundle in made:
        for path in (bundle.data, bundle.manifest, bundle.signature):
            shutil.copy(path, stick)
    return stick, made


def test_one_bundle_that_came_without_its_data_keeps_no_other_from_being_taken_in(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    stick, (first, second) = stick_of(two, 2)
    (stick / first.data.name).unlink()
    assert imported(two, stick) == 2
    said = capsys.readouterr()
    assert first.name in said.err and second.name in said.out
    assert [bundle.name for bundle in Received(two.home).bundles(two.venue)] == [second.name]


def test_a_link_on_the_stick_in_a_receipts_place_leads_to_no_file_of_the_province(two: Two) -> None:
    stick, (bundle,) = stick_of(two, 1)
    key = two.home / "province.key"
    before = key.read_bytes()
    (stick / f"{bundle.name}.receipt.json").symlink_to(key)
    assert imported(two, stick) == 0
    assert key.read_bytes() == before
    assert not (stick / f"{bundle.name}.receipt.json").is_symlink()


def test_a_stick_that_takes_no_receipt_is_imported_whole_and_each_receipt_is_said_to_lack(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    stick, made = stick_of(two, 2)
    for bundle in made:
        (stick / f"{bundle.name}.receipt.json").mkdir()  # nothing can be put in its place, by root neither
    assert imported(two, stick) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and all("could not be put there" in line for line in said)
    assert len(Received(two.home).bundles(two.venue)) == 2
