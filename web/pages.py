"""The views that only show: ask the guard, present, render."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from web.desk import Desk
from web.fields import Plain, count, part
from web.guard import Guard, Look
from web.language import language_asked as _language
from web.present import etag, is_dead, present

# Nothing from elsewhere, nothing inline, in nobody's frame: names of seats and devices come from strangers.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it a browser sends our own forms as from nowhere (Origin: null).
    "Referrer-Policy": "same-origin",
}


def add_pages(app: Flask, guard: Guard, desk: Desk, language: str) -> None:
    """Puts the views on `app`; `language` is for requests that ask for none."""

    @app.get("/")
    def status_page() -> Response:
        look = guard.look()
        page = present(_language(language), look)
        html = render_template("status.html", page=page, visitor=desk.visitor(look))
        return uncached(make_response(html))

    @app.get("/fragment")
    def fragment() -> Response:
        look, asked = guard.look(), _language(language)
        visitor = desk.visitor(look)
        tag = etag(look, asked, visitor.name + visitor.role if visitor else "")
        # The tag is known before anything is rendered: twenty open pages cost one rendering a minute.
        if tag and request.if_none_match.contains(tag):
            return unchanged(look, tag)
        html = render_template("fragment.html", page=present(asked, look), visitor=visitor)
        return tagged(make_response(html), tag)

    @app.get("/healthz")
    def healthz() -> tuple[Response, HTTPStatus]:
        look = guard.look()
        well = look.answered and not is_dead(look)
        return jsonify(guard="ok" if well else "silent"), (
            HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        )

    @app.get("/api/v1/status")
    def status_json() -> Response:
        look = guard.look()
        if look.snapshot is None or not look.answered:
            answer = jsonify(error="guard-silent")
            answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            return uncached(answer)
        answer = tagged(jsonify(look.snapshot), _snapshot_tag(look.snapshot))
        answer.make_conditional(request)
        return answer

    app.after_request(_with_headers)
    _add_short_pages(app, language)


def _add_short_pages(app: Flask, language: str) -> None:
    words = {
        HTTPStatus.NOT_FOUND: "not_found",
        HTTPStatus.METHOD_NOT_ALLOWED: "not_allowed",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
        HTTPStatus.FORBIDDEN: "not_from_here",
    }

    @app.errorhandler(HTTPException)
    def short_page(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        said = render_template("short.html", language=_language(language), key=words.get(status, "failed"))
        answer = make_response(said, status)
        if isinstance(error, MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer


def _snapshot_tag(snapshot: Plain) -> str:
    # The record's head rides along: `rev` starts again with the guard, the head never goes back.
    return f"{count(snapshot, 'rev')}-{count(part(snapshot, 'log'), 'head_seq')}"


def tagged(answer: Response, tag: str) -> Response:
    """The answer with its ETag, if it has one, to be asked for anew each time."""
    if tag:
        answer.set_etag(tag)
    return uncached(answer)


def unchanged(look: Look, tag: str) -> Response:
    """304: as it was, and how many seconds ago the guard said so (RFC 9111, Age)."""
    answer = tagged(Response(status=HTTPStatus.NOT_MODIFIED), tag)
    answer.headers["Age"] = str(int(look.age_s))
    return answer


def uncached(answer: Response) -> Response:
    """The answer, to be asked for anew each time."""
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _with_headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    return answer
