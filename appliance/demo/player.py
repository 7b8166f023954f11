"""Plays a script: changes the world at its times, and asks the guard for what people would ask."""

from collections.abc import Callable
from typing import Any

from appliance.client import Client, ClientError, GuardSilent
from appliance.demo.script import Script, Step
from appliance.demo.world import World

WITH_PINS = {"seal", "unseal", "sitting.delay", "sitting.extend", "power.end", "usb.grant", "net.rehearse.start"}
PEOPLE_TRY_S = 20.0  # real seconds a person goes on trying while the guard is away

Say = Callable[[str], None]


class Player:
    """Owns the place in the script. `wait` sleeps real seconds and may be told to end early (False);
    `kill_guard` cuts the guard off as a power cut would.
    """

    def __init__(
        self,
        *,
        script: Script,
        world: World,
        client: Client,
        simulated_s: Callable[[], float],
        wait: Callable[[float], bool],
        kill_guard: Callable[[], None],
        say: Say,
        pins: dict[str, str],
    ) -> None:
        self._script = script
        self._world = world
        self._client = client
        self._simulated_s = simulated_s
        self._wait = wait
        self._kill_guard = kill_guard
        self._say = say
        self._pins = pins

    def play(self) -> bool:
        """Plays every step; False where it was told to end before."""
        for step in self._script.steps:
            due_s = (step.at - self._script.start).total_seconds()
            while self._simulated_s() < due_s:
                if not self._wait(0.1):
                    return False
                self._world.tick(self._simulated_s())
            self._announce(step)
            self._world.do(step.does)
            if step.does.get("restart"):
                self._kill_guard()
            if not self._ask(step):
                return False
        return True

    def rest(self) -> None:
        """Lets the world go on after the last step until told to end."""
        while self._wait(0.2):
            self._world.tick(self._simulated_s())

    def _announce(self, step: Step) -> None:
        if any(step.say):
            self._say(f"— {' · '.join(step.say)}")

    def _ask(self, step: Step) -> bool:
        """Does the step's act, as a person would: tries again while the guard is being restarted."""
        act: dict[str, Any] = dict(step.does.get("act", {}))
        receipt = step.does.get("receipt")
        if not act and not receipt:
            return True
        waited_s = 0.0
        while True:
            try:
                self._do(act, bool(receipt))
            except GuardSilent as error:
                if waited_s >= PEOPLE_TRY_S:
                    self._say(f"! {error}")
                    return True
                waited_s += 0.5
                if not self._wait(0.5):
                    return False
                continue
            except ClientError as error:
                self._say(f"! {error}")
            return True

    def _do(self, act: dict[str, Any], receipt: bool) -> None:
        if act:
            act = dict(act)  # asked again from the start where the guard dies in between
            verb = str(act.pop("verb"))
            pins = self._pins if verb in WITH_PINS else None
            act = self.resolved(act)
            self._client.call(verb, pins=pins, **act)
        if receipt:
            last = self._client.call("status")["backup"]["last"]
            if last:
                self._client.call("report", kind="bundle.receipted", body={"name": last["name"]})

    def resolved(self, act: dict[str, Any]) -> dict[str, Any]:
        """The act with `incident = "seat"` turned into the number of the open incident of that kind."""
        kind = act.pop("incident", None)
        if kind is None:
            return act
        rows = self._client.call("status")["incidents"]
        numbers = [row["number"] for row in rows if row["cause_kind"] == kind and row["state"] != "closed"]
        return act | {"number": numbers[-1] if numbers else 0}
