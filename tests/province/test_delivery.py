"""Receipts until the venue believes them: refused ones are named and offered again, lost ones sent anew, none mixed."""

import hashlib
import json
import os
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appliance.backup import answers as told_answers
from appliance.backup.answers import Refusal
from appliance.backup.counts import RoomCount
from appliance.backup.outbox import bundles
from appliance.backup.receipt import BODY_LIMIT_BYTES, accepted, encode, sent
from appliance.backup.verify import trusted_manifest
from appliance.province import keys, outcome
from appliance.province.fleet import Verdict, fleet
from appliance.province.listing import ListRefused, page
from appliance.province.opened import Opened
from appliance.province.outcome import State
from appliance.province.receipts import give, pair, paths_in, receipt_of, was_accepted, withdraw
from appliance.province.received import Received
from tests.lab.pull import SITES
from tests.province.conftest import Serve
from tests.province.pulling import alarms, here, pulled
from tests.province.served import Served
from tests.province.test_receipts import judged
from tests.province.two import NOW, Two
from web.answers import receipts_told
from web.pull import RECEIPT_LIMIT


def said(served: Served, *, believed: bool = False, why: str = "", waiting: int = 0) -> None:
    """What the venue says of everything that it was sent, with its next list."""
    bodies = [json.dumps(one, ensure_ascii=False).encode() for one in served.receipts]
    names = [json.loads(one["receipt"])["bundle"] for one in served.receipts] if believed else []
    ids = [hashlib.sha256(body).hexdigest()[:32] for body in bodies] if why else []
    refused = [{"receipt": each, "why": why} for each in ids]
    served.answers = {"believed": names, "refused": refused, "waiting": waiting}


def state(two: Two) -> State | None:
    told = outcome.read(here(two)[0])
    return told.state if told else None


@pytest.fixture
def served(two: Two, serve: Serve) -> Served:
    """A venue that put a receipt down and did not look at it yet."""
    made = serve(two)
    said(made, waiting=1)
    assert alarms(pulled(two)) == [] and len(made.receipts) == 1
    return made


def test_a_receipt_is_believed_once_the_venue_says_so_and_not_before(two: Two, served: Served) -> None:
    assert state(two) is State.SENT
    assert [row.verdict for row in fleet(two.home, now=datetime.now(UTC))] == [Verdict.UNSENT]
    said(served, believed=True)
    assert [one.kind for one in pulled(two)] == ["answered", "accepted"]
    assert [one.kind for one in pulled(two)] == ["answered"]
    assert [row.verdict for row in fleet(two.home, now=datetime.now(UTC))] == [Verdict.OK]
    assert len(served.receipts) == 1


def test_a_refused_one_is_an_alarm_with_its_reason_until_the_venue_believes_it(two: Two, served: Served) -> None:
    (bundle,) = here(two)
    said(served, why="signature")
    for _ in range(2):
        assert alarms(pulled(two)) == [
            f"{bundle.name}: the venue refuses its receipt: "
            "it is signed by no key that the venue knows; give it a newer venue file"
        ]
    assert [row.verdict for row in fleet(two.home, now=datetime.now(UTC))] == [Verdict.ALARM]
    assert len(served.receipts) == 1, "not every half minute"
    path = bundle.directory / f"{bundle.name}.receipt.accepted"
    os.utime(path, (path.stat().st_mtime - 4000,) * 2)
    assert len(alarms(pulled(two))) == 1 and len(served.receipts) == 2
    said(served, believed=True)
    assert alarms(pulled(two)) == [] and was_accepted(bundle)


def test_one_that_was_lost_at_the_venue_is_sent_again_and_one_that_waits_is_not(two: Two, served: Served) -> None:
    pulled(two)
    assert len(served.receipts) == 1
    said(served)
    pulled(two)
    assert len(served.receipts) == 2
    said(served, believed=True)
    pulled(two)
    said(served)
    pulled(two)
    assert len(served.receipts) == 3, "it was believed, and a card was set back"


def test_a_bundle_that_the_venue_has_no_more_is_owed_nothing(two: Two, served: Served) -> None:
    (bundle,) = bundles(two.state)
    two.publish()
    bundle.signature.unlink()
    pulled(two)
    assert state(two) is State.GONE and was_accepted(here(two)[0])


@pytest.mark.parametrize(
    "receipts",
    [
        7, {}, {"believed": 3, "refused": [], "waiting": 0}, {"believed": [], "refused": [3], "waiting": 0},
        {"believed": [], "refused": [{"receipt": "../../x", "why": "file"}], "waiting": 0},
        {"believed": [], "refused": [{"receipt": "0" * 32, "why": "\u001b[2J"}], "waiting": 0},
        {"believed": [], "refused": [], "waiting": -1}, {"believed": [], "refused": [], "waiting": True},
    ],
)  # fmt: skip
def test_what_no_venue_says_of_receipts_is_refused(receipts: Any) -> None:
    raw = json.dumps({"schema": 1, "venue": "x", "names": [], "more": False, "receipts": receipts}).encode()
    with pytest.raises(ListRefused):
        page(raw, "x")


