"""The pull: all venues, so many at once, each again and again until somebody ends it, or once."""

import contextlib
import fcntl
import os
import random
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import DiskFault
from appliance.backup.unseal import RestoreError
from appliance.backup.verify import Distrusted, trusted_manifest
from appliance.province import ca, contact, venues
from appliance.province.answer import LineDown, LineFault, Patience
from appliance.province.fetch import Budget, Stopped
from appliance.province.line import Line, context
from appliance.province.opening import Opener
from appliance.province.receipts import is_given, paths_in
from appliance.province.received import Received
from appliance.province.rota import Rota
from appliance.province.talk import Talk, Told

LOCK_NAME = ".pull.lock"
LARGEST_BYTES = 8 << 30
REFUSED_WAIT_S = 300.0
_DOWN = (2, 0)


class PullBusy(Exception):
    """Another pull of the same home is running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to pull. `opens`: bundles are opened and receipted too; `codes`: only these venues, all where empty.

    `tries`: in a single round a venue is left after so many without a byte more. `longest_wait_s`:
    a venue that is down is tried again at least this often; shorter at first, and never in step.
    """

    at_once: int = 32
    once: bool = False
    every_s: float = 30.0
    longest_wait_s: float = 30.0
    tries: int = 5
    opens: bool = True
    codes: tuple[str, ...] = ()
    largest_bytes: int = LARGEST_BYTES
    patience: Patience = Patience()


@dataclass(slots=True)
class _Course:
    """How it goes with one venue; `reached`: the most bytes that ever were there of each bundle."""

    venue: venues.Venue
    number: int
    tries: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    older: bool = False
    said: set[str] = field(default_factory=set)
    unopened: dict[str, str] = field(default_factory=dict)
    once_more: set[str] = field(default_factory=set)


