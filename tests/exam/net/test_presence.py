"""Who is there: by MAC, address and port as listed; moved, strangers, addresses on two machines, offers."""

from collections.abc import Iterable
from dataclasses import replace

from appliance.events.network import NetworkSeat
from appliance.events.readings import Host, Offered, PresenceReading
from appliance.exam.net.causes import net_causes
from appliance.exam.net.presence import seats_there
from appliance.exam.power.endings import Ending
from tests.exam.ledger import Ledger, running, seats_of
from tests.exam.net.places import SECOND, SERVER, ip_of, mac_of, network, networked

STRANGER = Host(mac="02:99:00:00:00:01", ip="10.50.9.9", port="eth2")
SERVERS = (Host(mac="02:50:00:00:00:02", ip=SERVER), Host(mac="02:50:00:00:00:03", ip=SECOND))


def hosts(seats: Iterable[str], *others: Host) -> tuple[Host, ...]:
    return (*(Host(mac=mac_of(seat), ip=ip_of(seat)) for seat in seats), *others)


ALL = tuple(seat.id for seat in networked().seats)


def seen(day: Ledger, *others: Host, without: Iterable[str] = (), **more: object) -> None:
    left = [seat for seat in ALL if seat not in set(without)]
    day.read(PresenceReading(hosts=hosts(left, *SERVERS, *others), **more))  # type: ignore[arg-type]


def kinds(day: Ledger, prefix: str = "network.") -> list[str]:
    return [event.kind for event in day.events if event.kind.startswith(prefix)]


def watched() -> Ledger:
    day = running(networked())
    seen(day)
    assert not day.opened
    return day


def test_a_seat_is_there_only_where_its_own_machine_answers_as_listed() -> None:
    plan = network(
        seats=(
            NetworkSeat(id="1-01", mac=mac_of("1-01"), ip=ip_of("1-01"), port="eth2"),
            NetworkSeat(id="1-02", mac=mac_of("1-02")),
            NetworkSeat(id="1-03", ip=ip_of("1-03")),
        )
    )
    for told, there in (
        ((Host(mac=mac_of("1-01"), ip=ip_of("1-01"), port="eth2"),), {"1-01"}),
        ((Host(mac=mac_of("1-01"), ip=ip_of("1-01")),), {"1-01"}),
        ((Host(mac=mac_of("1-01"), ip=ip_of("1-01"), port="eth3"),), set()),
        ((Host(mac=mac_of("1-01"), ip="10.50.1.200", port="eth2"),), set()),
        ((Host(mac="02:99:00:00:00:01", ip=ip_of("1-01"), port="eth2"),), set()),
        ((Host(mac=mac_of("1-02"), ip="10.50.1.250"),), {"1-02"}),
        ((Host(mac="02:99:00:00:00:01", ip=ip_of("1-03")),), {"1-03"}),
        ((Host(mac=mac_of("1-01"), ip=ip_of("1-03")),), set()),
    ):
        assert seats_there(plan, told) == there, told


def test_presence_on_the_network_makes_the_same_rows_as_the_simulated_worlds_list() -> None:
    by_list, by_network = running(networked()), running(networked())
    by_list.dark("1-05")
    seen(by_network, without=("1-05",))
    for day in (by_list, by_network):
        day.advance(31)
        assert day.kinds == ["seat"] and day.one("seat").cause == "1-05"
    bodies = [[e.body for e in day.events if e.kind == "seats.read"][-1] for day in (by_list, by_network)]
    assert bodies[0] == bodies[1]


def test_a_reading_that_says_the_same_again_writes_nothing() -> None:
    day = watched()
    count = len(day.events)
    for _ in range(20):
        seen(day)
    assert len(day.events) == count


def test_a_moved_machine_is_one_item_that_names_its_seat_and_its_seat_is_dark() -> None:
    day = watched()
    seen(day, Host(mac=mac_of("1-05"), ip="10.50.1.201", port="eth3"), without=("1-05",))
    assert day.kinds == ["moved"] and day.one("moved").members == ("1-05",)
    seen(day, Host(mac=mac_of("1-05"), ip="10.50.1.201", port="eth3"), without=("1-05",))
    assert kinds(day).count("network.moved") == 1
    seen(day)
    assert day.one("moved").ceased and kinds(day).count("network.moved") == 2


def test_strangers_are_one_item_and_their_number_is_bounded() -> None:
    day = watched()
    seen(day, STRANGER)
    assert day.one("stranger").detail == STRANGER.ip
    flood = tuple(Host(mac=f"02:98:00:00:{n // 256:02x}:{n % 256:02x}", ip="10.50.9.1") for n in range(2000))
    for _ in range(5):
        seen(day, STRANGER, *flood)
    assert len(day.venue.net.strangers) == 32
    assert kinds(day).count("network.stranger") == 32
    assert day.kinds == ["stranger"]


def test_before_the_seal_a_stranger_is_shown_and_no_item() -> None:
    day = Ledger(networked()).all_read()
    seen(day, STRANGER)
    assert not day.opened and list(day.venue.net.strangers) == [STRANGER.mac]


def test_an_address_on_two_machines_is_an_item_with_the_address_and_ends_by_itself() -> None:
    day = watched()
    seen(day, doubled=((SERVER, ("02:50:00:00:00:02", STRANGER.mac)),))
    item = day.one("doubled")
    assert (item.cause, item.place) == (SERVER, "exam-server")
    seen(day)
    day.advance(200)
    assert day.numbered(item.number).outcome == "recovered"


def test_whoever_offers_addresses_is_an_item() -> None:
    day = watched()
    seen(day, STRANGER, offers=(Offered(what="dhcp-server", mac=STRANGER.mac, ip=STRANGER.ip),))
    assert day.one("offered").detail == "dhcp-server"
    assert set(day.kinds) == {"stranger", "offered"}


