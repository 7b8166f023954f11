"""The pull against a real TLS server: whole bundles under their names, receipts at the venue, nothing in between."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from appliance.backup.outbox import bundles
from appliance.backup.receipt import accepted
from appliance.backup.verify import verify_all
from appliance.cli import main
from appliance.province import contact, keys
from appliance.province.alone import PullBusy
from appliance.province.fetch import Budget, Stopped
from appliance.province.pull import Pull
from appliance.province.receipts import is_given, was_accepted
from appliance.province.talk import Told
from appliance.province.wish import Wish
from tests.province.conftest import Serve
from tests.province.pulling import alarms, cut_once, grow, here, listed_but_down, pulled, signed_anew
from tests.province.served import Handler
from tests.province.two import Two


def test_what_the_venue_has_is_here_whole_and_the_venue_has_a_receipt_that_it_believes(
    two: Two, serve: Serve
) -> None:
    two.publish()
    served = serve(two)
    told = pulled(two)
    assert alarms(told) == []
    assert [one.name for one in here(two)] == [one.name for one in bundles(two.state)]
    report = verify_all(two.home / "received" / two.venue, allowed_signers=two.home / "allowed_signers")
    assert report.findings == () and report.bundles == 2
    assert all(is_given(one) and was_accepted(one) for one in here(two))
    line = (two.home / keys.RECEIPTS_PUBLIC_NAME).read_text(encoding="utf-8").strip()
    believed = {
        accepted(
            one["receipt"].encode(), one["signature"].encode(),
            keys=[line], here=bundles(two.state), signers=two.signers,
        ).bundle
        for one in served.receipts
    }  # fmt: skip
    assert believed == {one.name for one in here(two)}
    assert not list((two.home / "received").rglob("*.ans")), "nothing in the clear"
    assert os.listdir(two.home / "received" / two.venue / ".pulling") == []
    assert contact.read(two.home, two.venue).phase == "running"


def test_a_second_pull_asks_for_no_file_again(two: Two, serve: Serve) -> None:
    served = serve(two)
    pulled(two)
    served.asked.clear()
    assert alarms(pulled(two)) == []
    assert [path for path, _ in served.asked] == ["/pull/v1/manifests?after=0", "/pull/v1/about"]


def test_a_cut_line_is_gone_on_with_where_it_broke(two: Two, serve: Serve) -> None:
    grow(two)
    two.publish()
    served = serve(two, lie=None)
    first, second = bundles(two.state)
    served.lie = cut_once(second.name, second.data.stat().st_size // 2)
    (told,) = alarms(pulled(two))
    assert "too early" in told
    assert sorted(one.name for one in here(two)) == [first.name, second.name]
    ranges = [
        r for r in served.of(second.name + ".tar.zst.age") + served.of(first.name + ".tar.zst.age") if r
    ]
    assert len(ranges) == 1 and ranges[0].startswith("bytes=")
    assert here(two)[1].data.read_bytes() == second.data.read_bytes()


def test_the_newest_sitting_comes_first(two: Two, serve: Serve) -> None:
    two.publish(sitting="am")
    two.publish(sitting="pm")
    two.publish(sitting="pm")
    serve(two)
    told = pulled(two)
    taken = [int(one.bundle.split("-")[2]) for one in told if one.kind == "taken"]
    assert taken == [3, 4, 2, 1] and alarms(told) == []


def test_a_copy_that_rotted_or_is_gone_here_is_fetched_again(two: Two, serve: Serve) -> None:
    serve(two)
    pulled(two)
    (one,) = here(two)
    good = one.data.read_bytes()
    one.data.write_bytes(good[:-5])
    assert "is gone or cut here" in alarms(pulled(two))[0]
    assert one.data.read_bytes() == good
    one.data.unlink()
    pulled(two)
    assert one.data.read_bytes() == good and alarms(pulled(two)) == []


def test_what_rotted_here_unseen_is_found_set_aside_and_fetched_again(two: Two, serve: Serve) -> None:
    serve(two)
    pulled(two)
    (one,) = here(two)
    good = one.data.read_bytes()
    words = ["province", "verify", "--all", "--home", str(two.home)]
    assert main(words) == 0
    one.data.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
    assert main(words) == 2 and not one.data.exists()
    pulled(two)
    assert one.data.read_bytes() == good and main(words) == 0


def test_a_missing_bundle_is_an_alarm_with_its_number_and_the_others_are_taken(
    two: Two, serve: Serve
) -> None:
    two.publish()
    two.publish()
    gone = bundles(two.state)[1]
    for path in (gone.data, gone.manifest, gone.signature):
        path.unlink()
    serve(two)
    told = pulled(two)
    assert [(one.venue, one.detail) for one in told if one.kind == "alarm"] == [
        (two.venue, "missing: bundle 2")
    ]
    assert [one.counter for one in here(two)] == [1, 3]
    assert contact.read(two.home, two.venue).alarms == ("missing: bundle 2",)


def test_an_altered_manifest_is_an_alarm_and_is_not_taken(two: Two, serve: Serve) -> None:
    bundle = two.publish()
    bundle.manifest.write_bytes(bundle.manifest.read_bytes().replace(b'"full"', b'"fuII"'))
    serve(two)
    told = pulled(two)
    assert any("altered" in text for text in alarms(told))
    assert [one.counter for one in here(two)] == [1]


def test_a_manifest_that_follows_another_than_the_one_here_is_refused_though_the_venues_key_signed_it(
    two: Two, serve: Serve
) -> None:
    serve(two)
    pulled(two)
    two.publish()
    bundle = two.publish()
    signed_anew(two, bundles(two.state)[1], previous_sha256="0" * 64)
    told = alarms(pulled(two))
    assert any("000002" in text and "it follows another manifest" in text for text in told)
    assert "missing: bundle 2" in told
    assert [one.counter for one in here(two)] == [1, 3] and here(two)[1].name == bundle.name


def test_a_number_that_is_there_twice_and_a_box_that_was_set_back_are_said(two: Two, serve: Serve) -> None:
    image = two.root / "image"
    shutil.copytree(two.state, image)
    two.publish()
    serve(two)
    assert alarms(pulled(two)) == []
    shutil.rmtree(two.state)
    image.rename(two.state)
    assert "its box was set back or replaced" in alarms(pulled(two))[0]
    two.publish()
    assert any("number 2 is there twice" in text for text in alarms(pulled(two)))
    assert [one.counter for one in here(two)] == [1, 2, 2], "answers are answers: both are taken"


def test_a_venue_that_nobody_compared_is_named_and_nothing_of_it_is_taken(
    tmp_path: Path, serve: Serve
) -> None:
    two = Two(tmp_path)
    two.publish()
    serve(two)
    told = pulled(two)
    assert "province trust" in alarms(told)[0] and here(two) == []


def test_a_venues_key_is_asked_for_over_the_line_and_believed_by_its_fingerprint_alone(
    tmp_path: Path, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    two = Two(tmp_path)
    words = ["province", "trust", "--venue", two.venue, "--home", str(two.home), "--fingerprint"]
    served = serve(two)
    assert main([*words, "SHA256:x"]) == 2 and "no bundle yet" in capsys.readouterr().err
    two.publish()
    told = two.prints()[0][1]
    assert (
        main([*words, "SHA256:" + "A" * 43]) == 2 and "no key has that fingerprint" in capsys.readouterr().err
    )
    assert alarms(pulled(two)) != []
    assert main([*words, told]) == 0
    assert (two.home / "allowed_signers").read_text(encoding="utf-8") == two.signers
    assert alarms(pulled(two)) == [] and len(served.receipts) == 1


def test_a_venue_that_is_down_is_left_after_some_tries_and_holds_up_no_other(two: Two, serve: Serve) -> None:
    serve(two)
    listed_but_down(two, "520100-99")
    told = pulled(two, at_once=1)
    assert [(one.venue, one.detail) for one in told if one.kind == "fault"] == [
        ("520100-99", "Connection refused")
    ]
    assert [one.counter for one in here(two)] == [1]
    assert contact.read(two.home, "520100-99").fault != ""


def test_two_pulls_of_one_home_are_one_too_many(two: Two, serve: Serve) -> None:
    serve(two)
    found = []

    def told(_: Told) -> None:
        if not found:
            try:
                Pull(two.home, Wish(once=True), budget=Budget(), told=lambda _: None).run()
            except PullBusy as error:
                found.append(error)

    Pull(two.home, Wish(once=True), budget=Budget(), told=told).run()
    assert len(found) == 1


def test_a_receipt_that_the_venue_takes_later_is_sent_again(two: Two, serve: Serve) -> None:
    refused = []

    def lie(handler: Handler, path: str) -> bool:
        if path.endswith("receipts") and len(refused) < 2:
            refused.append(path)
            handler.whole(b"{}", 507)
            return True
        return False

    served = serve(two, lie=lie)
    pulled(two)
    assert len(served.receipts) == 1 and was_accepted(here(two)[0])


def test_a_part_whose_medium_went_wrong_is_fetched_once_more_from_its_beginning(
    two: Two, serve: Serve
) -> None:
    grow(two)
    bundle = two.publish()
    served = serve(two, lie=cut_once(bundle.name, bundle.data.stat().st_size // 2))
    staging = two.home / "received" / two.venue / ".pulling"

    def spoil(told: Told) -> None:
        if told.kind == "fault":
            (part,) = staging.glob("*.part")
            with part.open("r+b") as file:
                file.write(b"rot")

    Pull(two.home, Wish(once=True, at_once=1, longest_wait_s=0.05), budget=Budget(), told=spoil).run()
    assert [bool(range_) for range_ in served.of(bundle.name + ".tar.zst.age")] == [False, True, False]
    assert here(two)[-1].data.read_bytes() == bundle.data.read_bytes()


def test_a_limit_is_kept_by_all_venues_together_and_a_stop_wakes_who_waits() -> None:
    budget = Budget(bytes_per_s=1e6)
    begun_s = time.monotonic()
    threads = [threading.Thread(target=budget.spend, args=(100_000,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun_s > 0.29
    waiting = threading.Thread(target=lambda: pytest.raises(Stopped, budget.spend, 1 << 40))
    waiting.start()
    budget.stop.set()
    waiting.join(20)
    assert not waiting.is_alive()
