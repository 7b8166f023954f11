"""The line is down: bundles go to the province on a stick and come back as receipts, with real commands throughout."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write(backup=True)
    line = (made.identity.parent / "receipts.pub").read_text(encoding="utf-8").strip()
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(
        text.replace("[backup]\n", f'[backup]\nreceipt_keys = ["{line}"]\n'), encoding="utf-8"
    )
    yield made
    made.close()


def carried(place: Place) -> Path:
    """The stick: the outbox's bundles, and the venue's public key."""
    stick = place.directory / "stick"
    stick.mkdir(exist_ok=True)
    for path in (place.state / "outbox").iterdir():
        if not path.name.startswith("."):
            shutil.copy(path, stick)
    shutil.copy(place.state / "keys" / "allowed_signers", stick)
    return stick


def test_from_the_outbox_to_the_province_and_back_to_the_page(place: Place) -> None:
    place.guard()
    assert place.venue("backup", "run", "--config", str(place.config)).returncode == 0
    name = place.status()["backup"]["last"]["name"]
    stick, home = carried(place), str(place.identity.parent)

    early = place.venue("province", "import", str(stick), "--home", home)
    assert early.returncode == 2 and one_line(early.stderr) and "province trust" in early.stderr
    said = place.venue("backup", "fingerprint").stdout.split()
    assert said[0] == "520100-03"
    signers = str(stick / "allowed_signers")
    assert place.venue("province", "trust", signers, "--fingerprint", said[1], "--home", home).returncode == 0

    done = place.venue("province", "import", str(stick), "--home", home)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout and "1 files opened and right" in done.stdout
    again = place.venue("province", "import", str(stick), "--home", home, "--json")
    assert [(row["fault"], row["new"]) for row in json.loads(again.stdout)["bundles"]] == [("", False)]
    assert "has its receipt" in place.venue("province", "verify", "--home", home).stderr

    assert place.status()["province"]["state"] == "none"
    noted = place.venue("backup", "receipt", str(stick))
    assert noted.returncode == 0, noted.stderr
    wait_for(lambda: place.status()["province"]["state"] == "received")
    (event,) = place.events("bundle.receipted")
    assert (event["body"]["name"], event["body"]["files"], event["body"]["expected"]) == (name, 1, None)
    assert {path.suffix for path in (place.state / "receipts").glob("*.receipt*")} == {".json", ".sig"}


def test_a_receipt_by_another_hand_is_one_line_and_changes_nothing(place: Place) -> None:
    place.guard()
    assert place.venue("backup", "run").returncode == 0
    stick = carried(place)
    other = place.directory / "other"
    assert place.venue("province", "init", str(other)).returncode == 0
    shutil.copy(place.identity, other / "province.key")  # who opens bundles is not who may receipt them
    told = place.venue("backup", "fingerprint").stdout.split()[1]
    words = (str(stick / "allowed_signers"), "--fingerprint", told, "--home", str(other))
    assert place.venue("province", "trust", *words).returncode == 0
    assert place.venue("province", "import", str(stick), "--home", str(other)).returncode == 0
    refused = place.venue("backup", "receipt", str(stick))
    assert refused.returncode == 2 and one_line(refused.stderr) and "not the province's" in refused.stderr
    assert not place.events("bundle.receipted") and not (place.state / "receipts").exists()
    empty = place.directory / "empty"
    empty.mkdir()
    assert place.venue("backup", "receipt", str(empty)).returncode == 64
    assert place.venue("province", "import", str(empty), "--home", str(other)).returncode == 64
