"""`/report/SITTING`: the printable report, and the same as one file that stands by itself."""

from http import HTTPStatus
from importlib import resources

from flask import Flask, Response, make_response, render_template, request
from markupsafe import Markup

from appliance.client import Client, GuardSilent, Refused
from appliance.words import html_language, label, language_named
from web.fields import Plain
from web.report import sheets

NOT_NOW = ("log-unreadable", "starting")


def add_report(app: Flask, client: Client, language: str) -> None:
    """Puts the report's view on `app`."""

    @app.get("/report/")
    @app.get("/report/<sitting>")
    def report_page(sitting: str = "") -> Response:
        asked = language_named(request.args.get("lang"), default=language)
        try:
            told = client.call("sitting.report", sitting=sitting)
        except GuardSilent:
            return _none(asked, "report_silent", HTTPStatus.SERVICE_UNAVAILABLE)
        except Refused as refusal:
            busy, away = refusal.code == "busy", refusal.code in NOT_NOW
            said = "report_busy" if busy else "report_silent" if away else "report_none"
            return _none(asked, said, HTTPStatus.SERVICE_UNAVAILABLE if busy or away else HTTPStatus.NOT_FOUND)
        if not isinstance(told, dict):
            return _none(asked, "report_none", HTTPStatus.NOT_FOUND)
        answer = make_response(_rendered(app, asked, told, style=None))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _none(language: str, said: str, status: HTTPStatus) -> Response:
    """A short page that says why there is no report: none is there, or it can not be read now."""
    why = {"report_none": "report_none_why", "report_silent": "report_silent_why"}.get(said, "")
    answer = make_response(render_template("report_none.html", language=language, said=said, why=why), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def report_html(language: str, report: Plain) -> str:
    """The report as one HTML file with its style inside: what `venue report --html` writes."""
    app = Flask("web")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(label=label, html_language=html_language)
    style = resources.files("web").joinpath("static/report.css").read_text(encoding="utf-8")
    with app.app_context():
        # Our own file, not a word of it from outside: it may stand in a style element.
        return _rendered(app, language, report, style=Markup(style))


def _rendered(app: Flask, language: str, report: Plain, style: Markup | None) -> str:
    return app.jinja_env.get_template("report.html").render(report=sheets(language, report), style=style)
