"""The demo as a person sees it: guard and page as two children, the player between them."""

import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from appliance import command
from appliance.client import Client, ClientError, GuardSilent
from appliance.clock import SimulatedClock
from appliance.demo import venue
from appliance.demo.player import Player
from appliance.demo.script import Script

START_S = 20.0
RESTART_S = 1.0

Say = Callable[[str], None]


class StageError(Exception):
    """The demo can not begin; one line says why."""


class Stage:
    """Owns the children and the directory; both are gone when `run` ends, whatever ends it."""

    def __init__(
        self,
        *,
        script: Script,
        speed: float,
        port: int,
        recipient_of: Callable[[Path], str],
        say: Say,
    ) -> None:
        self._script = script
        self._speed = speed
        self._port = port
        self._recipient_of = recipient_of
        self._say = say
        self._over = threading.Event()
        self._children: dict[str, command.Child] = {}
        self._pins = {role: f"{secrets.randbelow(10**6):06d}" for role in ("chief", "technician")}

    def run(self) -> None:
        """Plays the day, then stays until interrupted. Raises StageError."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        with tempfile.TemporaryDirectory(prefix="venue-demo-") as name:
            try:
                self._play(Path(name))
            finally:
                self._end_children()

    def _play(self, directory: Path) -> None:
        recipient = self._recipient_of(directory / "province")
        listen = f"127.0.0.1:{self._port}"
        config, world = venue.write(directory, self._script, recipient=recipient, listen=listen)
        venue.write_clock(world.root, self._script, self._speed)
        client = Client(directory / "run" / "control.sock")
        self._start("guard", "run", config)
        self._start("page", "page", config)
        self._await_guard(client)
        clock = SimulatedClock(world.root / "clock.toml")
        for role, pin in self._pins.items():
            client.call("pin.set", role=role, pin=pin)
        self._say(f"http://{listen}/  ·  {self._script.title}  ·  {directory}")
        self._say(f"PIN: chief {self._pins['chief']}, technician {self._pins['technician']}  ·  Ctrl-C")
        threading.Thread(target=self._keep_alive, args=(config,), daemon=True).start()
        player = Player(
            script=self._script,
            world=world,
            client=client,
            simulated_s=clock.mono_s,
            wait=lambda seconds: not self._over.wait(seconds),
            kill_guard=lambda: self._children["guard"].kill(),
            say=self._say,
            pins=self._pins,
        )
        if player.play():
            player.rest()

    def _start(self, name: str, verb: str, config: Path) -> None:
        argv = (sys.executable, "-m", "appliance", verb, "--config", str(config))
        self._children[name] = command.start(argv)

    def _await_guard(self, client: Client) -> None:
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            for name, child in self._children.items():
                if child.poll() is not None:
                    raise StageError(f"the {name} ended with {child.returncode}")
            try:
                client.call("status")
                return
            except (GuardSilent, ClientError):
                if self._over.wait(0.1):
                    return
        raise StageError(f"the guard did not answer within {START_S:.0f} s")

    def _keep_alive(self, config: Path) -> None:
        """Does what systemd would: starts again what was killed, after a second."""
        verbs = {"guard": "run", "page": "page"}
        while not self._over.wait(RESTART_S):
            for name, child in list(self._children.items()):
                if child.poll() is not None and not self._over.is_set():
                    self._say(f"{name} ended ({child.returncode}), started again")
                    self._start(name, verbs[name], config)

    def _end_children(self) -> None:
        self._over.set()
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        for child in self._children.values():
            command.end(child, timeout_s=10)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._over.set()
