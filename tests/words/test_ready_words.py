"""Every reason of the readiness check has its words in both languages, and takes whatever comes."""

import pytest

from appliance.exam.readiness.morning import MORNING
from appliance.exam.readiness.point import MUST, SHOULD
from appliance.words.languages import LANGUAGES
from appliance.words.ready.musts import MUSTS
from appliance.words.ready.sentences import POINT_NAMES, point_words
from appliance.words.ready.shoulds import MORNINGS, SHOULDS
from appliance.words.refusals import refusal_sentence


def listed(table: object) -> set[str]:
    assert hasattr(table, "items")
    return {f"{key}.{code}" for key, codes in table.items() for code in codes}


def test_every_reason_has_words_and_no_words_are_without_a_reason() -> None:
    assert set(MUSTS) == listed(MUST)
    assert set(SHOULDS) == listed(SHOULD)
    assert set(MORNINGS) == listed(MORNING)
    assert set(POINT_NAMES) >= {*MUST, *SHOULD, *MORNING}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_point_that_lacks_everything_has_a_sentence(language: str) -> None:
    for name in (*MUSTS, *SHOULDS):
        key, _, code = name.partition(".")
        words = point_words(language, {"key": key, "code": code}, lambda iso: iso)
        assert words.name and words.reason and words.todo
    for point in ({}, {"key": "new", "code": "newer", "args": {"a": 1}}, {"key": None, "args": 7}):
        assert point_words(language, point, lambda iso: iso).reason


def test_what_a_stranger_wrote_can_not_drive_the_sentence() -> None:
    args = {"names": ["\u202e\x1b[2J" + "x" * 10_000], "count": 1}
    words = point_words("en", {"key": "usb", "code": "intruders", "args": args}, lambda iso: iso)
    assert "\x1b" not in words.reason and "\u202e" not in words.reason and len(words.reason) < 300


def test_a_refused_seal_names_the_points_in_words() -> None:
    told = refusal_sentence("zh_CN", "points-not-ready", {"points": ["mains", "line"]})
    assert told == "还不能封场：市电与后备电源、外网隔断。先处理，或为每一项写明理由。"
