"""A damaged log never heals; a person's word ends its incident."""

from appliance.events.bodies import LogDamaged
from tests.exam.ledger import running


def test_the_incident_of_a_damaged_log_stays_until_a_person_closes_it_and_then_stays_closed() -> None:
    day = running()
    day.record(LogDamaged(file="events-1.sqlite", problem="row 7 was altered", salvaged_seq=6))
    day.settle()
    day.advance(600, every_s=10)
    (incident,) = [i for i in day.opened if i.cause_kind == "log_damaged"]
    day.close(incident)
    day.advance(600, every_s=10)
    assert not [i for i in day.opened if i.cause_kind == "log_damaged"]
    day.record(LogDamaged(file="events-2.sqlite", problem="row 9 was altered", salvaged_seq=8))
    day.settle()
    assert [i for i in day.opened if i.cause_kind == "log_damaged"], "the next damage is another matter"
