"""Another program's tables on the box: removed each time, told in one item, one row a minute."""

from appliance.events.readings import FirewallReading
from tests.exam.ledger import Ledger, running
from tests.exam.net.places import networked

DOCKER, FIREWALLD = "ip filter", "inet firewalld"


def told(day: Ledger) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    return [(e.body.tables, e.body.times) for e in day.events if e.kind == "network.foreign"]  # type: ignore[attr-defined]


def removed(day: Ledger, **times: int) -> None:
    names = {"docker": DOCKER, "firewalld": FIREWALLD}
    counts = tuple(sorted((names[name], count) for name, count in times.items()))
    day.read(FirewallReading(digest="d", removed=counts))


def fought(seconds: int) -> Ledger:
    """Each second the same table, and each second it is removed."""
    day = running(networked())
    for count in range(1, seconds + 1):
        removed(day, docker=count)
        day.advance(1)
    return day


def test_a_table_that_comes_back_for_ever_is_one_item_with_its_count_and_one_row_a_minute() -> None:
    day = fought(300)
    assert len(told(day)) == 5
    item = day.one("network_foreign")
    assert item.detail.startswith(f"{DOCKER} (2") and not item.ceased
    grown = [event for event in day.events if event.kind == "incident.grew"]
    assert len(grown) == 4, "each row makes its count true, no more"


def test_it_ends_by_itself_a_minute_after_the_last_one() -> None:
    day = fought(3)
    item = day.one("network_foreign")
    for _ in range(8):
        removed(day, docker=3)
        day.advance(61)
    assert told(day)[-1] == ((), ()) and day.numbered(item.number).outcome == "recovered"
    before = len(told(day))
    removed(day, docker=3)
    assert len(told(day)) == before, "what was told is not told anew"


def test_a_second_program_is_told_at_once_beside_the_first() -> None:
    day = fought(1)
    removed(day, docker=2, firewalld=1)
    assert told(day) == [((DOCKER,), (1,)), ((FIREWALLD, DOCKER), (1, 2))]
    assert FIREWALLD in day.one("network_foreign").detail


def test_a_table_that_went_while_the_rules_were_loaded_is_told_too_and_the_line_stays_closed() -> None:
    day = fought(1)
    assert day.snapshot["network"]["state"] == "closed"  # type: ignore[index]
    assert not [event for event in day.events if event.kind == "network.drifted"]