def test_a_dead_switch_is_one_item_and_not_one_for_each_room() -> None:
    day = watched()
    day.read(PresenceReading())
    day.advance(40)
    assert day.kinds == ["switch"]
    assert len(day.one("switch").members) == 20
    seen(day)
    assert day.one("switch").ceased


def test_two_dark_rooms_are_two_items_while_a_server_is_heard() -> None:
    day = watched()
    day.read(PresenceReading(hosts=SERVERS))
    day.advance(40)
    assert day.kinds == ["room", "room"]


def test_a_room_whose_switch_died_with_the_next_one_a_little_later_is_one_item_in_the_end() -> None:
    day = watched()
    day.read(PresenceReading(hosts=hosts(seats_of(2), *SERVERS)))
    day.advance(32)
    assert day.kinds == ["room"]
    day.read(PresenceReading())
    day.advance(40)
    assert day.kinds == ["switch"]


def test_a_network_that_can_not_be_read_is_unknown_and_closes_nothing() -> None:
    day = watched()
    seen(day, STRANGER)
    day.read(PresenceReading(unknown="no such interface"))
    assert set(day.kinds) == {"stranger", "seats_unknown"}
    assert not day.one("stranger").ceased
    assert day.snapshot["presence"]["state"] == "unknown"  # type: ignore[index]


def test_after_a_boot_nobody_is_there_until_somebody_is_heard() -> None:
    day = watched()
    seen(day, STRANGER)
    day.reboot(60.0)
    assert not day.venue.net.strangers and not day.venue.net.sees("presence")
    assert not day.one("stranger").ceased
    seen(day)
    assert day.one("stranger").ceased


def test_the_watch_mode_sees_who_is_there_without_holding_anything() -> None:
    day = running(networked(mode="watch"))
    seen(day, STRANGER)
    assert day.kinds == ["stranger"]


def test_who_offers_on_purpose_is_no_item_and_everybody_else_is() -> None:
    listed = network().devices[0]
    day = running(networked(devices=(replace(listed, offers=("dhcp",)),)))
    own = Offered(what="dhcp-server", mac=listed.mac, ip=listed.ip)
    seen(day, offers=(own,))
    assert not day.opened and not day.venue.net.offers
    seen(day, offers=(own, replace(own, what="router-advertisement")))
    assert day.one("offered").detail == "router-advertisement"
    seen(day, offers=(own, replace(own, mac=STRANGER.mac)))
    assert list(day.venue.net.offers) == [f"{STRANGER.mac} dhcp-server"]


def test_the_named_router_is_no_stranger_and_two_of_it_are_told_by_name() -> None:
    day = running(networked(mode="watch", router="10.50.255.254"))
    seen(day, Host(mac=STRANGER.mac, ip="10.50.255.254"))
    assert not day.opened
    seen(day, doubled=(("10.50.255.254", ("02:99:00:00:00:01", "02:99:00:00:00:02")),))
    assert day.one("doubled").place == "router"


def test_a_silent_exam_server_is_an_item_of_its_own_and_its_seats_stay_their_own() -> None:
    day = watched()
    left = tuple(seat for seat in ALL if seat != "1-05")
    only_second = PresenceReading(hosts=hosts(left, SERVERS[1]))
    day.read(only_second)
    day.advance(20)
    assert not day.opened, "a moment is no silence"
    day.advance(11)
    assert set(day.kinds) == {"server_silent", "seat"}
    item = day.one("server_silent")
    assert (item.cause, item.place, item.members) == ("exam-server", "exam-server", ())
    seen(day)
    assert day.one("server_silent").ceased and day.one("server_silent").outcome == "", "a person closes it"


def test_a_server_that_is_silent_before_seats_are_expected_or_that_can_not_be_seen_is_none() -> None:
    day = Ledger(networked()).all_read()
    day.read(PresenceReading(hosts=hosts(ALL, SERVERS[1])))
    day.advance(120)
    assert not day.opened
    day = watched()
    day.read(PresenceReading(hosts=hosts(ALL, SERVERS[1])))
    day.advance(40)
    day.read(PresenceReading(unknown="no such interface"))
    assert set(day.kinds) == {"server_silent", "seats_unknown"} and not day.one("server_silent").ceased


def test_a_server_whose_battery_gives_out_is_the_endings_item_and_no_other_server() -> None:
    day = watched()
    day.read(PresenceReading(hosts=hosts(ALL)))
    day.advance(60)
    first, second = (server.name for server in day.venue.plan.net.servers)

    def silent(*feeds: str) -> set[str]:
        ups = replace(day.venue.plan.ups[0], feeds=feeds)
        plan = replace(day.venue.plan, ups=(ups,), servers=(first, second))
        ending = Ending(ups=ups.name, begun=day.now, seq=1)
        venue = replace(day.venue, plan=plan, endings={ups.name: ending})
        return {cause.name for cause in net_causes(venue, day.now) if cause.kind == "server_silent"}

    assert silent("box") == {first, second}
    assert silent("box", first) == {second}
    assert silent(first, second) == set()


def test_a_server_that_went_with_the_switch_is_taken_into_its_item() -> None:
    day = watched()
    day.read(PresenceReading(hosts=hosts(ALL[:3])))
    day.advance(31)
    assert {"server_silent"} <= set(day.kinds) and day.kinds.count("server_silent") == 2
    day.read(PresenceReading())
    day.advance(60)
    assert "switch" in [item.cause_kind for item in day.venue.open_incidents()]
    assert "server_silent" not in [item.cause_kind for item in day.venue.open_incidents()]
