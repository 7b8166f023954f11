"""What may be asked: reading, reporting by jobs, and the acts of people with their PINs."""

import contextlib
import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from appliance.control.question import ControlError, Question
from appliance.control.replies import Reply, SentForms, result_of, result_or_never
from appliance.control.server import BACKUP, RECEIPTS
from appliance.control.sessions import Session, Sessions
from appliance.control.sign_in import BY_PAGE, BY_SHELL, SignIn
from appliance.control.sitting_report import sitting_report
from appliance.dispatch import ActRequest, Board, Inbox, Report
from appliance.eventlog import LogError, Record
from appliance.eventlog.files import newest
from appliance.events import BODIES, Body
from appliance.events.bodies import (
    BackupDrilled,
    BackupFailed,
    BundlePruned,
    BundlePublished,
    BundleReceipted,
    CopyRead,
    NetworkProven,
    NetworkUnproven,
    OutboxRead,
    ReceiptRefused,
    SealLifted,
    SealMade,
)
from appliance.events.codec import CodecError, from_plain
from appliance.exam.acts import DECISIONS, Act
from appliance.pins import PinError, Pins

T = TypeVar("T")
REPORT_WAIT_S = 2.0
MAX_EVENTS = 500
BUNDLES_LOOKED_AT = 20  # one that was being made when the seal came holds the record before it
MAX_SEQ = 2**63 - 1  # what SQLite can compare with
REPORTED: dict[str, type[Body]] = {
    cls.kind: cls
    for cls in (
        BundlePublished, BackupFailed, BundleReceipted, BundlePruned, OutboxRead, CopyRead, BackupDrilled,
        ReceiptRefused, NetworkProven, NetworkUnproven,
    )
}  # fmt: skip
MAY_REPORT = {
    BACKUP: (BundlePublished.kind, BackupFailed.kind, BundlePruned.kind, OutboxRead.kind, CopyRead.kind),
    RECEIPTS: (BundleReceipted.kind, ReceiptRefused.kind),
}
PINS_FOR = {
    "seal": ("chief", "technician"),
    "unseal": ("chief", "technician"),
    "sitting.delay": ("chief",),
    "sitting.extend": ("chief",),
    "power.end": ("chief",),
    "usb.grant": ("chief", "technician"),
    "net.window.open": ("chief", "technician"),
    "net.rehearse.start": ("technician",),
}


