"""Every refusal that the code can raise has its sentence, and gets what the sentence asks for."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import appliance
from appliance.words.languages import LANGUAGES
from appliance.words.refusals import REFUSALS, refusal_sentence

ROOT = Path(appliance.__file__).parent
EXAM = [ROOT / "exam" / "asked.py", *sorted((ROOT / "exam").rglob("*acts.py"))]
RAISERS = [*EXAM, ROOT / "pins.py", *sorted((ROOT / "control").glob("*.py"))]
ERRORS = {"Refused", "PinError", "ControlError"}


def raised(path: Path) -> Iterator[tuple[str, set[str]]]:
    """(code, names of its details) of each refusal made in a file, those passed on aside."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or node.func.id not in ERRORS
        ):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant):
            yield str(first.value), {keyword.arg for keyword in node.keywords if keyword.arg}
        else:
            assert any(keyword.arg is None for keyword in node.keywords), "passed on without its details"


FOUND = [(str(path.relative_to(ROOT)), code, given) for path in RAISERS for code, given in raised(path)]


def placeholders(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_the_scan_finds_what_is_there() -> None:
    assert {name for name, _, _ in FOUND} >= {
        "exam/acts.py", "exam/asked.py", "exam/panel_acts.py", "exam/power/acts.py", "exam/usb/acts.py", "pins.py",
        "control/server.py", "control/verbs.py",
    }  # fmt: skip
    assert len({code for _, code, _ in FOUND}) > 45


@pytest.mark.parametrize(("name", "code", "given"), FOUND)
def test_a_refusal_has_a_sentence_whose_placeholders_are_given(name: str, code: str, given: set[str]) -> None:
    assert code in REFUSALS, f"{name}: {code} has no sentence"
    for sentence in REFUSALS[code]:
        assert placeholders(sentence) <= given, f"{name}: {code}"


@pytest.mark.parametrize("code", REFUSALS)
def test_both_languages_say_it_with_the_same_particulars(code: str) -> None:
    zh, en = REFUSALS[code]
    assert zh != en and zh.endswith(("。", "}")) and en.endswith((".", "}"))
    assert all(ord(c) < 128 for c in en) and any(ord(c) > 0x2FFF for c in zh)
    assert placeholders(en) <= placeholders(zh) | placeholders(en)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_sentence_holds_what_it_was_given_and_no_braces(language: str) -> None:
    said = refusal_sentence(language, "meets-next-sitting", {"sitting": "pm", "start": "14:00"})
    assert "pm" in said and "14:00" in said and "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_of_a_newer_guard_is_shown_by_its_code(language: str) -> None:
    assert "moon-is-full" in refusal_sentence(language, "moon-is-full", {"phase": "open"})
    assert refusal_sentence(language, "moon-is-full", {}) == "moon-is-full"


@pytest.mark.parametrize("language", LANGUAGES)
def test_missing_or_hostile_details_never_raise(language: str) -> None:
    for code in REFUSALS:
        assert refusal_sentence(language, code, {})
        hostile = dict.fromkeys(placeholders(" ".join(REFUSALS[code])), "{0.__class__}" * 100)
        assert len(refusal_sentence(language, code, hostile)) < 1000
