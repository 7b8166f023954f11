"""`venue check`, `venue seal`, `venue unseal` and the certificate, by a real guard."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.eventlog import EventLog
from appliance.eventlog.files import newest
from tests.cli.test_day import PEOPLE, PINS, set_pins
from tests.fakes.place import TIMETABLE, Place
from tests.fakes.wait import wait_for


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write(timetable=TIMETABLE)
    made.guard()
    set_pins(made)
    yield made
    made.close()


def checked(place: Place, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(place.venue("check", "--json", *words).stdout)
    return told


def test_the_check_names_each_point_with_its_reason_and_its_code_is_the_worst_musts(place: Place) -> None:
    done = place.venue("check", LANG="zh_CN.UTF-8")
    assert done.returncode == 3, "nothing is watched: unknown"
    assert "必须" in done.stdout and "还没有人核对过时间" in done.stdout and "→" in done.stdout
    told = checked(place)
    assert told["schema"] == 1 and len([p for p in told["points"] if p["must"]]) == 8
    assert all(p["name"] and p["reason"] and p["todo"] for p in told["points"])


def test_what_a_person_says_moves_its_point(place: Place) -> None:
    def stands() -> dict[str, str]:
        return {p["key"]: p["code"] for p in checked(place)["points"]}

    assert place.venue("check", "clock", "--by", "王主考", "--offset", "2").returncode == 0
    assert place.venue("check", "isolation", "--by", "张工", "--isolated", "yes").returncode == 0
    assert place.venue("check", "seat-usb", "--by", "张工", "--blocked", "no").returncode == 0
    found = stands()
    assert (found["clock"], found["isolation"], found["seat_usb"]) == (
        "confirmed",
        "confirmed",
        "not-blocked",
    )
    too_early = place.venue("check", "morning", "--by", "王主考", LANG="en_US.UTF-8")
    assert too_early.returncode == 2 and "no morning check" in too_early.stderr


def test_a_red_must_point_is_listed_and_needs_its_written_reason(place: Place, tmp_path: Path) -> None:
    assert place.venue("check", "clock", "--by", "王主考", "--offset", "300").returncode == 0
    assert place.venue("check").returncode == 2
    refused = place.venue("seal", *PEOPLE, **(PINS | {"LANG": "zh_CN.UTF-8"}))
    assert refused.returncode == 2 and "还不能封场：时间" in refused.stderr and "差 300 秒" in refused.stderr
    assert place.status()["seal"] is None
    sealed = place.venue("seal", *PEOPLE, "--override", "clock=挂钟不准 <b>", **PINS)
    assert sealed.returncode == 0, sealed.stderr
    wait_for(lambda: place.status()["seal"] is not None)
    assert place.status()["seal"]["overrides"] == 1
    told = json.loads(place.venue("seal", "certificate", "--json").stdout)
    assert len(told["row_hash"]) == 64 and told["seal"]["body"]["chief"] == "王主考"
    clock = next(p for p in told["seal"]["body"]["points"] if p["key"] == "clock")
    assert clock["override"] == "挂钟不准 <b>" and told["seal"]["body"]["log_hash"]
    paper = tmp_path / "seal.html"
    assert place.venue("seal", "certificate", "--html", str(paper)).returncode == 0
    html = paper.read_text(encoding="utf-8")
    assert told["row_hash"][:8] in html and "挂钟不准 &lt;b&gt;" in html
    assert "<style>" in html and "stylesheet" not in html, "a file of its own needs no other"
    assert place.venue("seal", "certificate", "--html", "/nowhere/x.html").returncode == 69


def test_a_certificate_before_any_seal_is_one_plain_line(place: Place) -> None:
    done = place.venue("seal", "certificate", LANG="en_US.UTF-8")
    assert done.returncode == 69 and done.stderr.strip() == "The record holds no seal yet."
    usage = place.venue("seal")
    assert usage.returncode == 64


def test_the_first_bundle_after_the_seal_signs_it(tmp_path: Path) -> None:
    """What the certificate names holds with stock tools: ssh-keygen for the manifest, the chain for the rest."""
    place = Place()
    try:
        place.write(backup=True, timetable=TIMETABLE)
        place.guard()
        set_pins(place)
        assert place.venue("seal", *PEOPLE, **PINS).returncode == 0
        wait_for(lambda: place.status()["backup"]["last"] is not None, seconds=120)  # a full bundle, on a busy machine
        wait_for(lambda: json.loads(place.venue("seal", "certificate", "--json").stdout)["signed_by"] != "")
        told = json.loads(place.venue("seal", "certificate", "--json").stdout)
        manifest = place.state / "outbox" / f"{told['signed_by']}.json"
        head = json.loads(manifest.read_text(encoding="utf-8"))
        assert head["log_seq"] >= told["seal"]["seq"]
        log = EventLog(newest(place.log), read_only=True)
        try:
            assert log.hash_at(head["log_seq"]).hex() == head["log_hash"]
            assert log.hash_at(told["seal"]["seq"]).hex() == told["row_hash"]
        finally:
            log.close()
        signers = place.state / "keys" / "allowed_signers"
        argv = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "520100-03", "-n", "venue-backup"]
        argv += ["-s", f"{manifest}.sig"]
        with manifest.open("rb") as text:
            assert (
                subprocess.run(argv, stdin=text, capture_output=True, timeout=120, check=False).returncode == 0
            )
    finally:
        place.close()
