"""A backup as its own unit under a real systemd: started by the guard's unit, with its user's rights and no others."""

from typing import Any

import pytest

from tests.lab.vm_package import SLOW_S, Packaged

pytestmark = [pytest.mark.vm, pytest.mark.slow]

ENDS = ("bundle.published", "backup.failed")


def next_of(box: Packaged, kind: str, since: int) -> dict[str, Any]:
    """How the first backup after row `since` ended, which is by an event of `kind`."""
    asked = f"""python3 -I /root/ask.py events '{{"since": {since}}}' '{{}}'"""
    found = f"{asked} | grep -Eq 'bundle.published|backup.failed'"
    box.vm.await_true(found, timeout_s=SLOW_S)
    said = [event for event in box.ask("events", since=since)["events"] if event["kind"] in ENDS]
    assert said[0]["kind"] == kind, said
    body: dict[str, Any] = said[0]["body"]
    return body


def wanted(box: Packaged) -> int:
    """Asks for a bundle; the row from which on its end stands in the record."""
    seq: int = box.ask("backup.run", by="uid 0", full=False)["seqs"][0]
    return seq


def test_the_guard_starts_the_unit_which_reads_what_is_roots_and_its_end_is_known(packaged: Packaged) -> None:
    vm = packaged.vm
    published = next_of(packaged, "bundle.published", wanted(packaged))
    assert published["incomplete"] == []
    # The house makes one each night: where it is night here, this one follows it.
    assert packaged.rows("bundle.published")[0]["body"]["files"] == 2
    assert packaged.show("venue-backup.service", "User", "Result", "ExecMainStatus") == {
        "User": "venue-backup", "Result": "success", "ExecMainStatus": "0"
    }  # fmt: skip
    owners = vm.out(f"stat --format='%U %G %a' /var/lib/venue-appliance/outbox/{published['name']}*").split("\n")
    assert {owner for owner in owners if owner} == {"venue-backup www-data 640"}


def test_one_that_is_killed_is_told_with_its_reason_and_the_next_is_a_delta(packaged: Packaged) -> None:
    vm = packaged.vm
    vm.out("mkfifo /root/stop")
    seq = wanted(packaged)
    vm.await_true("pgrep -f 'cat /root/stop'", timeout_s=SLOW_S)
    vm.out("systemctl kill --signal=KILL venue-backup.service; rm /root/stop")
    assert next_of(packaged, "backup.failed", seq)["reason"] == "venue-backup.service: it was killed"
    again = next_of(packaged, "bundle.published", wanted(packaged))
    assert again["bundle_kind"] == "delta", "its user reads its own index"
    vm.sh("systemctl reset-failed venue-backup.service")  # unknown to systemd where it has forgotten it by now
