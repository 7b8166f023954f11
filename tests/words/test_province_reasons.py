"""What the pull says of a venue has its Chinese, every sentence of it."""

import ast
import re
from pathlib import Path

import pytest

from appliance import province
from appliance.words.province.reasons import reason

ROOM = Path(province.__file__).parent
SAYS = {"LineDown", "Refused", "Missing", "alarm", "_alarm", "_refused"}
RETURNS = {"row.py", "share.py", "talk.py", "answer.py"}
HOLE = "/7"
NAME = "520100-03-000042-20260905T031500Z-delta"
CHINESE = re.compile("[一-鿿]")


def text(node: ast.expr | None) -> str | None:
    """A sentence with something in its holes; None for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.Constant) else HOLE for each in node.values]
        whole = "".join(map(str, parts))
        # What begins with a hole begins with a bundle's name, or with the path that was asked for.
        return whole if "an answer" in whole else re.sub(f"^{HOLE}: ", f"{NAME}: ", whole)
    return None


def said() -> list[str]:
    found = []
    for path in sorted(ROOM.glob("*.py")):
        if path.name in ("asked.py", "enrol.py", "ca.py"):
            continue  # said to whoever typed the command
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found += [text(node.args[0])] if name in SAYS else []
            elif isinstance(node, ast.Return) and path.name in RETURNS:
                found.append(text(node.value))
    return [one for one in found if one and " " in one]


@pytest.mark.parametrize("sentence", said())
def test_each_sentence_of_the_pull_has_its_chinese(sentence: str) -> None:
    assert CHINESE.search(reason("zh_CN", sentence)), sentence
    assert reason("en", sentence) == sentence


def test_what_nobody_foresaw_is_shown_as_it_came_and_holes_keep_what_stood_in_them() -> None:
    assert len(said()) > 30
    assert reason("zh_CN", "a {brace} and ever so new") == "a {brace} and ever so new"
    assert reason("zh_CN", "missing: bundle 7 to 9") == "缺第 7 to 9 份备份，考点没有说明去向"
    told = reason("zh_CN", f"{NAME}: it promises 10 bytes, at most 5 are taken")
    assert told == f"{NAME}：它说有 10 字节，最多只收 5"
