"""`/seal`: the readiness check, what people say of it, the seal by two people, its certificate to print."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, make_response, render_template

from appliance.client import Client, GuardSilent, Refused
from appliance.words import label
from appliance.words.refusals import refusal_sentence
from web.certificate import certificate
from web.desk import Desk, Outcome, form_key, given_back, onward, typed
from web.fields import part, text
from web.language import language_asked
from web.ready import ready
from web.sheet import sheet
from web.times import moment_of, zone_of

REASON = "why-"  # a field of the form for each point
# What a person says by one button: verb, and the yes-or-no argument it takes.
SAID = {
    "seat_usb": ("seats.declare_usb", "blocked"),
    "isolation": ("switch.declare", "isolated"),
    "panel": ("panel.confirm", "seen"),
}
_SECONDS = re.compile(r"-?[0-9]{1,6}")
TRIED = {"lamps": "panel.test", "prove": "net.prove"}


def add_seal(app: Flask, desk: Desk, client: Client, language: str) -> None:
    """Puts the views on `app`; `client` reads the certificate."""

    @app.get("/seal")
    def seal_page() -> Response:
        return _shown(desk, language_asked(language))

    @app.post("/seal")
    def make_seal() -> Response:
        asked = language_asked(language)
        return _after(
            desk, asked, _two(desk, asked, "seal", revision=typed("revision"), overrides=_reasons())
        )

    @app.post("/seal/lift")
    def lift_seal() -> Response:
        asked = language_asked(language)
        return _after(desk, asked, _two(desk, asked, "unseal", reason=typed("reason")))

    @app.post("/seal/clock")
    def clock() -> Response:
        asked, offset = language_asked(language), typed("offset_s").strip() or "0"
        whole: object = int(offset) if _SECONDS.fullmatch(offset) else offset
        outcome = desk.do(asked, "clock.confirm", offset_s=whole, shown=typed("shown"))
        return _after(desk, asked, outcome)

    @app.post("/seal/say/<what>")
    def say(what: str) -> Response:
        asked = language_asked(language)
        verb, name = SAID.get(what, ("", ""))
        choice: object = {"yes": True, "no": False}.get(typed("choice"), "")
        args: dict[str, Any] = {name: choice} if name else {}
        return _after(desk, asked, desk.do(asked, verb, **args))

    @app.post("/seal/try/<what>")
    def attempt(what: str) -> Response:
        asked = language_asked(language)
        return _after(desk, asked, desk.do(asked, TRIED.get(what, "")))

    @app.post("/seal/morning")
    def morning() -> Response:
        asked = language_asked(language)
        return _after(desk, asked, desk.do(asked, "morning.confirm", revision=typed("revision")))

    @app.get("/seal/certificate")
    def certificate_page() -> Response:
        return _certificate(desk, client, language_asked(language))


def _reasons() -> dict[str, str]:
    """What was written for each point."""
    kept = given_back()
    return {
        name.removeprefix(REASON): typed(name)
        for name in kept
        if name.startswith(REASON) and typed(name).strip()
    }


def _two(desk: Desk, language: str, verb: str, **args: object) -> Outcome:
    """An act of chief and technician: both names, both PINs, in one question."""
    pins = {role: typed(f"pin_{role}") for role in ("chief", "technician")}
    return desk.do(language, verb, pins=pins, chief=typed("chief"), technician=typed("technician"), **args)


def _after(desk: Desk, language: str, outcome: Outcome) -> Response:
    if not outcome.done:
        return _shown(desk, language, why=outcome.why, status=outcome.status)
    return onward("/seal", language, done=outcome.seq)


def _shown(desk: Desk, language: str, *, why: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    page = sheet(desk, language, "/seal", title=label(language, "seal_title"), why=why)
    now = moment_of(page.snapshot.get("at")) or datetime.now(UTC)
    zone = zone_of(text(part(page.snapshot, "venue"), "timezone"))
    shown = ready(language, page.snapshot, now, zone) if page.snapshot else None
    html = render_template(
        "seal.html", page=page, ready=shown, kept=given_back(), once=form_key(), reason=REASON
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _certificate(desk: Desk, client: Client, language: str) -> Response:
    try:
        told = client.call("seal.certificate")
    except Refused as refusal:
        why = refusal_sentence(language, refusal.code, refusal.details)
        return _shown(desk, language, why=why, status=HTTPStatus.NOT_FOUND)
    except GuardSilent as error:
        why = refusal_sentence(language, "guard-silent", {"reason": str(error)})
        return _shown(desk, language, why=why, status=HTTPStatus.SERVICE_UNAVAILABLE)
    page = certificate(language, told, desk.look().snapshot or {})
    answer = make_response(render_template("certificate.html", page=page))
    answer.headers["Cache-Control"] = "no-store"
    return answer
