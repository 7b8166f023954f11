"""Acts on an incident: taken in hand, who was told, its class, how it ended."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, make_response, render_template

from appliance.words import label
from web.desk import Desk, form_key, given_back, onward, typed
from web.incident_sheet import NOTE_CHARACTERS, case, incident_of
from web.language import language_asked
from web.sheet import clock_of, sheet

# Act → the guard's verb, and what its form holds.
ACTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "take": ("incident.acknowledge", ()),
    "note": ("incident.note", ("text",)),
    "reported": ("incident.reported", ("to", "answer", "told_at")),
    "class": ("incident.classify", ("class",)),
    "resume": ("incident.resume", ()),
    "close": ("incident.close", ("outcome", "spare", "text")),
}


def add_incident_acts(app: Flask, desk: Desk, language: str) -> None:
    """Puts the views on `app`."""

    @app.get("/incident/<int:number>")
    def incident_page(number: int) -> Response:
        return _shown(desk, language_asked(language), number)

    @app.post("/incident/<int:number>/<act>")
    def incident_act(number: int, act: str) -> Response:
        asked = language_asked(language)
        if act not in ACTS:
            abort(HTTPStatus.NOT_FOUND)
        verb, names = ACTS[act]
        args: dict[str, Any] = {name: typed(name) for name in names}
        if args.get("told_at"):
            args["told_at"] = _moment(desk, args["told_at"])
        outcome = desk.do(asked, verb, number=number, **args)
        if outcome.done:
            return onward(f"/incident/{number}", asked, done=outcome.seq)
        return _shown(desk, asked, number, why=outcome.why, status=outcome.status)


def _shown(
    desk: Desk, language: str, number: int, *, why: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    page = sheet(desk, language, f"/incident/{number}", title=label(language, "incident_title"), why=why)
    incident = incident_of(page.snapshot, number)
    if incident is None and not page.silent:
        abort(HTTPStatus.NOT_FOUND)
    now, zone = clock_of(page.snapshot)
    shown = case(language, page.snapshot, incident, now, zone) if incident else None
    html = render_template(
        "incident.html",
        page=page,
        case=shown,
        number=number,
        kept=given_back(),
        once=form_key(),
        most=NOTE_CHARACTERS,
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _moment(desk: Desk, clock: str) -> str:
    """HH:MM of the venue's clock as a moment: the last time it was that late; what is none stays as it was typed."""
    now, zone = clock_of(desk.look().snapshot or {})
    try:
        hour, _, minute = clock.partition(":")
        there = now.astimezone(zone).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    except (ValueError, OverflowError):
        return clock
    return (there if there <= now + timedelta(minutes=1) else there - timedelta(days=1)).isoformat()
