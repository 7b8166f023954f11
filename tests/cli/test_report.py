"""`venue report`: text, JSON or a page to print; what can not be written leaves the old file."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import main
from tests.web import reports, snapshots
from tests.web.fake_guard import FakeGuard


@pytest.fixture
def config() -> Iterator[Path]:
    """The configuration of a guard that gives a report."""
    with tempfile.TemporaryDirectory(prefix="va-") as name:
        path = Path(name) / "appliance.toml"
        text = f'[venue]\ncode = "x"\nname = "x"\nstate_dir = "{name}"\nrun_dir = "{name}"\n'
        path.write_text(text, encoding="utf-8")
        with FakeGuard(Path(name) / "control.sock", snapshots.all_well()) as guard:
            guard.acts["sitting.report"] = reports.report()
            yield path


def test_in_words_it_names_items_acts_bundles_and_the_records_code(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["report", "am", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    for words in ("实验中学考点", "考试机离线", "已换备用机（李监考）", "答复：同意", "收卷完成", "6f1c92ab" * 8):
        assert words in told, words


def test_as_json_it_is_what_the_guard_gave(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--json", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": 1} | reports.report()


def test_as_a_page_it_is_written_whole_or_not_at_all(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "report.html"
    assert main(["report", "am", "--html", str(place), "--config", str(config)]) == 0
    assert place.read_text(encoding="utf-8").startswith("<!doctype html>") and list(tmp_path.iterdir()) == [place]
    assert main(["report", "am", "--html", str(tmp_path / "gone" / "x.html"), "--config", str(config)]) == 69
    assert capsys.readouterr().err.count("\n") == 1
