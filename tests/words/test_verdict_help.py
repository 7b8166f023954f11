"""Three lines for every verdict, in both languages, that a layman can act on."""

import pytest

from appliance.words import verdict_help
from appliance.words.verdict_help import HELP, SILENT
from appliance.words.verdicts import HEADLINES

BOTH = pytest.mark.parametrize("language", ["zh_CN", "en"])


def test_every_verdict_has_its_help_and_no_help_is_without_a_verdict() -> None:
    assert set(HELP) == {*HEADLINES, SILENT}


@BOTH
@pytest.mark.parametrize("code", HELP)
def test_it_is_three_short_sentences_that_stop_no_exam_and_need_no_technician_to_read(code: str, language: str) -> None:
    lines = verdict_help(language, code)
    assert len(lines) == 3 and all(20 < len(line) * (3 if language == "zh_CN" else 1) <= 140 for line in lines)
    for word in ("暂停", "停考", "主机", "考生作弊", "daemon", "nft", "SQLite", "stop the exam"):
        assert word not in " ".join(lines), word


@BOTH
def test_a_verdict_of_a_newer_guard_is_helped_as_an_unknown_state(language: str) -> None:
    assert verdict_help(language, "never-heard-of") == verdict_help(language, "unknown")
