"""What the system says of a file is one plain word in each language, by its number."""

import errno
import os
import re
from pathlib import Path

import pytest

from appliance.backup.disk import DiskFault
from appliance.cli import main
from appliance.cli.shell import unusable, why_not, worded
from appliance.client import Client, GuardSilent
from appliance.words.shell_labels import SHELL_LABELS
from appliance.words.system import system_reason

SAID = {
    errno.ENOENT: "没有这个文件或目录", errno.EACCES: "没有权限", errno.EPERM: "没有权限",
    errno.EISDIR: "这是目录，不是文件",
    errno.ENOSPC: "磁盘已满", errno.EROFS: "磁盘是只读的，写不了", errno.EIO: "读写出错，磁盘或 U 盘可能坏了",
    errno.EBUSY: "正被占用，请稍后再试", errno.EMFILE: "打开的文件太多，请稍后再试",
}  # fmt: skip


@pytest.mark.parametrize(("number", "said"), SAID.items())
def test_an_error_of_the_system_is_said_by_its_number(number: int, said: str) -> None:
    assert system_reason("zh_CN", number) == said
    assert system_reason("en", number) == os.strerror(number)


def test_what_has_no_word_of_ours_is_the_systems_own_with_its_number() -> None:
    assert system_reason("zh_CN", errno.EMULTIHOP) == f"系统报错：{os.strerror(errno.EMULTIHOP)}（errno 72）"
    assert system_reason("en", errno.EMULTIHOP) == f"{os.strerror(errno.EMULTIHOP)} (errno 72)"
    assert system_reason("zh_CN", 0, "odd\x1b[2J") == "系统报错：odd [2J"


def test_the_file_stands_before_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/x")
    assert unusable(error) == "/srv/x：没有这个文件或目录"
    assert unusable(error, "/srv/y") == "/srv/y：没有这个文件或目录"
    assert unusable(DiskFault(OSError(errno.ENOSPC, "No space left on device"))) == "磁盘已满"
    monkeypatch.setenv("LC_ALL", "C")
    assert unusable(error) == "/srv/x: No such file or directory"
    assert why_not(DiskFault(OSError(errno.ENOSPC, "No space left on device"))) == "No space left on device"


@pytest.mark.parametrize(
    "line",
    [["enrol", "{}/nowhere.json"], ["backup", "export", "{}/nowhere", "--config", "{}/a.toml"],
     ["diag", "{}/nowhere/x", "--config", "{}/a.toml"], ["province", "verify", "--home", "{}/h"],
     ["backup", "restore", "--state", "{}", "--identity", "{}/nowhere", "--into", "{}/into"],
     ["config", "check", "{}/nowhere.toml"]],
    ids=lambda line: " ".join(line[:2]),
)  # fmt: skip
def test_a_verb_without_its_file_says_so_in_one_chinese_line(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    (tmp_path / "a.toml").write_text('[venue]\ncode = "1"\nname = "x"\n', encoding="utf-8")
    assert main([word.format(tmp_path) for word in line]) != 0
    said = capsys.readouterr().err
    assert re.search("[一-鿿]{3}", said) and "Errno" not in said and "No such" not in said, said


def test_what_a_room_says_of_a_file_ends_with_the_systems_word_in_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(GuardSilent) as caught:
        Client(Path("/nowhere/control.sock")).call("status")
    assert worded(caught.value) == "/nowhere/control.sock：没有这个文件或目录"
    late = GuardSilent("/run/control.sock: timed out")
    late.__cause__ = TimeoutError("timed out")
    assert worded(late) == "/run/control.sock：等了太久，没有应答"
    assert worded(GuardSilent("an answer that is no object")) == "an answer that is no object"


def test_what_verbs_say_beside_their_answer_is_there_in_both_languages() -> None:
    keys = set()
    for path in (Path(__file__).resolve().parents[2] / "appliance" / "cli").glob("*.py"):
        keys |= set(re.findall(r'"(shell_\w+)"', path.read_text(encoding="utf-8")))
    assert keys - {"shell_log_"} <= set(SHELL_LABELS) and len(keys) > 20
    assert {key for key in set(SHELL_LABELS) - keys if not key.startswith("shell_log_")} == set()
    for zh, en in SHELL_LABELS.values():
        assert re.search("[一-鿿]", str(zh)) and not re.search("[一-鿿]", str(en))
        assert set(re.findall(r"\{(\w+)\}", str(zh))) >= set(re.findall(r"\{(\w+)\}", str(en)))
