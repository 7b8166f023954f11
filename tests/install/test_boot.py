"""The files that are read before the kernel runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.install import InstallError
from appliance.install.boot import cmdline, config, without_block, without_words
from tests.install.roots import CMDLINE, CONFIG

WORD = b"usbcore.authorized_default=0"


def test_the_command_line_stays_one_line_and_gets_the_word_at_its_end() -> None:
    assert cmdline(CMDLINE) == CMDLINE.rstrip(b"\n") + b" " + WORD + b"\n"
    assert cmdline(b"quiet") == b"quiet " + WORD
    assert cmdline(b"quiet \n") == b"quiet " + WORD + b"\n"


@pytest.mark.parametrize("other", [b"usbcore.authorized_default=1", b"usbcore.authorized_default=-1"])
def test_a_word_that_lets_usb_in_gives_way(other: bytes) -> None:
    assert cmdline(b"quiet " + other + b" rootwait\n") == b"quiet rootwait " + WORD + b"\n"


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n", b"quiet\nsplash\n", b"\nquiet\n"])
def test_a_command_line_of_no_or_two_lines_is_left_for_a_person(content: bytes) -> None:
    with pytest.raises(InstallError, match="not one line"):
        cmdline(content)


def test_config_txt_gets_one_block_for_every_board_with_the_radios_off() -> None:
    made = config(CONFIG, i2c=False)
    assert made.startswith(CONFIG)
    block = made[len(CONFIG) :].splitlines()
    assert block[2:6] == [
        b"[all]",
        b"dtoverlay=disable-wifi",
        b"dtoverlay=disable-bt",
        b"dtparam=watchdog=on",
    ]
    assert b"i2c" not in made and b"dtparam=i2c_arm=on\n" in config(made, i2c=True)
    assert config(config(made, i2c=True), i2c=False) == made


def test_what_somebody_wrote_below_the_block_stays_there() -> None:
    made = config(CONFIG, i2c=False) + b"gpu_mem=16\n"
    assert config(made, i2c=False) == made
    assert config(made, i2c=True).endswith(b"gpu_mem=16\n")
    assert without_block(made) == CONFIG + b"gpu_mem=16\n"


def test_a_block_that_stands_there_twice_is_there_once_afterwards() -> None:
    once = config(CONFIG, i2c=False)
    assert config(once + once[len(CONFIG) :], i2c=False) == once


ANY_LINE = st.binary(max_size=200).map(lambda b: b.replace(b"\n", b" ")).filter(lambda b: b.strip())


@given(ANY_LINE)
def test_whatever_stands_on_the_line_twice_is_as_good_as_once(line: bytes) -> None:
    made = cmdline(line + b"\n")
    assert cmdline(made) == made and made.count(b"\n") == 1
    assert WORD in made.rstrip(b"\n").split(b" ")
    assert WORD not in without_words(made).split(b" ")


@given(st.binary(max_size=400), st.booleans())
def test_whatever_stands_in_config_txt_the_block_is_there_once_and_comes_out_again(
    content: bytes, i2c: bool
) -> None:
    made = config(content, i2c=i2c)
    assert config(made, i2c=i2c) == made
    end = b"" if not content or content.endswith(b"\n") else b"\n"
    assert without_block(made) == content + end
