"""Acts on a sitting: moved with the province's consent, declared, finished; ten minutes more for a window."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request

from appliance.words import label
from web.desk import Desk, form_key, given_back, onward, typed
from web.language import language_asked
from web.sheet import clock_of, sheet
from web.sitting_sheet import MOST_MINUTES, makeup_of_seat, sitting_sheet

Args = dict[str, Any]


def minutes_typed() -> int | str:
    """The minutes as a number; what is none goes to the guard as it was typed, which says what is wrong with it."""
    value = typed("minutes").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 4 else value


def _consented() -> Args:
    return {"minutes": minutes_typed(), "consent": typed("consent"), "reason": typed("reason")}


# Act → the guard's verb, its arguments from the form, whether the chief's PIN goes with it.
ACTS: Mapping[str, tuple[str, Callable[[], Args], bool]] = {
    "delay": ("sitting.delay", _consented, True),
    "extend": ("sitting.extend", lambda: _consented() | {"seat": typed("seat")}, True),
    "paper": ("sitting.paper", dict, False),
    "uploaded": ("sitting.uploaded", lambda: {"room": typed("room")}, False),
    "finish": ("sitting.finish", dict, False),
    "more": ("net.window.more", dict, False),
}


def add_sitting_acts(app: Flask, desk: Desk, language: str) -> None:
    """Puts the views on `app`."""

    @app.get("/sitting")
    def sitting_page() -> Response:
        return _shown(desk, language_asked(language))

    @app.post("/sitting/<act>")
    def sitting_act(act: str) -> Response:
        asked = language_asked(language)
        if act not in ACTS:
            abort(HTTPStatus.NOT_FOUND)
        verb, args_of, with_pin = ACTS[act]
        if act == "finish" and not typed("sure"):
            return _shown(desk, asked, why=label(asked, "not_sure"), status=HTTPStatus.CONFLICT)
        # The form's own sitting, not the one that is on by now: a form left open must not move the next one.
        args = args_of() | ({} if act == "more" else {"sitting": typed("sitting")})
        outcome = desk.do(asked, verb, pins={"chief": typed("pin")} if with_pin else None, **args)
        if outcome.done:
            return onward("/sitting", asked, done=outcome.seq)
        return _shown(desk, asked, why=outcome.why, status=outcome.status)


def _shown(desk: Desk, language: str, *, why: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    page = sheet(desk, language, "/sitting", title=label(language, "sitting_title"), why=why)
    kept = dict(given_back())
    if request.method == "GET":
        seat = request.args.get("seat", "")[:40]
        lost = makeup_of_seat(page.snapshot, seat)
        kept = {"seat": seat, "minutes": str(lost) if lost else ""}
    now, zone = clock_of(page.snapshot)
    shown = sitting_sheet(language, page.snapshot, now, zone)
    html = render_template(
        "sitting.html", page=page, sitting=shown, kept=kept, once=form_key(), most=MOST_MINUTES
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