class Verbs:
    """Answers the verbs of the control socket; state changes only through the inbox."""

    def __init__(
        self,
        *,
        board: Board,
        inbox: Inbox,
        pins: Pins,
        log_directory: Path,
        wall: Callable[[], datetime],
        real_s: Callable[[], float],
    ) -> None:
        self._board = board
        self._inbox = inbox
        self._pins = pins
        self._log_directory = log_directory
        self._wall = wall
        self._real_s = real_s
        self._lock = threading.Lock()
        self._reports = threading.Lock()
        self._log: Record | None = None
        self._sent = SentForms()
        self._sign_in = SignIn(
            pins=pins,
            sessions=Sessions(mono_s=real_s),
            board=board,
            with_pins=PINS_FOR,
            act=self._record,
            tell=lambda body: inbox.put(Report(body=body)),
        )

    def answer(self, role: str, question: Question) -> Any:  # noqa: ANN401 - plain JSON
        """The plain value for what a peer of `role` asks. Raises ControlError."""
        verb, args = question.verb, question.args
        if verb == "status":
            return self._status()
        if verb == "events":
            return self._events(args)
        if verb == "sitting.report":
            return {"at": self._wall().isoformat(), **self._sitting_report(args.get("sitting", ""))}
        if verb == "seal.certificate":
            return self._certificate()
        if verb in BY_PAGE or verb in BY_SHELL:
            return self._sign_in.answer(role, question)
        if role in MAY_REPORT:
            return self._report_of_job(role, question)
        session = self._sign_in.permit(role, question)
        if verb == "report" and question.page is None:
            return self._report(args)
        if verb not in DECISIONS:
            raise ControlError("unknown-verb", verb=verb)
        return self._act(question, session)

    def _report_of_job(self, role: str, question: Question) -> Any:  # noqa: ANN401 - plain JSON
        """Its process reads what strangers wrote: it may say what became of a bundle, or of a receipt, nothing else."""
        if question.verb != "report" or question.args.get("kind") not in MAY_REPORT[role]:
            raise ControlError("not-permitted", 77)
        return self._report(question.args)

    def _act(self, question: Question, session: Session | None) -> dict[str, Any]:
        """Does an act of a person, under the name that signed in; a form that is sent twice does one thing."""
        page = question.page
        key = (question.verb, page.token, page.once) if page and page.once else None
        before = self._sent.found(key)
        if before is not None:
            return result_of(before)
        self._check_pins(question)
        args = question.args | ({"by": session.name} if session else {})
        request = ActRequest(act=Act(verb=question.verb, args=args))
        mine = self._sent.kept(key, request.reply)
        if mine is request.reply:
            self._inbox.put(request)
        return result_of(mine)

    def _record(self, act: Act) -> dict[str, Any]:
        """Records an act of a PIN: told as not done, it must not stand in the record a moment later."""
        request = ActRequest(act=act)
        self._inbox.put(request)
        return result_or_never(request.reply)

    def close(self) -> None:
        """Lets the log go."""
        with self._lock:
            if self._log is not None:
                self._log.close()

    def _status(self) -> dict[str, Any]:
        shown = self._board.read()
        if not shown.rev:
            raise ControlError("starting", 75)
        seq, digest = shown.head
        log: Any = shown.snapshot.get("log", {})
        return {
            **shown.snapshot,
            "rev": shown.rev,
            "at": self._wall().isoformat(),
            "turned_age_s": round(self._real_s() - shown.turned_s, 2),
            "log": {**log, "head_seq": seq, "head_hash": digest},
        }

    def _events(self, args: dict[str, Any]) -> dict[str, Any]:
        since, limit = args.get("since", 0), args.get("limit", 100)
        kind, want_newest = args.get("kind", ""), args.get("newest", False)
        without = args.get("without", [])
        numbers = isinstance(since, int) and isinstance(limit, int) and abs(since) <= MAX_SEQ
        texts = isinstance(kind, str) and isinstance(without, list) and len(without) <= len(BODIES)
        if not numbers or not texts or not all(isinstance(name, str) for name in without):
            raise ControlError("bad-question")
        rows = self._read_log(
            lambda log: log.rows(
                after=since,
                limit=max(1, min(limit, MAX_EVENTS)),
                kind=kind,
                newest=bool(want_newest),
                without=without,
            )
        )
        return {"events": [json.loads(row.text) for row in rows], "next": rows[-1].seq if rows else since}

    def _sitting_report(self, sitting: object) -> dict[str, Any]:
        """One report at a time, over connections of its own: whoever asks for it keeps no other reader waiting."""
        if not self._reports.acquire(timeout=REPORT_WAIT_S):
            raise ControlError("busy", 75)
        try:
            with contextlib.closing(Record(self._log_directory)) as log:
                return sitting_report(log, sitting)
        except (LogError, CodecError) as error:
            raise ControlError("log-unreadable", 69, reason=str(error)) from error
        finally:
            self._reports.release()

    def _read_log(self, read: Callable[[Record], T]) -> T:
        """What `read` finds in the record; one reader at a time."""
        try:
            with self._lock:
                return read(self._reading())
        except (LogError, CodecError) as error:
            raise ControlError("log-unreadable", 69, reason=str(error)) from error

    def _reading(self) -> Record:
        """The record; the lock is held. Raises LogError."""
        path = newest(self._log_directory)
        if self._log is None or self._log.path != path:
            if self._log is not None:
                self._log.close()
                self._log = None
            self._log = Record(self._log_directory)
        return self._log

    def _certificate(self) -> dict[str, Any]:
        """The last seal as it stands in the record, its row's hash in the chain, its end, the bundle that signs it."""
        try:
            with self._lock:
                log = self._reading()
                made, lifted = log.last(SealMade.kind), log.last(SealLifted.kind)
                after = made.seq if made is not None else 0
                rows = log.rows(after=after, limit=BUNDLES_LOOKED_AT, kind=BundlePublished.kind)
        except LogError as error:
            raise ControlError("log-unreadable", 69, reason=str(error)) from error
        if made is None:
            raise ControlError("no-seal-yet", 69)
        bundles = [json.loads(row.text)["body"] for row in rows]
        ended = lifted is not None and lifted.seq > made.seq
        return {
            "seal": json.loads(made.text),
            "row_hash": made.hash.hex(),
            # Its signed manifest names a head of the chain at or beyond the seal's row: nothing before it can change.
            "signed_by": next((b["name"] for b in bundles if b["log_seq"] >= made.seq), ""),
            "lifted": json.loads(lifted.text) if ended and lifted is not None else None,
        }

    def _report(self, args: dict[str, Any]) -> Any:  # noqa: ANN401 - plain JSON
        cls = REPORTED.get(str(args.get("kind")))
        if cls is None:
            raise ControlError("unknown-verb", verb=f"report {args.get('kind')}")
        try:
            body = from_plain(cls, args.get("body"))
        except (CodecError, TypeError) as error:
            raise ControlError("bad-report", reason=str(error)) from error
        reply = Reply()
        self._inbox.put(Report(body=body, reply=reply))
        return result_of(reply)

    def _check_pins(self, question: Question) -> None:
        for role in PINS_FOR.get(question.verb, ()):
            if not question.pins.get(role):
                raise ControlError("pin-missing", 77, role=role)
            try:
                self._pins.check(role, question.pins[role], source=question.source)
            except PinError as error:
                raise ControlError(error.code, 77, **error.details) from error
