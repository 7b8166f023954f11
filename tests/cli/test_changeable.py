"""Whether a box may be changed where no guard answers: where its record is missing nobody can say."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.cli import main
from tests.fakes.record import configured, written

NOW = datetime(2098, 9, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A box that was set up and whose guard wrote a record, in which nothing was ever sealed; its guard is down."""
    (tmp_path / "appliance.toml").write_text(
        f'[venue]\ncode = "520100-03"\nname = "考点"\nstate_dir = "{tmp_path}/state"\nrun_dir = "{tmp_path}/run"\n',
        encoding="utf-8",
    )
    (tmp_path / "lockdown.conf").write_text("# nothing\n")
    written(tmp_path / "state/log/events-1.sqlite", configured(NOW, begins_in_minutes=9000), at=NOW)
    return tmp_path


def why(box: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["changeable", "--json", "--config", str(box / "appliance.toml")])
    return code, json.loads(capsys.readouterr().out)["why"]


@pytest.mark.parametrize("left", ["nothing", "an empty directory"])
def test_a_box_whose_record_is_not_there_is_left_as_it_is(
    box: Path, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(box, capsys) == (0, "")
    shutil.rmtree(box / "state")
    if left != "nothing":
        (box / "state/log").mkdir(parents=True)
    assert why(box, capsys) == (3, "missing")
    assert main(["changeable", "--config", str(box / "appliance.toml")]) == 3
    assert "systemctl restart venue-guard" in capsys.readouterr().err


def test_a_box_that_was_never_set_up_has_no_record_to_miss(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(box / "state")
    (box / "lockdown.conf").unlink()
    (box / "enrolled").mkdir()
    assert why(box, capsys) == (0, ""), "the package alone, in the midst of its setup: no guard ever ran"


def test_a_box_that_is_nobodys_by_its_mark_may_be_set_up(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(box / "state")
    (box / "unconfigured").touch()
    assert why(box, capsys) == (0, "")
