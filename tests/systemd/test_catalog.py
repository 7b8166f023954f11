"""The journal's catalogs: an entry for each kind, its fields those that are sent, read by the real journalctl."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from appliance.events import BODIES
from appliance.events.bodies import CRITICAL, ERROR
from appliance.journal import event_fields, message_id
from appliance.words.explained import EXPLAINED
from scripts.catalog import FILES, catalog

ROOT = Path(__file__).resolve().parent.parent.parent
needs_journalctl = pytest.mark.skipif(
    shutil.which("journalctl") is None, reason="journalctl is not installed (Debian: systemd)"
)


def entries(language: str) -> dict[str, str]:
    """The text of each entry by its MESSAGE_ID."""
    parts = re.split(r"^-- ([0-9a-f]{32})$", catalog(language), flags=re.MULTILINE)[1:]
    assert len(parts) == 2 * len(set(parts[::2])), "no id twice"
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("language", FILES.values())
def test_every_kind_has_its_entry_and_no_entry_is_for_nothing(language: str) -> None:
    assert set(entries(language)) == {message_id(kind) for kind in BODIES}
    assert set(EXPLAINED) == set(BODIES)


@pytest.mark.parametrize("language", FILES.values())
def test_an_entry_asks_for_no_field_that_its_event_does_not_send(language: str) -> None:
    told = entries(language)
    for kind, body in BODIES.items():
        sent = set(event_fields(kind, 1, {field.name: "x" for field in fields(body)}))
        asked = set(re.findall(r"@([A-Z0-9_]+)@", told[message_id(kind)]))
        assert asked <= sent, kind
        assert sent - asked <= {"MESSAGE_ID", "VENUE_KIND"}, f"{kind}: a field that nobody would see"


def test_no_field_of_a_body_hides_the_kind_or_the_row() -> None:
    for kind, body in BODIES.items():
        sent = event_fields(kind, 7, {field.name: "x" for field in fields(body)})
        assert (sent["MESSAGE_ID"], sent["VENUE_KIND"], sent["VENUE_SEQ"]) == (message_id(kind), kind, "7")


def test_what_somebody_must_act_on_says_what_to_do_in_both_languages() -> None:
    for kind, body in BODIES.items():
        explanation = EXPLAINED[kind]
        if body.level <= ERROR and kind != "ending.rested" and kind != "ending.agreed":
            assert explanation.todo is not None, kind
        for text in (explanation.title, explanation.means, explanation.todo):
            if text is not None:
                assert re.search("[\u4e00-\u9fff]", str(text.zh)), kind
                assert not re.search("[\u4e00-\u9fff]", str(text.en)), kind
    assert any(body.level == CRITICAL for body in BODIES.values())


def test_a_list_is_told_as_words_and_what_is_not_known_as_nothing() -> None:
    plain = {"status": ["OB", "LB"], "charge_percent": None, "state": {"much": 1}, "note": "y" * 999}
    sent = event_fields("x", 1, plain)
    assert (sent["VENUE_STATUS"], sent["VENUE_CHARGE_PERCENT"]) == ("OB, LB", "")
    assert "VENUE_STATE" not in sent and len(sent["VENUE_NOTE"]) == 200


@needs_journalctl
@pytest.mark.parametrize("language", FILES.values())
def test_journalctl_reads_every_entry_of_the_catalog(language: str, tmp_path: Path) -> None:
    there = tmp_path / "usr/lib/systemd/catalog"
    there.mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    # without its language in the name: the locale need not be installed here
    (there / "venue.catalog").write_text(catalog(language), encoding="utf-8")
    run = ["journalctl", f"--root={tmp_path}"]
    made = subprocess.run([*run, "--update-catalog"], capture_output=True, text=True, timeout=60)
    assert (made.returncode, made.stderr) == (0, ""), "journalctl finds nothing to complain of"
    listed = subprocess.run([*run, "--list-catalog"], capture_output=True, text=True, timeout=60, check=True)
    assert {line.split()[0] for line in listed.stdout.splitlines()} == {message_id(kind) for kind in BODIES}
    one = subprocess.run(
        [*run, "--dump-catalog", message_id("power.read")], capture_output=True, text=True, timeout=60, check=True
    )
    assert str(EXPLAINED["power.read"].title.in_language(language)) in one.stdout


def test_both_catalogs_are_there_under_the_names_that_systemd_reads() -> None:
    for name, language in FILES.items():
        assert (ROOT / name).read_text(encoding="utf-8") == catalog(language)
    assert {Path(name).name for name in FILES} == {"venue.catalog", "venue.zh_CN.catalog"}
