"""A network card on USB that the boot does not let in is said before the boot in which it is dead."""

from pathlib import Path

import pytest

from appliance.config.load import Config, load
from appliance.daemon import cards
from appliance.events.plan import UsbAllowed
from tests.fakes.adapters import adapters_under

OWN_HUB = UsbAllowed(id="2109:3431", port="1-1")
ETH1 = UsbAllowed(id="0bda:8153", port="1-1.2", serial="000001")
HUB, ETH2 = UsbAllowed(id="05e3:0608", port="1-1.4"), UsbAllowed(id="0b95:1790", port="1-1.4.3")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return adapters_under(tmp_path)


def config_of(directory: Path, mode: str = "route", uplink: str = "eth1") -> Config:
    path = directory / "appliance.toml"
    path.write_text(
        f'[venue]\ncode = "520100-03"\nname = "x"\n[network]\nmode = "{mode}"\nuplink = "{uplink}"\n'
        'exam_ports = ["eth0", "eth2"]\naddress = "10.50.0.1/24"\n',
        encoding="utf-8",
    )
    return load(path)


def test_a_card_that_is_not_listed_is_named_with_the_line_that_would_let_it_in(box: Path, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    first, second = cards.warnings(config, (OWN_HUB,), box)
    assert "eth1 is on USB and not let in at boot" in first
    assert '{ id = "0bda:8153", port = "1-1.2", serial = "000001" }' in first and "--step 2" in first
    assert "eth2" in second and '{ id = "05e3:0608", port = "1-1.4" }' in second, "the hub above it comes first"


def test_the_hub_above_a_card_must_be_let_in_too(box: Path, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert list(cards.denied(config, (OWN_HUB, ETH1, ETH2), box)) == ["eth2"]
    assert list(cards.denied(config, (ETH1, HUB, ETH2), box)) == ["eth1", "eth2"], "the board's own hub too"
    assert cards.denied(config, (OWN_HUB, ETH1, HUB, ETH2), box) == {}


def test_another_serial_or_another_kind_of_card_is_not_the_one_that_is_let_in(box: Path, tmp_path: Path) -> None:
    config = config_of(tmp_path)
    for other in (UsbAllowed(id="0bda:8153", port="1-1.2", serial="9"), UsbAllowed(id="0bda:8156", port="1-1.2")):
        assert list(cards.denied(config, (OWN_HUB, other, HUB, ETH2), box)) == ["eth1"]


def test_a_card_that_nobody_counts_on_is_nobodys_matter(box: Path, tmp_path: Path) -> None:
    let_in = (OWN_HUB, HUB, ETH2)
    assert cards.denied(config_of(tmp_path, uplink="eth9"), let_in, box) == {}
    assert cards.denied(config_of(tmp_path, mode="off"), (), box) == {}


def test_a_box_whose_bus_can_not_be_read_says_nothing_of_it(tmp_path: Path) -> None:
    assert cards.denied(config_of(tmp_path), (), tmp_path / "nowhere") == {}
