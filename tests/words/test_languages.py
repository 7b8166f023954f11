"""Which language somebody gets."""

import pytest

from appliance.words import html_language, language_named, other_language, shell_language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en", "en"),
        ("en_GB.UTF-8", "en"),
        ("zh-CN", "zh_CN"),
        ("ZH", "zh_CN"),
        ("", "zh_CN"),
        (None, "zh_CN"),
        ("../x", "zh_CN"),
    ],
)
def test_a_page_is_chinese_unless_english_is_asked_for(asked: str | None, language: str) -> None:
    assert language_named(asked) == language


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "de_DE"}, "zh_CN"),
    ],
)
def test_a_shell_is_english_unless_its_locale_is_chinese(environ: dict[str, str], language: str) -> None:
    assert shell_language(environ) == language


def test_the_link_leads_to_the_other_language() -> None:
    assert other_language("zh_CN") == "en" and other_language("en") == "zh_CN"
    assert html_language("zh_CN") == "zh-CN"
