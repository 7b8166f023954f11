"""Holds a UPS's battery test: begun, or stopped."""

from collections.abc import Callable

from appliance.exam.posture import NotHeld
from hw.ups import Commander, UpsError

COMMANDS = {"run": "test", "stop": "test-stop"}


def holder(commander: Callable[[], Commander]) -> Callable[[str], None]:
    """A function that begins (`run`) or stops (`stop`) the test of one UPS, or leaves it (`idle`).

    Nothing is read back here: whether the battery is really being tested is seen in the UPS's readings, and
    a UPS that takes the command and does nothing ends the test as one without a discharge.
    """

    def hold(want: str) -> None:
        if want == "idle":
            return
        if want not in COMMANDS:
            raise NotHeld(f"{want!r} is no level of a test")
        try:
            commander().do(COMMANDS[want])
        except UpsError as error:
            raise NotHeld(f"{COMMANDS[want]} was not taken: {error}") from error

    return hold
