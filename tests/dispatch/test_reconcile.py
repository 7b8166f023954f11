"""What could not be held is tried again after a while; another level is tried at once."""

from appliance.dispatch.reconcile import FIRST_RETRY_S, Reconciler
from appliance.exam.posture import NotHeld


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
