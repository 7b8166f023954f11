"""The technician's runbook: each command in it is one that the box takes."""

import argparse
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from appliance.cli import VERBS, command_line

PAGE = Path(__file__).resolve().parent.parent / "docs" / "runbook-technician.md"
COMMANDS = [
    found[1].partition("  #")[0].strip()
    for found in re.finditer(r"^ {4,}(venue .+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
]
SPOKEN = re.findall(r"`(venue [^`]+)`", PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parser() -> argparse.ArgumentParser:
    return command_line("en")


@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_a_command_of_the_runbook_is_one_that_the_box_takes(
    parser: argparse.ArgumentParser, command: str
) -> None:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            args = parser.parse_args(shlex.split(command)[1:])
    except SystemExit:
        pytest.fail(f"{command}: {said.getvalue().strip().splitlines()[-1]}")
    assert callable(args.run)


def test_a_verb_that_the_runbook_speaks_of_exists() -> None:
    assert [spoken for spoken in SPOKEN if spoken.split()[1] not in VERBS] == []


def test_the_runbook_has_commands_for_each_of_its_chapters() -> None:
    chapters = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(chapters) == 9 and all(
        re.search(r"^ {4,}venue ", each, flags=re.MULTILINE) for each in chapters
    )
    assert len(COMMANDS) > 40
