"""Holds the posture's `network`: rules, windows, ports and the kernel's switches, made so and read back."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from appliance import command
from appliance.command import CommandError
from appliance.enforce.firewall import ports
from appliance.enforce.firewall.place import BRIDGE, INET, BadPlan, place
from appliance.enforce.firewall.ruleset import render, toggle
from appliance.enforce.firewall.windows import Window, rehearses
from appliance.events.network import NetworkPlan, NetworkSeat
from appliance.events.readings import FirewallReading
from appliance.events.seats import seats_listed
from appliance.exam.posture import HeldWindow, NotHeld, held_windows
from hw.nft_generation import GenerationError, generation
from hw.nft_rules import NftRulesError, Rules, rules

NFT = "/usr/sbin/nft"
TABLE = "venue"
TIMEOUT_S = 10.0
TRIES = 3
STUCK_S, STUCK_MOST_S = 2.0, 60.0  # the pauses between looks at a table that can not be removed: they double
MOVED_S = 2.0  # so far a window's end by the wall clock may lie from the kernel's
_PLACE = re.compile(r"^(?:/dev/stdin|-):(\d+):")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the kernel held when it was last looked at: rules by their digest, as of a generation."""

    digest: str
    generation: int


class Firewall:
    """`hold` is the enforcer, `read` the reading of the drift audit; they may be called by two threads.

    `wall` and `mono_s` are the guard's clock. The kernel counts a window's seconds by itself: what the wall clock
    does afterwards moves no window but by a new level, or by `read`, which sees the difference.
    """

    def __init__(
        self,
        plan: NetworkPlan,
        *,
        wall: Callable[[], datetime],
        mono_s: Callable[[], float],
        nft: str = NFT,
        root: Path = Path("/"),
    ) -> None:
        self._plan, self._wall, self._mono_s = plan, wall, mono_s
        self._listed = plan.seats
        self._nft, self._root = nft, root
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._windows: tuple[HeldWindow, ...] = ()
        self._ends_s: dict[HeldWindow, float] = {}
        self._ports: ports.Wanted | None = None
        self._known_faults: tuple[str, ...] = ()
        self._rehearsing = False
        self._had_windows = True  # as far as anybody knows
        self._removed: dict[str, int] = {}
        self._foreign: tuple[str, ...] = ()
        self._stuck: tuple[str, ...] = ()
        self._stuck_pause_s = STUCK_S
        self._look_at_stuck_s = float("-inf")

    def hold(self, level: str) -> None:
        """Make it so. Raises NotHeld: what was held before then still is, and the line is closed all the same."""
        with self._lock:
            self._windows = held_windows(level)
            now_s = self._mono_s()
            self._ends_s = {window: now_s + self._left_s(window) for window in self._windows}
            try:
                self._hold_rules([self._window(window) for window in self._windows])
            except (CommandError, GenerationError, NftRulesError, BadPlan) as error:
                self._held = None
                raise NotHeld(str(error)) from error
            open_now = self._rehearsing or any(w.through for w in self._windows if self._left_s(w) > 0)
            self._ports = ports.wanted(
                place(self._plan), routing=open_now, crossing=open_now, apart=not self._rehearsing
            )
            self._known_faults = tuple(ports.settle(self._ports, self._root))
            stuck = [f"table {name}: can not be removed, a program holds it" for name in self._stuck]
            if self._known_faults or stuck:
                raise NotHeld("; ".join([*self._known_faults, *stuck]))

    def hold_seats(self, level: str) -> None:
        """Makes rules of the seat list as people changed it. Raises NotHeld: the rules of before then still hold."""
        with self._lock:
            try:
                changed = replace(self._plan, seats=with_places(seats_listed(self._listed, level), self._listed))
                place(changed)  # before it is taken: a list that no rule can be made of must not spoil the others
                self._plan = changed
                if self._ports is None:  # nothing was held yet: they come with the first whole text
                    return
                self._held = None
                self._hold_rules([self._window(window) for window in self._windows])
            except (ValueError, CommandError, GenerationError, NftRulesError, BadPlan) as error:
                raise NotHeld(str(error)) from error

    def text(self, level: str) -> str:
        """What `hold` gives to `nft -f -` for `level` where the rules are to be loaded. Raises NotHeld, BadPlan."""
        return render(self._plan, [self._window(window) for window in held_windows(level)])

    def read(self) -> FirewallReading:
        """What differs from what was held last. Raises nothing: what can not be read is unknown, with its reason."""
        with self._lock:
            if self._held is None or self._ports is None:
                return FirewallReading()
            try:
                drift = self._drift(self._held)
            except (CommandError, GenerationError, NftRulesError) as error:
                return FirewallReading(unknown=str(error))
            return FirewallReading(
                digest=self._held.digest,
                drift=tuple(drift),
                foreign=self._foreign,
                removed=tuple(sorted(self._removed.items())),
                moved=self._moved(),
            )

    def _hold_rules(self, windows: list[Window]) -> None:
        """Only the windows are written where the rest is as it was read; other programs' tables go all the same."""
        before = generation()
        had_windows, self._had_windows = self._had_windows, bool(windows)
        rehearsing, before_rehearsing = rehearses(windows), self._rehearsing
        self._rehearsing = rehearsing
        if self._held is not None and rehearsing == before_rehearsing:
            if self._held.generation != before or self._stuck:  # the end of a table's owner raises no generation
                before = self._tidied(self._held.digest, before)
            if self._held.generation == before:
                self._run(toggle(self._plan, windows))
                after = generation()
                # Where no window was open and none is, nothing was written, and one more is somebody else's.
                if after == before or after == before + 1 and (windows or had_windows):
                    self._held = _Held(digest=self._held.digest, generation=after)
                    return
        for _ in range(TRIES):
            before = generation()
            self._load(windows)
            expected = before + 1
            if generation() != expected:
                continue
            found = self._list()
            expected += self._remove(found.foreign)
            if found.foreign:
                found = self._list()
            if generation() == expected and found.foreign == self._stuck:
                self._held = _Held(digest=found.digest, generation=expected)
                return
        raise CommandError(f"{self._nft}: somebody else changes the rules at the same time")

    def _load(self, windows: list[Window]) -> None:
        text = render(self._plan, windows)
        try:
            self._run(text)
        except CommandError as error:
            # An older version's sets may have another shape under the same name. Made anew in one transaction: no
            # packet meets a half of it, but ledgers begin at nothing.
            anew = "".join(f"add table {f} {TABLE}\ndelete table {f} {TABLE}\n" for f in (BRIDGE, INET))
            try:
                self._run(anew + text)
            except CommandError:
                raise error from None  # its lines are those of the text that `venue net ruleset` prints

    def _run(self, text: str) -> None:
        done = command.run([self._nft, "-f", "-"], timeout_s=TIMEOUT_S, stdin=text.encode(), check=False)
        if done.code != 0:
            raise CommandError(refusal(text, done.stderr, done.code))

    def _list(self) -> Rules:
        told = command.run([self._nft, "-j", "list", "ruleset"], timeout_s=TIMEOUT_S).stdout
        return rules(told, own=TABLE)

    def _tidied(self, digest: str, before: int) -> int:
        """The generation after other programs' tables are gone, where nobody touched ours; else `before`, as it was."""
        found = self._list()
        if found.digest != digest:
            return before
        after = before + self._remove(found.foreign)
        if generation() == after:
            self._held = _Held(digest=digest, generation=after)
        return after

    def _remove(self, foreign: tuple[str, ...]) -> int:
        """Removes them, and gives how many went; one that a program owns (`flags owner`) stays and is named."""
        stuck: list[str] = []
        for name in foreign:
            family, _, table = name.partition(" ")
            argv = [self._nft, "delete", "table", family, table]
            if command.run(argv, timeout_s=TIMEOUT_S, check=False).code != 0:
                stuck.append(name)
            else:
                self._removed[name] = self._removed.get(name, 0) + 1
        self._foreign = self._stuck = tuple(stuck)
        return len(foreign) - len(stuck)

    def _drift(self, held: _Held) -> list[str]:
        """Nothing can have changed in the rules while their generation is the same; else they are read."""
        found: list[str] = []
        seen = generation()
        if seen != held.generation or self._stuck_is_due():
            listed = self._list()
            self._foreign = listed.foreign
            if listed.digest != held.digest:
                found.append("rules")
            elif listed.foreign == self._stuck and generation() == seen:
                self._held = _Held(digest=held.digest, generation=seen)
        if self._ports is not None:
            found += [
                fault for fault in ports.astray(self._ports, self._root) if fault not in self._known_faults
            ]
        return found

    def _stuck_is_due(self) -> bool:
        """Whether to look anew at tables that stay: the end of their program raises no generation.

        Such a program may run for weeks: after two seconds, then less and less often, a minute apart at most.
        """
        now_s = self._mono_s()
        if not self._stuck:
            self._stuck_pause_s, self._look_at_stuck_s = STUCK_S, float("-inf")
            return False
        if now_s < self._look_at_stuck_s:
            return False
        self._look_at_stuck_s = now_s + self._stuck_pause_s
        self._stuck_pause_s = min(2 * self._stuck_pause_s, STUCK_MOST_S)
        return True

    def _moved(self) -> bool:
        """Whether the wall clock says by now that a window ends at another moment than the kernel will end it."""
        now_s = self._mono_s()
        return any(abs(self._left_s(w) - (end_s - now_s)) > MOVED_S for w, end_s in self._ends_s.items())

    def _left_s(self, window: HeldWindow) -> float:
        return window.end_s - (self._mono_s() if window.by_boot else self._wall().timestamp())

    def _window(self, window: HeldWindow) -> Window:
        return Window(name=window.name, left_s=self._left_s(window), through=window.through)


def with_places(seats: tuple[NetworkSeat, ...], listed: tuple[NetworkSeat, ...]) -> tuple[NetworkSeat, ...]:
    """`seats`, and the box's ports of those that went: who is plugged in there next is nobody, and no switch's."""
    taken = {seat.id for seat in seats}
    gone = (NetworkSeat(id=seat.id, port=seat.port) for seat in listed if seat.port and seat.id not in taken)
    return (*seats, *gone)


def refusal(text: str, said: str, code: int) -> str:
    """One line of why nft refused `text`: the line that it means, and its words."""
    first = next((line for line in said.splitlines() if line.strip()), f"exit {code}")
    found = _PLACE.match(first)
    if found is None:
        return f"nft: {first[:200]}"
    number = int(found[1])
    lines = text.splitlines()
    meant = lines[number - 1][:120] if 0 < number <= len(lines) else ""
    return f"nft: line {number}: {first[found.end() :].partition(' ')[2][:160]} ({meant})"
