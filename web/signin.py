"""Signing in and out: the guard checks the PIN and gives the token, which lies in the browser's cookie alone."""

from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request

from appliance.words import label, name_of
from web.desk import COOKIE, Desk, Outcome, form_key, given_back, inside, onward, typed
from web.language import language_asked
from web.sheet import Sheet, sheet

ROLES = ("chief", "deputy", "technician")


def add_signin(app: Flask, desk: Desk, language: str) -> None:
    """Puts the views on `app`."""

    @app.get("/signin")
    def signin_page() -> Response:
        return _shown(desk, language_asked(language), first="first" in request.args)

    @app.post("/signin")
    def sign_in() -> Response:
        asked, role = language_asked(language), typed("role")
        outcome = desk.do(asked, "sign-in", pins={role: typed("pin")}, role=role, name=typed("name"))
        return _entered(desk, asked, outcome, first=False)

    @app.post("/signin/first")
    def choose_pin() -> Response:
        asked, role = language_asked(language), typed("role")
        if typed("pin") != typed("pin_again"):
            return _shown(
                desk, asked, first=True, why=label(asked, "pins_differ"), status=HTTPStatus.CONFLICT
            )
        pins = {role: typed("pin"), "code": typed("code")}
        outcome = desk.do(asked, "pin.choose", pins=pins, role=role, name=typed("name"))
        return _entered(desk, asked, outcome, first=True)

    @app.post("/signout")
    def sign_out() -> Response:
        asked = language_asked(language)
        outcome = desk.do(asked, "sign-out")
        # A session that is over needs no end; whatever else went wrong, the person must know that it goes on.
        if not outcome.done and outcome.code not in ("session-over", "sign-in-needed"):
            return _shown(desk, asked, first=False, why=outcome.why, status=outcome.status)
        answer = onward("/signin", asked, out=1)
        answer.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
        return answer


def _entered(desk: Desk, language: str, outcome: Outcome, *, first: bool) -> Response:
    if not outcome.done:
        return _shown(desk, language, first=first, why=outcome.why, status=outcome.status)
    answer = onward(inside(typed("next")), language)
    token = str(outcome.value.get("token", ""))
    # No age: it ends with the browser. Strict: a link from elsewhere arrives as one who only looks.
    answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure)
    return answer


def _shown(
    desk: Desk, language: str, *, first: bool, why: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    said = label(language, "signed_out") if "out" in request.args else ""
    page: Sheet = sheet(desk, language, "/signin", title=label(language, "sign_in"), why=why, said=said)
    wanted = inside(request.values.get("next", ""))
    html = render_template(
        "signin.html",
        page=page,
        first=first,
        next=wanted,
        kept=given_back(),
        roles=[(role, name_of(language, "role", role)) for role in ROLES],
        once=form_key(),
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
