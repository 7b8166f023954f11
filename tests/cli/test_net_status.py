"""`venue net status`, `venue seat list` and `venue seat learn` as a technician meets them."""

import json
from collections.abc import Callable, Iterator

import pytest

from appliance.cli import main
from appliance.cli.net_status import table
from appliance.daemon.learned import listed, proposed
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer
from tests.fakes.place import Place, one_line
from tests.web import nets
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import all_well

Run = Callable[..., int]


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write()
    (made.directory / "run").mkdir()
    yield made
    made.close()


@pytest.fixture
def guard(place: Place) -> Iterator[FakeGuard]:
    with FakeGuard(place.directory / "run" / "control.sock", all_well(network=nets.network())) as started:
        yield started


@pytest.fixture
def run(place: Place, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *words: main([*words, "--config", str(place.config)])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"machines": {"attempt": 1}}, 1),
        ({"strangers": [nets.STRANGER]}, 1),
        ({"windows": [nets.UPLOAD | {"how": "two"}]}, 1),
        ({"state": "drifted"}, 2),
        ({"state": "unknown"}, 3),
        ({"state": "unmonitored"}, 3),
    ],
)
def test_the_exit_code_says_how_the_line_is(
    run: Run, guard: FakeGuard, changes: dict[str, object], code: int
) -> None:
    guard.snapshot = all_well(network=nets.network(**changes))
    assert run("net", "status") == code


def test_what_was_dropped_stands_machine_by_machine(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        nets.dropped(),
        nets.dropped("name:exam-server", "dns", "background", to=""),
        nets.dropped("", "dns"),
    ]
    guard.snapshot = all_well(network=nets.network(rows=rows, rows_more=3, strangers=[nets.STRANGER]))
    run("net", "status")
    told = capsys.readouterr().out
    assert (
        "1 考场 23 号" in told
        and "隧道或 VPN" in told
        and "请看一眼" in told
        and "192.0.2.9:51820/udp" in told
    )
    assert "exam-server" in told and "02:50:00:01:00:17" in told and "另有 3 项" in told
    assert "没有登记：02:99:00:00:00:01 10.50.9.9 eth2" in told


def test_the_terminal_is_told_what_was_changed_and_which_windows_end_when() -> None:
    changed = nets.network(state="drifted", drift=["rules"], windows=[nets.UPLOAD])
    lines = table("en", {"venue": {"timezone": "Asia/Shanghai"}, "network": changed})
    assert lines[0].endswith("Internet: rules changed, being put right") and lines[1] == "  rules"
    assert lines[2].endswith("Window open: upload, until 09-05 11:10")
    assert table("en", {})[0].endswith("Internet: unknown")


def test_json_is_the_networks_part_alone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("net", "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["network"] == nets.network()


def test_seats_are_listed_with_how_many_are_on_and_where_a_moved_one_is(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = {"seat": "1-2", "ip": "10.50.1.200", "port": ""}
    guard.snapshot = all_well(network=nets.network(moved=[moved]))
    run("seat", "list")
    told = capsys.readouterr().out
    assert told.startswith("已开机 ") and "1 考场 2 号" in told and "现在是 10.50.1.200 –" in told


def test_learning_without_a_network_is_one_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("seat", "learn") == 64
    assert one_line(capsys.readouterr().err)


PLAN = NetworkPlan(
    address="10.50.0.1/24",
    servers=(NetworkServer(name="s", ip="10.50.0.2"),),
    devices=(NetworkDevice(name="m", mac="02:50:00:00:00:20"),),
    seats=(NetworkSeat(id="1-2", mac="02:50:00:00:00:12", ip="10.50.0.12"),),
)
SEEN = [
    ("02:50:00:00:00:99", "10.50.0.2", ""),
    ("02:50:00:00:00:20", "10.50.0.20", ""),
    ("02:50:00:00:00:12", "10.50.0.12", ""),
    ("02:50:00:00:00:31", "10.50.0.101", "eth1"),
    ("02:50:00:00:00:30", "10.50.0.30", "eth1"),
    ("02:50:00:00:00:30", "10.50.0.31", "eth1"),
]


def test_a_proposal_keeps_the_list_and_adds_who_is_on_in_the_order_of_addresses() -> None:
    assert listed(PLAN.seats, {"1-2": "1"}, {"1-2"}) == [
        ("1", "2", "02:50:00:00:00:12", "10.50.0.12", "", "yes")
    ]
    assert proposed(PLAN, SEEN, "1", {"1-2"}) == [
        ("1", "1", "02:50:00:00:00:30", "10.50.0.30", "", "no"),
        ("1", "3", "02:50:00:00:00:31", "10.50.0.101", "", "no"),
    ]


def test_without_a_room_nothing_is_made_up() -> None:
    assert {row[:2] for row in proposed(PLAN, SEEN, "", set())} == {("", "")}
