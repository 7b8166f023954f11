"""The simulated exam network's two files: what is written is read, what is no row is named with its line."""

import random
from pathlib import Path

import pytest

from hw.network_simulated import (
    DROPPED,
    HEARD,
    DroppedRow,
    HeardRow,
    SimulatedNetworkError,
    dropped,
    heard,
    write_dropped,
    write_heard,
)

MAC = "02:50:00:00:01:05"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    hosts = (HeardRow(mac=MAC, ip="10.50.0.14", port="eth1"), HeardRow(mac=MAC, ip="10.50.0.15"))
    rows = (
        DroppedRow(mac=MAC, kind="dns", packets=40, to="8.8.8.8:53/udp"),
        DroppedRow(mac=MAC, kind="icmp", packets=0),
    )
    write_heard(tmp_path, hosts)
    assert dropped(tmp_path) == (), "nothing was dropped yet"
    write_dropped(tmp_path, rows)
    assert (heard(tmp_path), dropped(tmp_path)) == (hosts, rows)


def test_no_network_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SimulatedNetworkError):
        heard(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "x",
        MAC,
        f"{MAC} 10.50.0",
        f"{MAC} 10.50.0.256",
        f"{MAC.upper()}X 10.50.0.1",
        f"{MAC} 10.50.0.1 eth1 more",
        "\0 \0",
    ],
)
def test_what_is_no_machine_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / HEARD).write_text(f"# who\n{line}\n", encoding="utf-8")
    with pytest.raises(SimulatedNetworkError, match="heard"):
        heard(tmp_path)


@pytest.mark.parametrize("count", ["-1", "1e3", "٣", "9" * 17, ""])
def test_what_is_no_number_of_packets_is_refused(tmp_path: Path, count: str) -> None:
    (tmp_path / DROPPED).write_text(f"{MAC} dns {count}\n", encoding="utf-8")
    with pytest.raises(SimulatedNetworkError):
        dropped(tmp_path)


def test_no_bytes_raise_anything_else(tmp_path: Path) -> None:
    dice = random.Random(5)
    good = f"{MAC} dns 40 8.8.8.8:53/udp\n{MAC} 10.50.0.14 eth1\n".encode()
    for _ in range(2_000):
        content = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        for name, read in ((HEARD, heard), (DROPPED, dropped)):
            (tmp_path / name).write_bytes(content)
            try:
                read(tmp_path)
            except SimulatedNetworkError as error:
                assert "\n" not in str(error)
