"""What the command says of itself: each verb and option in both languages, and what a shell is told of them."""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli import VERBS, command_line, main
from appliance.words.command import HELP_ZH
from tests.cli.test_shell import READING

ROOT = Path(__file__).resolve().parent.parent.parent
# What people read and programs may have: each gives one JSON object.
MUST_READ = {
    "status", "events", "log verify", "sitting list", "power status", "usb list", "net status", "net rehearse list",
    "incident list", "incident show", "seat list", "backup list", "backup verify", "config check",
}  # fmt: skip


def leaves(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield path.strip(), parser
    for action in below:
        for name, parser_below in action.choices.items():
            yield from leaves(parser_below, f"{path} {name}")


def helps(parser: argparse.ArgumentParser, path: str = "venue") -> Iterator[tuple[str, str | None]]:
    """Every help line below a parser, with the place it stands at."""
    yield f"{path}: what it does", parser.description or ""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            named = {choice.dest: choice.help for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield f"{path} {name}", named.get(name)
                yield from helps(below, f"{path} {name}")
        elif action.help != argparse.SUPPRESS:
            yield f"{path} {'/'.join(action.option_strings) or action.dest}", action.help


def test_every_verb_and_option_has_its_help_in_chinese() -> None:
    english = dict(helps(command_line("en")))
    chinese = dict(helps(command_line("zh_CN")))
    assert [place for place, text in english.items() if text is None] == [], "USUAL or help=: what it is"
    missing = {english[place] for place, text in chinese.items() if text and text == english[place]}
    assert missing == set(), "appliance/words/command.py, HELP_ZH"
    assert [text for _, text in VERBS.values() if text not in HELP_ZH] == []


def test_help_speaks_the_language_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, usage, word in (("zh_CN", "用法：venue", "选项:"), ("en", "usage: venue", "options:")):
        told = next(parser for name, parser in leaves(command_line(language)) if name == "sitting delay").format_help()
        assert told.startswith(usage) and word in told


# What argparse says of a line that it does not understand, by what is wrong with it.
NOT_UNDERSTOOD = [
    ["reboot"], ["--frobnicate"], ["status", "now"], ["sitting"], ["sitting", "delay", "five", "--by", "x"],
    ["drill", "maybe", "--by", "x"], ["power", "test", "u", "--by-hand", "--command", "--by", "x"], ["setup", "--step"],
    ["setup", "--step", "99"], ["status", "--json=7"], ["backup", "restore", "--identity", "k", "--into", "d", "--s"],
]  # fmt: skip


@pytest.mark.parametrize("line", NOT_UNDERSTOOD, ids=" ".join)
def test_a_line_that_is_not_understood_is_said_in_chinese(
    line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    code = main(line)
    said = capsys.readouterr().err
    if code == 64:
        usage, why = said.split("venue", 1)[0], said.splitlines()[-1]
        assert usage == "用法：" and re.search("[一-鿿]", why), said
        assert not re.search(r"error|invalid|argument|required|expected|choose|allowed", why), said
    assert code in (64, 69)
    monkeypatch.setenv("LC_ALL", "C")
    main(line)
    assert "用法" not in capsys.readouterr().err


def test_every_reading_verb_takes_json_and_is_tried_with_it() -> None:
    with_json = {
        name
        for name, parser in leaves(command_line("en"))
        if any("--json" in action.option_strings for action in parser._actions)
    }
    assert with_json >= MUST_READ
    tried = {" ".join(word for word in line if not word[0].isdigit() and word[0] != "-") for line in READING}
    # They need a key, a sitting, a seal, sources, a stick: tests of their own.
    without = {
        "backup restore", "report", "seal certificate", "backup drill", "backup export", "province import",
        "province verify", "province pull", "province enrol", "province status",
        "province restore", "diag", "handover", "changeable",
    }  # fmt: skip
    assert with_json - tried <= without, "tests/cli/test_shell.py, READING"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("shtab", reason="shtab is not installed: scripts/venv build")
    pytest.importorskip("argparse_manpage", reason="argparse-manpage is not installed: scripts/venv build")
    there = tmp_path_factory.mktemp("cli-docs")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "build-cli-docs"), str(there)], check=True, timeout=60)
    return there


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
@pytest.mark.parametrize("page", ["man1/venue.1", "zh_CN/man1/venue.1"])
def test_the_man_page_names_every_verb_and_groff_complains_of_nothing(built: Path, page: str) -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", str(built / page)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "can't break line" not in line and "adjust" not in line] == []
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert [verb for verb in VERBS if f"venue {verb}" not in plain] == []
    assert "VENUE_CONFIG" in plain and "78" in plain


def test_every_heading_of_the_chinese_page_is_chinese(built: Path) -> None:
    text = (built / "zh_CN/man1/venue.1").read_text(encoding="utf-8")
    headings = re.findall(r"^\.SH (.+)$", text, re.MULTILINE)
    assert len(headings) > 50 and [each for each in headings if not re.match("[一-鿿]", each)] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "completed"),
    [("venue sea", {"seal", "seat"}), ("venue sitting ex", {"extend"}), ("venue status --w", {"--watch"})],
)
def test_bash_completes_verbs_and_options(built: Path, words: str, completed: set[str]) -> None:
    script = (
        'source "$0"; read -ra COMP_WORDS <<<"$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
        'complete -p venue | grep _shtab_venue >/dev/null || exit 3; _shtab_venue; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    argv = ["bash", "-c", script, str(built / "bash" / "venue"), words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert set(done.stdout.split()) == completed, done.stderr


def test_an_absolute_path_of_this_tree_is_in_nothing_that_is_built(built: Path) -> None:
    for path in built.rglob("*"):
        assert not path.is_file() or str(ROOT) not in path.read_text(encoding="utf-8")
