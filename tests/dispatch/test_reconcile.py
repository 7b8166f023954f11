"""What could not be held is tried again after a while; another level is tried at once."""

import pytest

from appliance.dispatch.reconcile import FIRST_RETRY_S, Reconciler
from appliance.events.bodies import PostureHeld
from appliance.exam.posture import NotHeld, NotYet


def test_a_level_that_failed_waits_for_its_back_off_and_another_one_does_not() -> None:
    tried: list[str] = []

    def hold(want: str) -> None:
        tried.append(want)
        raise NotHeld("a table of somebody else's is in the way")

    reconciler = Reconciler({"network": hold})
    for real_s in (10.0, 10.1, 10.2):
        reconciler.reconcile({"network": "closed pull@m99"}, real_s)
    assert tried == ["closed pull@m99"]
    reconciler.reconcile({"network": "closed"}, 10.3)
    assert tried[1:] == ["closed"], "a window that closes waits for nothing"
    reconciler.reconcile({"network": "closed"}, 10.4)
    reconciler.reconcile({"network": "closed"}, 10.3 + FIRST_RETRY_S)
    assert tried[2:] == ["closed"]


@pytest.mark.parametrize("fault", [NotHeld("half of it was done"), NotYet("it is being done")])
def test_what_held_before_another_level_was_tried_is_made_so_again(fault: Exception) -> None:
    tried: list[str] = []

    def hold(want: str) -> None:
        tried.append(want)
        if want != "closed":
            raise fault

    reconciler = Reconciler({"network": hold})
    reconciler.reconcile({"network": "closed"}, 10.0)
    reconciler.reconcile({"network": "closed pull@m99"}, 11.0)
    assert reconciler.unheld({"network": "closed"}) == ("network",), "a window may be open in part"
    told = reconciler.reconcile({"network": "closed"}, 11.1)
    assert tried == ["closed", "closed pull@m99", "closed"] and not reconciler.unheld({"network": "closed"})
    assert [type(body) for body in told] == ([PostureHeld] if not isinstance(fault, NotYet) else [])
    reconciler.reconcile({"network": "closed"}, 12.0)
    assert tried[3:] == []
