"""The pull: all venues, so many at once, each again and again until somebody ends it, or once."""

import contextlib
import math
import os
import random
import ssl
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import DiskFault
from appliance.backup.unseal import RestoreError
from appliance.backup.verify import Distrusted, trusted_manifest
from appliance.province import ca, contact
from appliance.province.alone import alone, beside
from appliance.province.answer import LineDown, LineFault, Turns
from appliance.province.crew import Crew, is_of
from appliance.province.fetch import Budget, Stopped
from appliance.province.line import Line, context
from appliance.province.opening import Opener
from appliance.province.openings import AT_ONCE, Openings
from appliance.province.receipts import is_given, paths_in
from appliance.province.received import Received
from appliance.province.rota import Rota
from appliance.province.talk import Limits, Talk, Told
from appliance.province.talked import after
from appliance.province.venues import NAME
from appliance.province.watched import Watched
from appliance.province.wish import Course, Wish

REFUSED_WAIT_S = 300.0
LOOK_S = 1.0
_ASKED_AGAIN = 5
_DOWN = (2, 0)


class Pull:
    """One pull of `home`. Raises VenuesFault, CaError, ProvinceKeyError, OSError where it cannot begin."""

    def __init__(
        self, home: Path, wish: Wish, *,
        budget: Budget, told: Callable[[Told], None], passphrase: Callable[[], str] | None = None,
        opener: Opener | None = None,
    ) -> None:  # fmt: skip
        self._home, self._wish, self._budget, self._told = home, wish, budget, told
        self._received, self._rota = Received(home), Rota()
        self._opener = (opener or Opener(home, passphrase=passphrase)) if wish.opens else None
        self._openings = Openings()
        self._turns = Turns(max(1, (os.cpu_count() or 1) // wish.part[1]))
        self._context_key: tuple[int, ...] = ()
        self._context_lock, self._ssl = threading.Lock(), context(home)
        self._watched = Watched(home, wish.codes)
        self.courses: dict[str, Course] = {}
        self.wrong: set[str] = set()
        self._looked_s = time.monotonic()
        self._list()

    def run(self, crew: Crew | None = None) -> None:
        """Until everything was asked once, or `stop`; beside it `crew`. Raises PullBusy, OSError."""
        with beside(self._home) if self._wish.part[0] else alone(self._home), crew or contextlib.nullcontext():
            own = [course for course in self.courses.values() if is_of(course.venue.code, self._wish.part)]
            for course in own:
                self._rota.put(course.venue.code, rank=(0, course.number))
                self._left_over(course.venue.code)
            once = self._wish.once
            self._rota.hold(0 if once else +1)  # a list that is empty now may name somebody later
            count = min(self._wish.at_once, len(own)) if once else self._wish.at_once
            workers = [threading.Thread(target=self._works, name=f"pull-{n}", daemon=True) for n in range(count)]
            openers = [threading.Thread(target=self._opens, name=f"open-{n}", daemon=True) for n in range(AT_ONCE)]
            for thread in (*workers, *openers):
                thread.start()
            for thread in workers:
                while thread.is_alive() and not self._budget.stop.is_set():
                    thread.join(0.2)
                    if not once:
                        self._look_at_list()
            if crew:
                crew.wait(self._budget.stop)
            self.stop()
            for thread in (*workers, *openers):
                thread.join(2.0)

    def ended(self) -> None:
        """Somebody wants it to end: for a signal's handler, which may take no lock."""
        self._budget.stop.set()

    def stop(self) -> None:
        """Ends it; what came so far is gone on with by the next pull."""
        self._budget.stop.set()
        self._rota.end()
        self._openings.end()

    def _list(self) -> None:
        """The venues as they are listed now: what is known of those that stay is kept."""
        before, now = self.courses, self._watched.venues
        found = {venue.code: before.get(venue.code) or Course(venue, number) for number, venue in enumerate(now)}
        for number, venue in enumerate(now):
            found[venue.code].venue, found[venue.code].number = venue, number
        self.courses = found

    def _look_at_list(self) -> None:
        """Takes over what was changed in `venues.toml`; a venue that is no longer there is asked nothing more."""
        now_s = time.monotonic()
        if now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        if (fault := self._watched.changed()) is None:
            return
        if fault:
            self._say(Told(kind="fault", venue=NAME, detail=fault))
            return
        before = {code: course.venue for code, course in self.courses.items()}
        self._list()
        self.wrong -= {NAME, *before.keys() - self.courses.keys()}
        for code, course in self.courses.items():
            if not is_of(code, self._wish.part):
                continue
            if before.get(code) != course.venue:
                self._rota.put(code, rank=(0, course.number))
            if code not in before:
                self._left_over(code)

    def _works(self) -> None:
        while (code := self._rota.take()) is not None:
            try:
                if course := self.courses.get(code):
                    self._turn(course)
            except Exception:  # noqa: BLE001 - a thread begins here: one venue's fault stops no other
                self._say(Told(kind="fault", venue=code, detail=traceback.format_exc(limit=-3)))
                if not self._wish.once:
                    self._rota.put(code, after_s=REFUSED_WAIT_S)
            finally:
                self._rota.done(code)

    def _turn(self, course: Course) -> None:
        """One talk, what it was like written down, and when the next one is."""
        code = course.venue.code
        self._look_again(course)
        line = Line(course.venue, self._context(), patience=self._wish.patience, turns=self._turns)
        talk = Talk(
            self._received, code, line,
            budget=self._budget, told=lambda told: self._heard(course, told),
            limits=Limits(
                largest_bytes=self._wish.largest_bytes,
                quota_bytes=course.venue.quota_gb << 30 or self._wish.quota_bytes,
                first=course.venue.first,
            ),
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

    def _look_again(self, course: Course) -> None:
        """At what was not opened: somebody else may have done it since, or what was in the way has passed."""
        directory = self._received.directory(course.venue.code)
        for name in tuple(course.unopened):
            if paths_in(directory, name)[1].exists():
                course.unopened.pop(name, None)
                course.broke.pop(name, None)
        now_s = time.monotonic()
        for name in [name for name, (_, due_s) in course.broke.items() if due_s <= now_s]:
            course.broke[name] = (course.broke[name][0], math.inf)
            self._unopened(course.venue.code, name)
        for name in tuple(course.once_more):
            course.once_more.discard(name)
            self._unopened(course.venue.code, name)

    def _again(self, course: Course, talk: Talk, fault: Exception | None) -> None:
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
        elif talk.result.unanswered and self._wish.answered_s and not fault and course.asked_again < _ASKED_AGAIN:
            course.asked_again += 1  # in a single round too it is asked whether the receipts were believed
            self._rota.put(code, after_s=self._wish.answered_s, rank=(0, course.number))

    def _heard(self, course: Course, told: Told) -> None:
        if told.kind == "progress":
            course.reached[told.bundle] = max(told.done, course.reached.get(told.bundle, 0))
        elif told.kind in ("taken", "withdrawn"):
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

    def _left_over(self, code: str) -> None:
        """What an earlier pull did not open; a place of one venue that cannot be read ends nobody else's pull."""
        try:
            self._unopened(code)
        except OSError as error:
            self._say(Told(kind="fault", venue=code, detail=str(error)))

    def _unopened(self, code: str, name: str = "") -> None:
        """Hands on what has no receipt yet to whoever opens: one bundle, or whatever is there."""
        if not self._opener:
            return
        for bundle in self._received.bundles(code):
            if name in ("", bundle.name) and not is_given(bundle):
                self._rota.hold(+1)
                if not self._openings.put(bundle, size_bytes=_size(bundle)):
                    self._rota.hold(-1)

    def _opens(self) -> None:
        while bundle := self._openings.take():
            try:
                self._opened(bundle)
            except Exception:  # noqa: BLE001 - a thread begins here: one bundle's fault keeps no other from its receipt
                self._broke(bundle, traceback.format_exc(limit=-3))
            finally:
                self._openings.done(bundle)
                self._rota.hold(-1)

    def _broke(self, bundle: Published, detail: str) -> None:
        """Something that nobody thought of; it may pass, so it is tried again, later each time."""
        course = self.courses.get(bundle.venue)
        if course is not None:
            times = course.broke.get(bundle.name, (0, 0.0))[0] + 1
            wait_s = min(REFUSED_WAIT_S, self._wish.every_s * 2.0 ** min(times, 10))
            course.broke[bundle.name] = (times, time.monotonic() + wait_s)
            course.unopened[bundle.name] = f"{bundle.name}: {detail.strip().splitlines()[-1]}"
        self._say(Told(kind="fault", venue=bundle.venue, bundle=bundle.name, detail=detail))

    def _opened(self, bundle: Published) -> None:
        course = self.courses.get(bundle.venue)
        if course is None:  # it was taken from the list meanwhile: `verify` opens what is here of it
            return
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
        course.broke.pop(bundle.name, None)
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

    def _write(self, course: Course, talk: Talk, fault: Exception | None) -> None:
        code, now = course.venue.code, datetime.now(UTC)
        talked = after(contact.read(self._home, code), talk.result, fault, course.unopened.values(), now=now)
        with contextlib.suppress(OSError):  # the bundles matter: what is shown of the talk does not
            contact.write(self._home, code, talked)


def _size(bundle: Published) -> int:
    with contextlib.suppress(OSError):
        return bundle.data.stat().st_size
    return 0
