"""A USB device let in by two people: both names, both PINs, for so many minutes."""

from http import HTTPStatus

from flask import Flask, Response, make_response, render_template

from appliance.words import label, plain_text, usb_places
from appliance.words.usb.kinds import kinds_words, place_words
from web.acts_sitting import minutes_typed
from web.desk import Desk, form_key, given_back, onward, typed
from web.fields import Plain, part, parts, text, words_of
from web.language import language_asked
from web.sheet import sheet


def add_usb_acts(app: Flask, desk: Desk, language: str) -> None:
    """Puts the views on `app`."""

    @app.get("/usb")
    def usb_page() -> Response:
        return _shown(desk, language_asked(language))

    @app.post("/usb/grant")
    def usb_grant() -> Response:
        asked = language_asked(language)
        # The device as it was shown: another one at that port by now is refused.
        port, _, device = typed("device").partition("|")
        names = {name: typed(name) for name in ("chief", "technician", "reason")}
        pins = {"chief": typed("pin_chief"), "technician": typed("pin_technician")}
        outcome = desk.do(
            asked, "usb.grant", pins=pins, port=port, id=device, minutes=minutes_typed(), **names
        )
        if outcome.done:
            return onward("/usb", asked, done=outcome.seq)
        return _shown(desk, asked, why=outcome.why, status=outcome.status)


def _shown(desk: Desk, language: str, *, why: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    page = sheet(desk, language, "/usb", title=label(language, "usb_title"), why=why)
    html = render_template(
        "usb.html", page=page, kept=given_back(), once=form_key(), devices=_blocked(language, page.snapshot)
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _blocked(language: str, snapshot: Plain) -> list[tuple[str, str]]:
    """(port and id, words) of each device that may not be used."""
    places = usb_places(snapshot)
    found = []
    for device in parts(part(snapshot, "usb"), "devices"):
        if device.get("allowed") is True:
            continue
        port, id_ = text(device, "port"), text(device, "id")
        place = place_words(language, port, places.get(port, ""))
        kinds, name = (
            kinds_words(language, words_of(device, "kinds")),
            plain_text(text(device, "name"), limit=40),
        )
        found.append((f"{port}|{id_}", f"{place} · {kinds} · {name} ({plain_text(id_, limit=9)})"))
    return found
