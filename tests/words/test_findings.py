"""What is wrong in a venue's files reads Chinese where a person reads Chinese, with its place and value as they are."""

import ast
import re
from pathlib import Path

import pytest

from appliance.config import ConfigError
from appliance.daemon import read, warnings
from appliance.finding import Finding
from appliance.words.setup.findings import FINDINGS_ZH, finding_sentence

ROOT = Path(__file__).resolve().parents[2]
MAKERS = {"Finding": 1, "unfit": 0, "option_fault": 1}
BROKEN = """
colour = "red"
[venue]
code = "a b"
name = ""
timezone = "Mars/Olympus"
state_dir = "state"
timetable = "timetable.toml"
seats = "seats.csv"
[rules]
spare_percent = 99
major_after_minutes = "soon"
[usb]
allow = [{ id = "051D:0002", port = "one", why = 7 }]
[network]
mode = "bridge!"
[backup]
recipients = [{ key = "age1x", expires = "tomorrow" }]
copies = ["usb"]
[[backup.source]]
name = "x"
"""
TIMETABLE = '[[sitting]]\nid = "a b"\nbatch = "1"\nstart = 2026-09-05T09:00:00\nend = "noon"\n'
SEATS = "room,seat,mac,ip,port,spare\n1,01,zz,300.1.1.1,,maybe\n1,02,zz,300.1.1.1,,\n"
WORLD = """
[venue]
code = "1"
name = "x"
seats = "seats.csv"
[network]
mode = "route"
address = "10.50.0.0/24"
staff = ["x"]
province = ["x"]
dial_out = "x"
router = "10.50.0.9"
exam_ports = ["eth1", "eth1", "!"]
[[network.exam_server]]
name = "a"
mac = "zz"
ip = "10.60.0.1"
port = "eth7"
offers = ["dhcp"]
[[ups]]
name = "u"
driver = "nut"
ups = "exam"
port = "many"
[[ups]]
name = "v"
driver = "nut"
ups = "ex am"
host = "ups.example"
password = "geheim"
timeout_s = 99.0
feeds = ["room:9"]
[[ups]]
name = "w"
driver = "steam"
[[ending.server]]
name = "s"
argv = ["/bin/true"]
probe = "10.50.0.2:22"
[[backup.source]]
name = "c"
driver = "command"
argv = ["x"]
file = "a/b"
limit_gb = 0.0
"""


def faults(place: Path, text: str) -> tuple[Finding, ...]:
    for name, content in (("appliance.toml", text), ("timetable.toml", TIMETABLE), ("seats.csv", SEATS)):
        (place / name).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(place / "appliance.toml")
    return caught.value.faults


@pytest.mark.parametrize(("text", "least"), [(BROKEN, 20), (WORLD, 20), ("[venue", 1), ("a = [", 1)])
def test_each_fault_is_a_chinese_sentence_with_its_place_and_value(text: str, least: int, tmp_path: Path) -> None:
    found = faults(tmp_path, text)
    assert len(found) >= least
    for fault in found:
        said = finding_sentence("zh_CN", fault)
        assert said.startswith(fault.place) and fault.value in said, said
        reason = said.removeprefix(f"{fault.place}：").removeprefix(f"{fault.value}：")
        assert re.search("[一-鿿]{2}", reason) and "对照说明" not in reason and "{" not in reason, said
        assert "was expected" not in reason and "geheim" not in said, said
        assert finding_sentence("en", fault) == fault and fault.startswith(f"{fault.place}: ")


def test_a_file_that_is_not_there_is_said_in_the_readers_language(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "appliance.toml")
    (fault,) = caught.value.faults
    assert finding_sentence("zh_CN", fault) == f"{tmp_path}/appliance.toml：没有这个文件或目录"
    assert finding_sentence("en", fault) == f"{tmp_path}/appliance.toml: No such file or directory"


def test_every_code_that_is_given_has_its_chinese() -> None:
    codes = {"os": Path("config")}
    for path in (*(ROOT / "appliance").rglob("*.py"), *(ROOT / "hw" / "ups").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                given = node.args[MAKERS[node.func.id] :][:1]
                codes |= {str(code.value): path for code in given if isinstance(code, ast.Constant)}
    assert len(codes) > 80
    assert {code: path for code, path in codes.items() if code not in {*FINDINGS_ZH, "os"}} == {}


def test_what_the_chinese_is_filled_with_comes_with_the_finding(tmp_path: Path) -> None:
    for fault in (*faults(tmp_path, BROKEN), *faults(tmp_path, WORLD)):
        named = re.findall(r"(?<!\{)\{(\w+)\}(?!\})", FINDINGS_ZH[fault.code])
        assert set(named) <= set(fault.values), fault


def test_no_code_stands_for_two_sentences() -> None:
    text = (ROOT / "appliance/words/setup/findings.py").read_text(encoding="utf-8")
    keys = [
        key.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(keys) > 100 and sorted(keys) == sorted(set(keys)) == sorted(FINDINGS_ZH)


WARNED = """
[venue]
code = "1"
name = "x"
seats = "seats.csv"
[clock]
source = "none"
[usb]
enforce = true
allow = [{ id = "051d:0002", port = "1-1.4", why = "UPS" }]
[network]
mode = "route"
address = "10.50.0.1/24"
exam_ports = ["eth1"]
uplink = "eth0"
[[ups]]
name = "old-ups"
driver = "declared"
measured_on = 2026-01-01
load_percent = 30.0
hold_minutes = 60.0
by = "x"
feeds = ["exam-server"]
"""


def test_each_warning_is_a_chinese_sentence_with_its_place_and_figures(tmp_path: Path) -> None:
    (tmp_path / "appliance.toml").write_text(WARNED, encoding="utf-8")
    (tmp_path / "seats.csv").write_text("room,seat,mac,ip,port,spare\n7,01,,,,\n", encoding="utf-8")
    found = warnings(read(tmp_path / "appliance.toml"))
    assert {"few_spares", "bare_seats", "no_province", "no_server", "no_time", "hub_denied", "declared"} <= {
        one.code for one in found
    }
    for one in found:
        said = finding_sentence("zh_CN", one)
        assert said.startswith(f"{one.place}：") and re.search("[一-鿿]{4}", said) and "{" not in said, said
        assert all(str(value) in said for value in one.values.values()), said
        assert finding_sentence("en", one) == one


def test_a_code_that_nobody_knows_still_names_place_and_value() -> None:
    odd = Finding("appliance.toml: venue.code", "decimal_odd", "Input is odd", "7.5")
    assert finding_sentence("zh_CN", odd).startswith("appliance.toml: venue.code：7.5：这里写得不对")


def test_a_place_that_is_found_deeper_keeps_its_code() -> None:
    deep = Finding("port", "missing", "missing").at("ups[0]", ".").at("appliance.toml")
    assert (str(deep), deep.code, deep.place) == (
        "appliance.toml: ups[0].port: missing", "missing", "appliance.toml: ups[0].port",
    )  # fmt: skip