class Pull:
    """One pull of `home`. Raises VenuesFault, CaError, ProvinceKeyError, OSError where it cannot begin."""

    def __init__(
        self, home: Path, wish: Wish, *,
        budget: Budget, told: Callable[[Told], None], passphrase: Callable[[], str] | None = None,
    ) -> None:  # fmt: skip
        self._home, self._wish, self._budget, self._told = home, wish, budget, told
        self._received, self._rota = Received(home), Rota()
        self._opener = Opener(home, passphrase=passphrase) if wish.opens else None
        self._to_open: list[Published] = []
        self._opening = threading.Condition()
        self._context_key: tuple[int, ...] = ()
        self._context_lock, self._ssl = threading.Lock(), context(home)
        chosen = [v for v in venues.read(home) if v.address and not v.revoked]
        chosen = [v for v in chosen if not wish.codes or v.code in wish.codes]
        chosen.sort(key=lambda venue: -venue.priority)
        self.courses = {venue.code: _Course(venue, number) for number, venue in enumerate(chosen)}
        self.wrong: set[str] = set()

    def run(self) -> None:
        """Until everything was asked once, or `stop`. Raises PullBusy, OSError."""
        with _alone(self._home):
            for course in self.courses.values():
                self._rota.put(course.venue.code, rank=(0, course.number))
                self._unopened(course.venue.code)
            workers = [
                threading.Thread(target=self._works, name=f"pull-{n}", daemon=True)
                for n in range(min(self._wish.at_once, len(self.courses)))
            ]
            opener = threading.Thread(target=self._opens, name="open", daemon=True)
            for thread in (*workers, opener):
                thread.start()
            for thread in workers:
                while thread.is_alive() and not self._budget.stop.is_set():
                    thread.join(0.2)
            self.stop()
            for thread in (*workers, opener):
                thread.join(2.0)

    def ended(self) -> None:
        """Somebody wants it to end: for a signal's handler, which may take no lock."""
        self._budget.stop.set()

    def stop(self) -> None:
        """Ends it; what came so far is gone on with by the next pull."""
        self._budget.stop.set()
        self._rota.end()
        with self._opening:
            self._opening.notify_all()

    def _works(self) -> None:
        while (code := self._rota.take()) is not None:
            try:
                self._turn(self.courses[code])
            except Exception:  # noqa: BLE001 - a thread begins here: one venue's fault stops no other
                self._say(Told(kind="fault", venue=code, detail=traceback.format_exc(limit=-3)))
                if not self._wish.once:
                    self._rota.put(code, after_s=REFUSED_WAIT_S)
            finally:
                self._rota.done(code)

    def _turn(self, course: _Course) -> None:
        """One talk, what it was like written down, and when the next one is."""
        code = course.venue.code
        self._look_again(course)
        line = Line(course.venue, self._context(), patience=self._wish.patience)
        talk = Talk(
            self._received, code, line,
            budget=self._budget, told=lambda told: self._heard(course, told),
            largest_bytes=self._wish.largest_bytes,
        )  # fmt: skip
        before, fault = sum(course.reached.values()), None
        try:
            talk.run(newest_only=not course.older)
        except Stopped:
            return
        except (LineFault, DiskFault, OSError) as error:
            fault = error
            self._heard(course, Told(kind="fault", venue=code, detail=str(error)))
        finally:
            line.close()
            self._write(course, talk, fault)
        course.said &= {str(fault), *talk.result.alarms, *course.unopened.values()}
        course.tries = 0 if not fault or sum(course.reached.values()) > before else course.tries + 1
        if fault or talk.result.alarms:
            self.wrong.add(code)
        elif not course.unopened:
            self.wrong.discard(code)
        course.older = talk.result.later
        self._again(course, talk, fault)

    def _look_again(self, course: _Course) -> None:
        """At what was not opened: somebody else may have done it since, or what was in the way has passed."""
        directory = self._received.directory(course.venue.code)
        for name in tuple(course.unopened):
            if paths_in(directory, name)[1].exists():
                course.unopened.pop(name, None)
        for name in tuple(course.once_more):
            course.once_more.discard(name)
            self._unopened(course.venue.code, name)

    def _again(self, course: _Course, talk: Talk, fault: Exception | None) -> None:
        code, rank = course.venue.code, (int(course.older), course.number)
        if talk.result.later and not fault:
            self._rota.put(code, rank=rank)
        elif fault and isinstance(fault, LineDown):
            if not self._wish.once or course.tries < self._wish.tries:
                wait_s = min(self._wish.longest_wait_s, 2.0 ** min(course.tries, 10))
                # Behind all that answer, by turns: each costs a worker its patience, and half a province may be off.
                rank = _DOWN if course.tries else rank
                self._rota.put(code, after_s=random.uniform(0.5, 1.0) * wait_s, rank=rank)
        elif not self._wish.once:
            after_s = REFUSED_WAIT_S if talk.result.refused else self._wish.every_s
            self._rota.put(code, after_s=random.uniform(0.8, 1.0) * after_s, rank=(0, course.number))

    def _heard(self, course: _Course, told: Told) -> None:
        if told.kind == "progress":
            course.reached[told.bundle] = max(told.done, course.reached.get(told.bundle, 0))
        elif told.kind == "taken":
            self._unopened(course.venue.code, told.bundle)
        elif told.kind in ("alarm", "fault"):
            if told.detail in course.said:  # what lasts is said once
                return
            course.said.add(told.detail)
        self._say(told)

    def _say(self, told: Told) -> None:
        if told.kind in ("alarm", "fault"):
            self.wrong.add(told.venue)
        self._told(told)

    def _unopened(self, code: str, name: str = "") -> None:
        """Hands on what has no receipt yet to whoever opens: one bundle, or whatever is there."""
        if not self._opener:
            return
        for bundle in self._received.bundles(code):
            if name in ("", bundle.name) and not is_given(bundle):
                self._rota.hold(+1)
                with self._opening:
                    self._to_open.append(bundle)
                    self._opening.notify_all()

    def _opens(self) -> None:
        """Opens one bundle after the other: two at a time would be no faster, and take twice the memory."""
        while True:
            with self._opening:
                while not self._to_open and not self._budget.stop.is_set():
                    self._opening.wait()
                if self._budget.stop.is_set():
                    return
                # The newest first: a receipt is waited for at the venue.
                self._to_open.sort(key=lambda one: one.created_at)
                bundle = self._to_open.pop()
            try:
                self._opened(bundle)
            except Exception:  # noqa: BLE001 - a thread begins here: one bundle's fault keeps no other from its receipt
                self._say(Told(kind="fault", venue=bundle.venue, detail=traceback.format_exc(limit=-3)))
            finally:
                self._rota.hold(-1)

    def _opened(self, bundle: Published) -> None:
        course = self.courses[bundle.venue]
        try:
            manifest, _ = trusted_manifest(bundle, self._received.all_signers())
            assert self._opener is not None
            receipt = self._opener.receipt(bundle, manifest)
        except (RestoreError, Distrusted, DiskFault, OSError) as error:
            course.unopened[bundle.name] = f"{bundle.name}: {error}"
            if isinstance(error, DiskFault | OSError):  # this machine's fault, no bundle's: it passes
                course.once_more.add(bundle.name)
            detail = course.unopened[bundle.name]
            self._heard(course, Told(kind="alarm", venue=bundle.venue, bundle=bundle.name, detail=detail))
            return
        course.unopened.pop(bundle.name, None)
        self._say(Told(kind="opened", venue=bundle.venue, bundle=bundle.name, done=receipt.files))
        self._rota.put(bundle.venue, rank=(0, course.number))

    def _context(self) -> ssl.SSLContext:
        """What is believed now: a certificate revoked meanwhile is refused at the next talk. Raises CaError."""
        directory = self._home / ca.DIRECTORY
        key = tuple((directory / name).stat().st_mtime_ns for name in (ca.CRL_NAME, ca.CLIENT_CERTIFICATE))
        with self._context_lock:
            if key != self._context_key:
                self._ssl, self._context_key = context(self._home), key
            return self._ssl

    def _write(self, course: _Course, talk: Talk, fault: Exception | None) -> None:
        code, now = course.venue.code, datetime.now(UTC).isoformat(timespec="seconds")
        before, result = contact.read(self._home, code), talk.result
        answered = result.listed or not fault
        made = contact.Contact(
            tried_at=now,
            answered_at=now if answered else before.answered_at,
            newest=result.newest if answered else before.newest,
            listed=result.listed if answered else before.listed,
            waiting=len(result.waiting) if answered else before.waiting,
            waiting_bytes=sum(result.waiting.values()) if answered else before.waiting_bytes,
            phase=result.phase if answered else before.phase,
            fault=str(fault) if fault else "",
            alarms=(*result.alarms, *course.unopened.values()) if answered else before.alarms,
        )
        with contextlib.suppress(OSError):  # the bundles matter: what is shown of the talk does not
            contact.write(self._home, code, made)


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    fd = os.open(home / LOCK_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PullBusy(f"{home}: another pull is running") from error
    finally:
        os.close(fd)
