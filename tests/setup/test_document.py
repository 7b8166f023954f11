"""The configuration as the setup edits it: what people wrote stays."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config import ConfigError
from appliance.setup import answers
from appliance.setup.document import Document, DocumentFault

WRITTEN = """\
# 王工的盒子
[venue]
code = "520100-03"   # by the province
name = "考点"

[network]            # see the plan on the wall
mode = "watch"       # until the second cable is there
exam_ports = ["eth1"]

[[ups]]              # in the server room
name = "server-ups"
driver = "nut"
ups = "old"
rated_minutes = 45

[usb]
allow = [{ id = "051d:0002", port = "1-1", why = "UPS" }]  # the cable
"""


def opened(tmp_path: Path, text: str = WRITTEN) -> Document:
    path = tmp_path / "appliance.toml"
    path.write_text(text, encoding="utf-8")
    return Document(path)


def test_values_move_and_every_comment_stays(tmp_path: Path) -> None:
    document = opened(tmp_path)
    document.put("network.mode", "route")
    document.put("network.uplink", "eth0")
    document.put("backup.recipients", ["age1x"])
    document.put_row("ups", {"name": "server-ups", "driver": "nut", "ups": "exam", "feeds": ["box"]})
    document.put_row("ups", {"name": "box-ups", "driver": "gpio_line", "gpio": 6})
    document.put_row("backup.source", {"name": "answers", "driver": "directory"})
    document.allow({"id": "051d:0003", "port": "1-1", "why": "UPS"})
    document.allow({"id": "0764:0501", "port": "1-2", "why": "UPS"})
    for comment in ("# 王工的盒子", "# by the province", "# see the plan on the wall",
                    "# until the second cable is there", "# in the server room", "# the cable"):  # fmt: skip
        assert comment in document.text
    read = tomllib.loads(document.text)
    assert read["network"] == {"mode": "route", "exam_ports": ["eth1"], "uplink": "eth0"}
    assert read["ups"] == [
        {"name": "server-ups", "driver": "nut", "ups": "exam", "rated_minutes": 45, "feeds": ["box"]},
        {"name": "box-ups", "driver": "gpio_line", "gpio": 6},
    ]
    assert [device["id"] for device in read["usb"]["allow"]] == ["051d:0003", "0764:0501"]
    assert read["backup"]["source"] == [{"name": "answers", "driver": "directory"}]


def test_another_driver_takes_its_keys_along_and_leaves_everybodys(tmp_path: Path) -> None:
    document = opened(tmp_path)
    document.put_row("ups", {"name": "server-ups", "driver": "gpio_line", "gpio": 6, "mains_lost": "low"})
    (row,) = tomllib.loads(document.text)["ups"]
    assert row == {
        "name": "server-ups", "driver": "gpio_line", "rated_minutes": 45, "gpio": 6, "mains_lost": "low"
    }  # fmt: skip


def test_what_is_so_already_leaves_the_file_byte_for_byte(tmp_path: Path) -> None:
    document = opened(tmp_path)
    document.put("network.mode", "watch")
    document.put("network.exam_ports", ["eth1"])
    document.put_row("ups", {"name": "server-ups", "ups": "old"})
    document.drop("network", "staff_port")
    assert document.text == WRITTEN


def test_a_file_that_is_not_there_begins_with_a_heading(tmp_path: Path) -> None:
    document = Document(tmp_path / "appliance.toml")
    document.put("venue.code", "1")
    document.allow({"id": "051d:0002", "port": "1-1", "why": "UPS"})
    assert (
        document.text.startswith("# 考场守护")
        and tomllib.loads(document.text)["usb"]["allow"][0]["port"] == "1-1"
    )


@pytest.mark.parametrize("text", ["[venue", "venue = 1\n", "ups = 3\n", "[usb]\nallow = 3\n", "\ud800"])
def test_what_cannot_be_edited_is_one_plain_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "appliance.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DocumentFault) as caught:
        document = Document(path)
        document.put("venue.code", "1")
        document.put_row("ups", {"name": "x"})
        document.allow({"id": "051d:0002", "port": "1-1", "why": "UPS"})
    assert "\n" not in str(caught.value)


@given(text=st.text(max_size=60))
def test_any_text_comes_back_as_it_was_put(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    document = opened(tmp_path_factory.mktemp("doc"))
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return
    document.put("venue.name", text)
    assert tomllib.loads(document.text)["venue"]["name"] == text


def test_every_wrong_answer_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        'by = 3\nups = 1\n[ports]\nmode = "route"\nuplik = "eth0"\nexam = "eth1"\n[ups2]\nx = 1\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        answers.read(path)
    places = [fault.split(": ")[1] for fault in caught.value.faults]
    assert sorted(places) == ["by", "ports.exam", "ports.uplik", "ups", "ups2.x"]
    path.write_text(
        'by = "张工"\n[ports]\nexam = ["eth1"]\n[ups]\ngpio = 6\nclosed = true\n', encoding="utf-8"
    )
    assert answers.read(path) == {"by": "张工", "ports.exam": ("eth1",), "ups.gpio": 6, "ups.closed": True}
