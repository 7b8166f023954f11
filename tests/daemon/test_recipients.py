"""The province's keys in the configuration: each fault by its place, no secret repeated, an old key not used."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance import daemon
from appliance.backup.age_keys import new_identity
from appliance.cli import main
from appliance.config import ConfigError

NOON = datetime(2026, 9, 5, 4, tzinfo=UTC)
SOURCE = '[[backup.source]]\nname = "answers"\ndriver = "directory"\npath = "/srv/answers"\n'
# The u-coordinate 0 is a point of low order: the shared secret would be known to everybody.
LOW_ORDER = "age1" + "q" * 52 + "5cu47z"


def write(directory: Path, recipients: str) -> Path:
    path = directory / "appliance.toml"
    text = '[venue]\ncode = "520100-03"\nname = "考点"\n[backup]\n' + f"recipients = [{recipients}]\n{SOURCE}"
    path.write_text(text, encoding="utf-8")
    return path


def faults(directory: Path, recipients: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        daemon.read(write(directory, recipients))
    return caught.value.faults


def test_a_key_alone_and_a_key_with_its_last_day_stand_side_by_side(tmp_path: Path) -> None:
    old, new = new_identity()[1], new_identity()[1]
    settings = daemon.read(
        write(tmp_path, f'{{ key = "{old}", name = "2025", expires = 2026-09-04 }}, "{new}"')
    )
    assert [(each.name, each.expires) for each in settings.plan.recipients] == [("2025", "2026-09-04"), ("", "")]
    assert all(len(each.key) == 12 for each in settings.plan.recipients)
    assert daemon.recipients.sealed_to(settings.config, NOON) == (new,)


def test_the_last_day_is_the_venues_and_is_used_to_its_end(tmp_path: Path) -> None:
    key, other = new_identity()[1], new_identity()[1]
    config = daemon.read(write(tmp_path, f'{{ key = "{key}", expires = 2026-09-05 }}, "{other}"')).config
    midnight = datetime(2026, 9, 5, 16, tzinfo=UTC)  # in Shanghai
    assert daemon.recipients.sealed_to(config, midnight.replace(hour=15, minute=59)) == (key, other)
    assert daemon.recipients.sealed_to(config, midnight) == (other,)
    assert daemon.recipients.expired(tmp_path / "f.toml", config, midnight)
    assert len(daemon.recipients.expiring(config, NOON)) == 1


def test_where_every_key_is_expired_they_are_used_on_and_it_is_said(tmp_path: Path) -> None:
    key = new_identity()[1]
    config = daemon.read(write(tmp_path, f'{{ key = "{key}", expires = 2026-09-04 }}')).config
    assert daemon.recipients.sealed_to(config, NOON) == (key,)
    (fault,) = daemon.recipients.expired(tmp_path / "f.toml", config, NOON)
    assert fault.startswith("f.toml: backup.recipients[0]: expired on 2026-09-04")


def test_an_expired_key_is_refused_at_the_check_and_keeps_no_guard_from_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, f'{{ key = "{new_identity()[1]}", expires = 2020-01-01 }}')
    assert main(["config", "check", "--json", str(path)]) == 78
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert fault.startswith("appliance.toml: backup.recipients[0]: expired on 2020-01-01")
    assert daemon.read(path).plan.backup


def test_a_key_that_anybody_could_open_is_refused_at_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "check", str(write(tmp_path, f'"{LOW_ORDER}"'))]) == 78
    assert "backup.recipients[0]: the recipient is a point of low order" in capsys.readouterr().err


def test_the_same_key_twice_is_a_fault_however_it_is_written(tmp_path: Path) -> None:
    key = new_identity()[1]
    (fault,) = faults(tmp_path, f'"{key}", {{ key = "{key.upper()}" }}')
    assert fault.startswith("appliance.toml: backup.recipients[1]: the same key as recipients[0]")


def test_each_fault_is_told_by_its_place_and_no_secret_is_repeated(tmp_path: Path) -> None:
    secret, good = new_identity()
    wrong = [
        f'"  {secret}"',
        f'"# key: {secret.lower()}"',
        '"-----BEGIN OPENSSH PRIVATE KEY-----"',
        f'"{secret[16:]}"',  # the part that counts, copied without its head
        f'"{good[:-1]}"',
        '"ssh-ed25519 AAAAC3Nz"',
        f'{{ key = "{secret}", name = "province" }}',
    ]
    found = faults(tmp_path, ", ".join(wrong))
    assert [fault.split(":")[1].strip() for fault in found] == [f"backup.recipients[{n}]" for n in range(7)]
    assert sum("this is a private key" in fault for fault in found) == 4
    assert not any(secret[20:30].lower() in fault.lower() for fault in found)


@pytest.mark.parametrize(
    "table", ['{ key = "KEY", colour = "red" }', '{ name = "2026" }', '{ key = "KEY", expires = "soon" }', "7"]
)
def test_a_table_that_is_none_of_ours_is_a_fault_with_its_place(tmp_path: Path, table: str) -> None:
    (fault,) = faults(tmp_path, table.replace("KEY", new_identity()[1]))
    assert fault.startswith("appliance.toml: backup.recipients[0]")
