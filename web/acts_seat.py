"""Acts on seats: a candidate moved to a spare, a machine taken out of service, a new one registered."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request

from appliance.words import label, name_of, seat_place
from web.desk import Desk, form_key, given_back, onward, typed
from web.fields import Plain, parts, text
from web.language import language_asked
from web.seats import spares_for
from web.sheet import sheet

FREE = ("swapped", "retired")  # nobody sits there who could be moved


def _registered() -> dict[str, Any]:
    return {name: typed(name) for name in ("room", "seat", "mac", "ip")} | {"spare": bool(typed("spare"))}


# Act → the guard's verb and its arguments from the form.
ACTS: Mapping[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "swap": ("seat.swap", lambda: {"seat": typed("seat"), "spare": typed("spare")}),
    "retire": ("seat.retire", lambda: {"seat": typed("seat"), "reason": typed("reason")}),
    "register": ("seat.register", _registered),
}


def add_seat_acts(app: Flask, desk: Desk, language: str) -> None:
    """Puts the views on `app`."""

    @app.get("/seats")
    def seats_page() -> Response:
        return _shown(desk, language_asked(language))

    @app.post("/seats/<act>")
    def seat_act(act: str) -> Response:
        asked = language_asked(language)
        if act not in ACTS:
            abort(HTTPStatus.NOT_FOUND)
        verb, args_of = ACTS[act]
        outcome = desk.do(asked, verb, **args_of())
        if outcome.done:
            return onward("/seats", asked, done=outcome.seq)
        return _shown(desk, asked, why=outcome.why, status=outcome.status, act=act)


def _shown(
    desk: Desk, language: str, *, why: str = "", status: HTTPStatus = HTTPStatus.OK, act: str = ""
) -> Response:
    page = sheet(desk, language, "/seats", title=label(language, "seats_title"), why=why)
    kept = given_back() if request.method == "POST" else {"seat": request.args.get("seat", "")[:40]}
    seats = _seats(language, page.snapshot, spares=False)
    html = render_template(
        "seats.html",
        page=page,
        act=act or "swap",
        moving=dict(seats).get(kept.get("seat", "")) if act in ("", "swap") else None,
        kept=kept,
        once=form_key(),
        seats=seats,
        machines=_seats(language, page.snapshot, spares=True),
        spares=spares_for(language, page.snapshot, kept.get("seat", "")),
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _seats(language: str, snapshot: Plain, *, spares: bool) -> list[tuple[str, str]]:
    """(id, words) of every machine, with the spares or without those that nobody sits at; absent ones first."""
    rows = [
        seat
        for seat in parts(snapshot, "seats")
        if text(seat, "state") != "retired"
        and (spares or (seat.get("spare") is not True and text(seat, "state") not in FREE))
    ]
    rows.sort(key=lambda seat: text(seat, "state") != "absent")
    return [(text(seat, "id"), _words(language, seat)) for seat in rows]


def _words(language: str, seat: Plain) -> str:
    state = name_of(language, "seat", text(seat, "state"))
    place = seat_place(language, text(seat, "id"))
    return f"{place}（{state}）" if language == "zh_CN" else f"{place} ({state})"
