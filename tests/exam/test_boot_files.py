"""What holds before the guard runs, as the posture asks for it: after a seal closed, and other programs left alone."""

from appliance.events.bodies import PostureFailed, SeatRegistered
from appliance.exam.readiness import check
from tests.exam.ledger import SIGNED, Ledger, plan

MAC = "02:50:00:00:09:09"


def boot(day: Ledger) -> str:
    return day.posture.levels["boot"]


def sealed(day: Ledger) -> Ledger:
    reasons = {each.key: "演示" for each in check.needing_reason(check.points(day.venue, day.now))}
    day.act("seal", batch="1", overrides=reasons, **SIGNED)
    return day


def test_a_seal_closes_also_a_box_on_which_nothing_was_put_in_place() -> None:
    day = Ledger(plan(boot_files=True)).all_read()
    assert boot(day) == "follow all"
    assert boot(sealed(day)) == "close all"


def test_a_machine_that_was_registered_is_asked_for_and_in_an_exam_no_other_program_is_touched() -> None:
    day = sealed(Ledger(plan(boot_files=True)).all_read())
    day.record(SeatRegistered(seat="1-01", room="1", mac=MAC, ip="10.50.0.109", by="张工"))
    assert boot(day) == f"close all +1-01;{MAC};10.50.0.109;"
    day.until("09:10")
    assert boot(day) == f"close rules +1-01;{MAC};10.50.0.109;"


def test_where_nothing_is_to_follow_nothing_is_asked_for() -> None:
    assert "boot" not in Ledger(plan()).all_read().posture.levels


def test_files_that_do_not_follow_are_red_before_the_seal() -> None:
    day = Ledger(plan(boot_files=True)).all_read()
    day.record(PostureFailed(key="boot", want="follow all", reason="/etc: read-only"))
    (point,) = [each for each in check.points(day.venue, day.now) if each.key == "line"]
    assert (point.level, point.code, point.args["reason"]) == ("critical", "boot-files", "/etc: read-only")