def test_two_that_open_the_same_bundle_give_one_receipt_and_nobody_reads_a_mixture(two: Two, serve: Serve) -> None:
    serve(two)
    pulled(two, opens=False)
    (bundle,) = here(two)
    manifest, _ = trusted_manifest(bundle, two.signers)
    key, over = keys.receipts_key(two.home), threading.Event()
    faults: list[Exception] = []

    def gives(files: int) -> None:
        while not over.is_set():
            receipt = receipt_of(bundle, manifest, Opened(files={"answers": files}), now=NOW)
            withdraw(bundle, "ssh-ed25519 AAAA")
            given = give(bundle, receipt, key)
            assert given.files in (1, 2)

    def reads() -> None:
        seen = 0
        while seen < 200 and not faults:
            try:
                judged(two, *pair(bundle))
                seen += 1
            except FileNotFoundError:
                continue
            except Exception as error:  # noqa: BLE001 - a thread begins here
                faults.append(error)

    givers = [threading.Thread(target=gives, args=(n,)) for n in (1, 2)]
    reader = threading.Thread(target=reads)
    for thread in (*givers, reader):
        thread.start()
    reader.join(60)
    over.set()
    for thread in givers:
        thread.join(10)
    assert not reader.is_alive() and faults == []


def test_one_that_stands_and_holds_stays_and_a_mixture_is_taken_away(two: Two, serve: Serve) -> None:
    serve(two)
    pulled(two, opens=False)
    (bundle,) = here(two)
    manifest, _ = trusted_manifest(bundle, two.signers)
    key = keys.receipts_key(two.home)
    first = give(bundle, receipt_of(bundle, manifest, Opened(files={"answers": 1}), now=NOW), key)
    assert give(bundle, receipt_of(bundle, manifest, Opened(files={"answers": 2}), now=NOW), key) == first
    assert not withdraw(bundle, keys.public_line(key))
    other = encode(receipt_of(bundle, manifest, Opened(files={"answers": 2}), now=NOW))
    paths_in(bundle.directory, bundle.name)[0].write_bytes(other)
    assert withdraw(bundle, keys.public_line(key))
    assert not any(path.exists() for path in paths_in(bundle.directory, bundle.name))


def test_what_a_key_signed_before_it_was_replaced_holds_while_it_stands_below_the_new_one(
    two: Two, served: Served
) -> None:
    (bundle,) = here(two)
    before, public = pair(bundle), two.home / keys.RECEIPTS_PUBLIC_NAME
    new = Ed25519PrivateKey.generate()
    secret = new.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    (two.home / keys.RECEIPTS_KEY_NAME).write_bytes(secret)
    public.write_text(f"{keys.public_line(new)}\n{public.read_text(encoding='utf-8')}", encoding="utf-8")
    said(served)  # it was lost there: it is sent anew
    assert [one.kind for one in pulled(two)] == ["answered", "sent"]
    assert pair(bundle) == before, "nothing was opened again"
    two.publish()
    assert alarms(pulled(two)) == []
    line = keys.public_line(new)
    judge = {"keys": [line], "here": bundles(two.state), "signers": two.signers}
    assert accepted(*pair(here(two)[1]), **judge).bundle == here(two)[1].name
    public.write_text(f"{line}\n", encoding="utf-8")  # nobody believes the old one any more
    said(served)
    assert "withdrawn" in [one.kind for one in pulled(two)]
    assert accepted(*pair(bundle), **judge).bundle == bundle.name


def test_all_sides_agree_how_long_a_receipt_is_and_one_with_too_many_rooms_has_its_sums(two: Two, serve: Serve) -> None:
    assert RECEIPT_LIMIT == BODY_LIMIT_BYTES
    site = (SITES / "nginx-pull.conf").read_text(encoding="utf-8")
    assert f"client_max_body_size {BODY_LIMIT_BYTES >> 10}k;" in site
    serve(two)
    pulled(two, opens=False)
    (bundle,) = here(two)
    manifest, _ = trusted_manifest(bundle, two.signers)
    (source,) = manifest.sources
    for count, kept in ((500, 500), (5000, 0)):
        rooms = tuple(RoomCount(room=f"第一教学楼多媒体教室{n}", expected=93, collected=93) for n in range(count))
        object.__setattr__(source, "rooms", rooms)
        receipt = receipt_of(bundle, manifest, Opened(files={"answers": 3}), now=NOW)
        assert len(receipt.sources[0].rooms) == kept and receipt.sources[0].expected == 4
        give(bundle, receipt, keys.receipts_key(two.home))
        assert len(sent(*pair(bundle))) <= BODY_LIMIT_BYTES
        assert judged(two, *pair(bundle)) == receipt
        withdraw(bundle, "ssh-ed25519 AAAA")


def test_what_the_job_tells_the_page_hands_on_with_the_names_that_were_asked_for(two: Two) -> None:
    receipts, (bundle,) = two.state / "receipts", bundles(two.state)
    (receipts / "incoming").mkdir(parents=True)
    path = receipts / "answers" / "answers.json"
    nothing = {"receipts": {"believed": [], "refused": [], "waiting": 0}}
    assert receipts_told(path, receipts / "incoming", [bundle.name]) == nothing
    (receipts / f"{bundle.name}.receipt.json.sig").touch()
    for n in range(300):
        told_answers.tell(receipts, bundles(two.state), [Refusal(receipt=f"{n:032x}", why="file")])
    (receipts / "incoming" / "x.json").touch()
    told: Any = receipts_told(path, receipts / "incoming", [bundle.name, "another"])["receipts"]
    assert told["believed"] == [bundle.name] and told["waiting"] == 1
    assert [one["receipt"] for one in told["refused"]] == [f"{n:032x}" for n in range(100, 300)]
    raw = {"schema": 1, "venue": two.venue, "names": [bundle.name], "more": False, "receipts": told}
    assert page(json.dumps(raw).encode(), two.venue)[2] is not None
    path.write_bytes(b"half")
    assert receipts_told(path, receipts / "incoming", [bundle.name]) == {}
    assert Received(two.home).receipts_keys().startswith("ssh-ed25519 ")
