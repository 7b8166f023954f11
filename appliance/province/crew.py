"""The pull's other processes: each pulls from its part of the venues, and one that dies is started again.

One interpreter hands its lock from thread to thread with every 16 kB of TLS; of several processors it then uses little
more than one. What a process is told and tells goes through its stdin and stdout, a line of JSON each.
"""

import json
import os
import select
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TextIO

from appliance.command import CommandError, Piped
from appliance.province.talk import Told

LEAST_VENUES = 16  # a part of fewer is not worth a process
_FOR_EVER_S = 3e8
_END_S = 10.0
_TRIES, _LONGEST_WAIT_S = 5, 30.0


def parts(venues: int, at_once: int) -> int:
    """How many processes so many venues are worth on this machine, this one too."""
    return max(1, min(os.cpu_count() or 1, venues // LEAST_VENUES, at_once))


def is_of(code: str, part: tuple[int, int]) -> bool:
    """Whether the venue is this one's, of (number, of how many): the same one's as long as they are as many."""
    return zlib.crc32(code.encode()) % part[1] == part[0]


class Crew:
    """The processes 1 to `count` − 1 of a pull; a with block, at whose end they are gone.

    `argv` gives the command of one. `told` hears what they tell, `secret` is handed to each. `once`: they end by
    themselves, and one that dies is started again so many times only.
    """

    def __init__(
        self, argv: Callable[[int], Sequence[str]], count: int, *,
        told: Callable[[Told], None], secret: Callable[[], str], once: bool,
    ) -> None:  # fmt: skip
        self._argv, self._told, self._secret, self._once = argv, told, secret, once
        self._over, self._lock = threading.Event(), threading.Lock()
        self._running: dict[int, Piped] = {}
        self._wrong: dict[int, set[str]] = {}
        self._threads = [
            threading.Thread(target=self._keeps, args=(n,), name=f"part-{n}", daemon=True) for n in range(1, count)
        ]

    def __enter__(self) -> "Crew":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with self._lock:
            for child in self._running.values():
                child.ask_to_end()
        for thread in self._threads:
            thread.join(_END_S)

    def wait(self, over: threading.Event) -> None:
        """Until all of them have ended, or `over` is set."""
        for thread in self._threads:
            while thread.is_alive() and not over.is_set():
                thread.join(0.1)

    @property
    def wrong(self) -> set[str]:
        """The venues with which not all is well, as far as they told."""
        return {code for codes in self._wrong.values() for code in codes}

    def _keeps(self, number: int) -> None:
        tries = 0
        while not self._over.is_set():
            fault = self._runs(number)
            if not fault or self._over.is_set():
                return
            tries += 1
            self._told(Told(kind="fault", venue=f"part {number}", detail=f"{fault}; it is started again"))
            if self._once and tries == _TRIES:
                self._wrong[number] = {f"part {number}"}
                return
            self._over.wait(min(_LONGEST_WAIT_S, 0.5 * 2.0 ** min(tries, 10)))

    def _runs(self, number: int) -> str:
        """'' once it has ended as it should, or why not."""
        try:
            with Piped(self._argv(number), timeout_s=_FOR_EVER_S, spoken_to=True) as child:
                with self._lock:
                    self._running[number] = child
                    if self._over.is_set():
                        child.ask_to_end()
                child.write(json.dumps(self._secret()).encode() + b"\n")
                ended = False
                for line in _lines(child):
                    ended = self._heard(number, line) or ended
                with self._lock:
                    del self._running[number]
                done = child.finish(check=False)
                return "" if ended else f"a part of the pull ended with {done.code}: {done.stderr[-200:].strip()}"
        except CommandError as error:
            return str(error)
        except (ValueError, TypeError, KeyError) as error:
            return f"a part of the pull said what nobody understands: {error}"
        finally:
            with self._lock:
                self._running.pop(number, None)

    def _heard(self, number: int, line: bytes) -> bool:
        """Hands on what it told; whether that was its end."""
        told = json.loads(line)
        if "wrong" in told:
            self._wrong[number] = set(told["wrong"])
            return bool(told["ended"])
        self._told(Told(**told))
        return False


def _lines(child: Piped) -> Iterator[bytes]:
    left = b""
    while data := child.read():
        *lines, left = (left + data).split(b"\n")
        yield from lines


def secret_from(stdin: TextIO) -> str | None:
    """What the process that started this one hands over; None where it is gone already."""
    line = stdin.readline()
    gone, _, _ = select.select([stdin], [], [], 0)
    return None if not line or gone else str(json.loads(line))


def ends_with(stdin: TextIO, end: Callable[[], None]) -> None:
    """Calls `end` once the process that started this one is gone: no part goes on alone."""

    def watch() -> None:
        stdin.read()
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def tell(told: Told) -> None:
    """To the process that started this one."""
    _say(asdict(told))


def tell_wrong(wrong: set[str], *, ended: bool) -> None:
    """With which venues not all is well; `ended`: as it should, and there is nothing more to come."""
    _say({"wrong": sorted(wrong), "ended": ended})


def _say(plain: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(plain) + "\n")
    sys.stdout.flush()
