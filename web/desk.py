"""Where people act: hands what they typed to the guard, who judges it, and says what became of it.

The page holds no secret: the session's token lies in the browser's cookie and is handed on with each act.
"""

import re
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, request

from appliance.client import Client, GuardSilent, Refused
from appliance.words import event_sentence, label, plain_text, usb_places
from appliance.words.refusals import refusal_sentence
from web.fields import Plain, part, parts, text
from web.guard import Guard, Look
from web.times import clock_time, duration, moment_of, zone_of

COOKIE = "venue_session"
ACT_TIMEOUT_S = 6.0  # the guard answers within 4 s, if only that it is busy
AT_ONCE = 4  # of the page's eight threads: who only looks is answered all the same
MAX_BODY_BYTES = 64 * 1024
SAID_FOR_S = 120.0  # of the venue's clock: so long "recorded: …" stands over a page
MAX_TYPED = 4000  # characters that are given back to a form
_PATH = re.compile(r"/[a-z0-9/-]{0,60}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{16}")
_STATUS = {75: HTTPStatus.SERVICE_UNAVAILABLE, 77: HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who has signed in; `form` is what the session's forms carry."""

    role: str
    name: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an act: `seq` of its first row where it was done, else `why` not, as a sentence."""

    why: str = ""
    status: HTTPStatus = HTTPStatus.OK
    code: str = ""
    seq: int = 0
    value: Plain = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was recorded."""
        return not self.why


class Desk:
    """Acts through a client of its own that waits longer than the one that only looks."""

    def __init__(self, client: Client, guard: Guard) -> None:
        self._client = Client(client.path, timeout_s=ACT_TIMEOUT_S)
        self._asking = client
        self._guard = guard
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    def look(self) -> Look:
        """What is known of the guard now."""
        return self._guard.look()

    def visitor(self, look: Look, *, use: bool = False) -> Visitor | None:
        """Who this request's cookie belongs to; `use`: somebody opened a form, the session is not idle."""
        token = request.cookies.get(COOKIE, "")
        if not token or not look.answered:
            return None
        try:
            told = self._asking.call("session", page=handed_on(token), use=use)
        except (GuardSilent, Refused):
            return None
        known = told if isinstance(told, dict) else {}
        return Visitor(role=text(known, "role"), name=text(known, "name"), form=text(known, "form"))

    def do(self, language: str, verb: str, *, pins: dict[str, str] | None = None, **args: object) -> Outcome:
        """Asks the guard to do `verb` for this request's form and session."""
        if not self._slots.acquire(blocking=False):
            return Outcome(why=label(language, "page_busy"), status=HTTPStatus.SERVICE_UNAVAILABLE)
        page = handed_on(request.cookies.get(COOKIE, ""), form=typed("form"), once=typed("once"))
        try:
            value = self._client.call(verb, pins=pins, page=page, **args)
        except Refused as refusal:
            self._guard.ask_anew()
            status = _STATUS.get(refusal.exit_code, HTTPStatus.CONFLICT)
            why = refusal_sentence(language, refusal.code, _local(self.look(), refusal.details))
            return Outcome(why=why, status=status, code=refusal.code)
        except GuardSilent as error:
            return Outcome(why=self._silence(language, error), status=HTTPStatus.SERVICE_UNAVAILABLE)
        finally:
            self._slots.release()
        self._guard.ask_anew()
        told: Plain = value if isinstance(value, dict) else {}
        seqs = told.get("seqs")
        return Outcome(value=told, seq=seqs[0] if isinstance(seqs, list) and seqs else 0)

    def said(self, language: str, look: Look) -> str:
        """The sentence of the row that this request's `done` names, as the record tells it; empty for none."""
        seq = request.args.get("done", "")
        if not seq.isdecimal() or len(seq) > 15 or not look.answered:
            return ""
        try:
            told = self._asking.call("events", since=int(seq) - 1, limit=1)
        except (GuardSilent, Refused):
            return ""
        rows = parts(told, "events") if isinstance(told, dict) else []
        if not rows or rows[0].get("seq") != int(seq):
            return ""
        # A link may name any row: what was not written just now was not done by who reads this.
        at, now = moment_of(rows[0].get("at")), moment_of((look.snapshot or {}).get("at"))
        if at is None or now is None or abs((now - at).total_seconds()) > SAID_FOR_S:
            return ""
        places = usb_places(look.snapshot or {})
        what = event_sentence(language, text(rows[0], "kind"), part(rows[0], "body"), places=places)
        return label(language, "done", what=what)

    def _silence(self, language: str, error: GuardSilent) -> str:
        # Only where nobody listened is it certain that nothing was recorded.
        if not isinstance(error.__cause__, ConnectionRefusedError | FileNotFoundError):
            return label(language, "guard_slow")
        look = self.look()
        if look.snapshot is None:
            return label(language, "guard_dead_never")
        return label(language, "guard_dead", silent=duration(language, look.age_s))


def handed_on(token: str, *, form: str = "", once: str = "") -> dict[str, str]:
    """What the guard gets to know of this request."""
    handed = {"token": token, "form": form, "once": once, "source": request.remote_addr or ""}
    return {name: value[:200] for name, value in handed.items()}


def typed(name: str) -> str:
    """A field of the form, as it was typed."""
    return request.form.get(name, "").replace("\r\n", "\n")


def given_back() -> Mapping[str, str]:
    """What was typed, for the form that is shown again, without what drives a page: never a PIN, never a code."""
    kept = {name: value for name, value in request.form.items() if not name.startswith(("pin", "code"))}
    return {name: _shown(value[:MAX_TYPED]) for name, value in kept.items()}


def form_key() -> str:
    """The form's own key: sent twice, it does one thing.

    One that is shown again keeps it: where the guard was slow, nobody knows yet whether it was done.
    """
    sent = _KEY.match(typed("once"))
    return sent[0] if sent else secrets.token_hex(8)


def onward(path: str, language: str, **query: object) -> Response:
    """303 to a path of this page: a reload of what follows sends nothing again."""
    fields = {"lang": language, **query}
    told = "&".join(f"{name}={value}" for name, value in fields.items() if value)
    answer = redirect(f"{path}?{told}", HTTPStatus.SEE_OTHER)
    return Response(answer.get_data(), status=answer.status_code, headers=answer.headers)


def inside(path: str) -> str:
    """`path` where it is one of this page's, else the status page: nobody is led elsewhere."""
    return path if _PATH.fullmatch(path) and not path.startswith("//") else "/"


def refuse_strangers(app: Flask) -> None:
    """POSTs from other sites' pages get 403, before anything is read of them.

    Browsers tell where a form comes from by Sec-Fetch-Site and Origin (Fetch standard); the token in the session's
    forms is checked by the guard besides.
    """

    @app.before_request
    def judge_origin() -> None:
        if request.method != "POST":
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        foreign = site not in (None, "same-origin", "none")
        if foreign or (origin is not None and _host_of(origin) != request.host):
            abort(HTTPStatus.FORBIDDEN)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # brackets around no address, as no browser sends them
        return ""


def _shown(value: str) -> str:
    return "".join(c for c in value if c == "\n" or unicodedata.category(c)[0] != "C")


def _local(look: Look, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """A refusal's details with its times as the venue's clock shows them."""
    zone = zone_of(text(part(look.snapshot or {}, "venue"), "timezone"))
    return {name: value if isinstance(value, list) else _told(value, zone) for name, value in details.items()}


def _told(value: object, zone: tzinfo) -> str:
    return clock_time(moment_of(value), zone) if moment_of(value) else plain_text(value, limit=200)
