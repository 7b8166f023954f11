"""What a board carries on its own USB, by what its device tree calls it."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.boards import MODEL_LIMIT_BYTES, Board, board, board_called
from hw.usb import is_port

NAMES = {
    "Raspberry Pi 3 Model B": ["1-1 0424:9514", "1-1.1 0424:ec00"],
    "Raspberry Pi 3 Model B Plus": ["1-1 0424:2514", "1-1.1 0424:2514", "1-1.1.1 0424:7800"],
    "Raspberry Pi 3 Model B+": ["1-1 0424:2514", "1-1.1 0424:2514", "1-1.1.1 0424:7800"],
    "Raspberry Pi 4 Model B": ["1-1 2109:3431"],
    "Raspberry Pi 5 Model B": [],
    "Raspberry Pi Zero 2 W": [],
    "Raspberry Pi Compute Module 4": [],
}


def carried(found: Board | None) -> list[str]:
    assert found is not None
    return [f"{device.port} {device.vendor_product}" for device in found.usb]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("revision", ["", " Rev 1.2", " Rev 1.0.1"])
def test_a_board_of_the_table_is_known_with_any_revision(name: str, revision: str) -> None:
    found = board_called(f"{name}{revision}\0".encode())
    assert carried(found) == NAMES[name]
    assert found is not None and found.known and found.model == name + revision


def test_a_hub_stands_before_what_hangs_on_it_and_all_are_ports() -> None:
    for name in NAMES:
        ports = [line.split(" ")[0] for line in carried(board_called(f"{name}\0".encode()))]
        assert all(is_port(port) for port in ports)
        for number, port in enumerate(ports):
            above = port.rpartition(".")[0]
            assert not above or above in ports[:number], f"{name}: {port} hangs on what is not let in"


@pytest.mark.parametrize(
    "model", ["Raspberry Pi 3 Model A Plus Rev 1.0", "Raspberry Pi 400 Rev 1.0", "Radxa ROCK 5B"]
)
def test_another_board_is_named_and_carries_nothing(model: str) -> None:
    assert board_called(f"{model}\0".encode()) == Board(model=model, known=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"Raspberry Pi 3 Model B",
        b"Raspberry Pi 3 Model B\n",
        b"Raspberry Pi 3 Model B\0Plus\0",
        b"Raspberry Pi 3 Model \xe9\0",
        b"Raspberry Pi 3 Model B\x1b[2J\0",
        b"x" * MODEL_LIMIT_BYTES + b"\0",
    ],
)
def test_what_is_no_name_is_no_board(content: bytes) -> None:
    assert board_called(content) is None


def test_a_machine_without_a_device_tree_has_no_board(tmp_path: Path) -> None:
    assert board(tmp_path) is None
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    (tmp_path / "proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    assert carried(board(tmp_path)) == ["1-1 2109:3431"]
    (tmp_path / "proc/device-tree/model").write_bytes(b"x" * 10_000_000)
    assert board(tmp_path) is None


@given(st.binary(max_size=2 * MODEL_LIMIT_BYTES))
def test_any_bytes_are_a_board_or_none_and_never_let_in_by_chance(content: bytes) -> None:
    found = board_called(content)
    assert found is None or not found.usb


def test_a_name_of_the_table_that_was_changed_anywhere_lets_nothing_in() -> None:
    dice = random.Random(4)
    for name in NAMES:
        for _ in range(500):
            changed = bytearray(f"{name}\0".encode())
            changed[dice.randrange(len(changed))] = dice.randrange(256)
            found = board_called(bytes(changed))
            if found is not None and found.usb:
                assert found.model in NAMES, changed
