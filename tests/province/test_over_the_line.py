"""Receipts that come over the line: the guard has them looked at by itself, and says what became of them."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.province.keys import init
from tests.fakes.place import Place
from tests.fakes.wait import wait_for
from web.pull import keep


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A guard with two bundles, which the province opened; its receipts lie in `stick`."""
    made = Place()
    made.write(backup=True)
    line = (made.identity.parent / "receipts.pub").read_text(encoding="utf-8").strip()
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace("[backup]\n", f'[backup]\nreceipt_keys = ["{line}"]\n'), encoding="utf-8")
    try:
        made.guard()
        stick = made.directory / "stick"
        stick.mkdir()
        for _ in range(2):
            assert made.venue("backup", "run").returncode == 0
        for path in (made.state / "outbox").iterdir():
            if not path.name.startswith("."):
                shutil.copy(path, stick)
        shutil.copy(made.state / "keys" / "allowed_signers", stick)
        opened(made, stick, made.identity.parent)
        yield made
    finally:
        made.close()


def opened(place: Place, stick: Path, home: Path) -> None:
    """The province of `home` opens what is on the stick and writes its receipts there."""
    told = place.venue("backup", "fingerprint").stdout.split()[1]
    signers = str(stick / "allowed_signers")
    assert place.venue("province", "trust", signers, "--fingerprint", told, "--home", str(home)).returncode == 0
    done = place.venue("province", "import", str(stick), "--home", str(home))
    assert done.returncode == 0, done.stderr


def posted(receipt: Path) -> bytes:
    """What the province sends of a receipt."""
    signature = receipt.with_name(f"{receipt.name}.sig").read_text()
    return json.dumps({"schema": 1, "receipt": receipt.read_text(), "signature": signature}).encode()


def receipts(place: Place) -> list[Path]:
    return sorted((place.directory / "stick").glob("*.receipt.json"))


def test_a_receipt_is_noted_once_however_often_it_is_sent(place: Place) -> None:
    incoming = place.state / "receipts" / "incoming"
    first, last = receipts(place)
    for _ in range(2):
        keep(incoming, posted(last))
        wait_for(lambda: place.status()["province"]["state"] == "received" and not list(incoming.iterdir()))
    keep(incoming, posted(first))
    wait_for(lambda: len(place.events("bundle.receipted")) == 2)
    wait_for(lambda: not list(incoming.iterdir()))
    names = [event["body"]["name"] for event in place.events("bundle.receipted")]
    assert names == [last.name.removesuffix(".receipt.json"), first.name.removesuffix(".receipt.json")]
    assert (place.state / "receipts" / f"{last.name}.sig").exists()
    told = place.status()["province"]
    assert told["files"] == 0 and told["receipt_at"], "of the newest bundle, a delta of nothing, whatever came last"


def test_one_that_was_cut_off_before_its_signature_is_kept_whole_when_it_comes_again(place: Place) -> None:
    incoming, last = place.state / "receipts" / "incoming", receipts(place)[-1]
    kept = place.state / "receipts" / f"{last.name}.sig"
    keep(incoming, posted(last))
    wait_for(lambda: kept.exists() and not list(incoming.iterdir()))
    kept.unlink()  # a power cut between the two files
    keep(incoming, posted(last))
    wait_for(lambda: not list(incoming.iterdir()))
    assert kept.exists(), "else the province is told for ever that it was lost, and sends it for ever"


def test_what_is_none_is_told_once_and_taken_away_and_nothing_is_noted(place: Place) -> None:
    incoming, before = place.state / "receipts" / "incoming", len(place.events("bundle.receipted"))
    other = place.directory / "other"
    init(other)
    shutil.copy(place.identity, other / "province.key")
    stick = place.directory / "other-stick"
    shutil.copytree(place.directory / "stick", stick, ignore=shutil.ignore_patterns("*.receipt.json*"))
    opened(place, stick, other)
    forged = posted(next(stick.glob("*.receipt.json")))
    good = json.loads(posted(receipts(place)[0]))
    altered = good | {"receipt": good["receipt"].replace('"files": 1', '"files": 9')}
    for body in (
        forged, json.dumps(altered).encode(), b"\xff\x00", b"{}", b"[" * 50_000,
        json.dumps(good | {"signature": "../../etc/passwd"}).encode(),
        json.dumps(good | {"receipt": '{"bundle": "../../../x"}'}).encode(),
    ):  # fmt: skip
        keep(incoming, body)
    secret = place.directory / "secret"
    secret.write_bytes(posted(receipts(place)[1]))
    (incoming / "link.json").symlink_to(secret)
    os.mkfifo(incoming / "fifo.json")
    (incoming / "directory.json").mkdir()
    (incoming / "large.json").write_bytes(b" " * 140_000)
    wait_for(lambda: not list(incoming.iterdir()))
    wait_for(lambda: sum(event["body"]["count"] for event in place.events("receipt.refused")) == 11)
    assert all(len(event["body"]["reason"]) <= 200 for event in place.events("receipt.refused"))
    assert len(place.events("bundle.receipted")) == before
    assert secret.exists() and place.answers_now()
    assert not [path for path in (place.state / "receipts").iterdir() if path.name.startswith("..")]
    assert "posture" not in place.incidents()
