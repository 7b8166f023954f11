"""`venue net ruleset`: the rules as printed."""

from pathlib import Path

import pytest

from appliance.cli import main
from tests.daemon.test_network_config import WHOLE, settings


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")


def test_the_rules_are_printed_with_every_window_closed_where_no_guard_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = f'run_dir = "{tmp_path}/run"\n'
    made = settings(tmp_path, run_dir + WHOLE)
    assert main(["net", "ruleset", "--config", str(made.path)]) == 0
    printed, said = capsys.readouterr()
    assert printed.startswith("# Venue Appliance: one transaction") and "every window closed" in said
    assert "add element bridge venue window" not in printed
    assert 'oifname "eth0" goto outward' in printed
    assert main(["net", "ruleset", "--boot", "--config", str(made.path)]) == 0
    assert capsys.readouterr() == (printed, "")


def test_faults_of_the_configuration_are_told_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = settings(tmp_path)
    made.path.write_text(made.path.read_text().replace("10.50.0.2", "10.60.0.2"))
    assert main(["net", "ruleset", "--config", str(made.path)]) == 78
    assert "outside the exam network" in capsys.readouterr().err


def test_config_apply_writes_what_holds_early_in_the_boot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = settings(tmp_path)
    assert main(["config", "apply", "--check", str(made.path)]) == 1
    assert not (tmp_path / "network.nft").exists()
    assert main(["config", "apply", str(made.path)]) == 0
    assert main(["net", "ruleset", "--boot", "--config", str(made.path)]) == 0
    assert (tmp_path / "network.nft").read_text() in capsys.readouterr().out
    assert main(["config", "apply", "--check", str(made.path)]) == 0
    settings(tmp_path, "")
    assert main(["config", "apply", str(made.path)]) == 0
    assert not (tmp_path / "network.nft").exists()


def test_config_apply_writes_what_other_programs_answer_and_takes_it_away_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("dnsmasq.conf", "chrony.conf", "nginx-ncsi.conf")
    made = settings(tmp_path, WHOLE.replace("[[network.exam", "dhcp = true\n[[network.exam", 1))
    assert main(["config", "apply", "--check", str(made.path)]) == 1
    assert not [name for name in names if (tmp_path / name).exists()]
    assert main(["config", "apply", str(made.path)]) == 0
    assert "chrony.conf: as it must be now: restart chrony" in capsys.readouterr().out
    assert "dhcp-host=02:50:00:00:01:01,10.50.0.101" in (tmp_path / "dnsmasq.conf").read_text()
    assert main(["config", "apply", "--check", str(made.path)]) == 0
    (tmp_path / "chrony.conf").write_text("pool 2.debian.pool.ntp.org\n")
    assert main(["config", "apply", "--check", str(made.path)]) == 1
    settings(tmp_path, "")
    assert main(["config", "apply", str(made.path)]) == 0
    assert not [name for name in names if (tmp_path / name).exists()]
