"""The page: shows what the guard says over its socket, hands on what people do. No privileges, database, rule."""

from flask import Flask

from appliance.client import Client
from appliance.words import html_language, label
from web.acts_incident import add_incident_acts
from web.acts_seat import add_seat_acts
from web.acts_sitting import add_sitting_acts
from web.acts_usb import add_usb_acts
from web.desk import MAX_BODY_BYTES, Desk, refuse_strangers
from web.guard import Guard
from web.metrics import add_metrics
from web.pages import add_pages
from web.pull import Line, add_pull
from web.report_pages import add_report, report_html
from web.seal import add_seal
from web.signin import add_signin
from web.wall import add_wall

__all__ = ["Line", "create_app", "report_html"]


def create_app(
    *, client: Client, language: str = "zh_CN", line: Line | None = None, version: str = ""
) -> Flask:
    """The WSGI application, asking `client`; `language` for who asks for none. With a `line` the province asks too."""
    app = Flask(__name__)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(label=label, html_language=html_language)
    # OPTIONS would be one more answer to keep safe, for nobody.
    app.config.update(PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_PARTS=40)
    guard = Guard(client)
    desk = Desk(client, guard)
    refuse_strangers(app)
    add_pages(app, guard, desk, language)
    add_signin(app, desk, language)
    add_incident_acts(app, desk, language)
    add_report(app, client, language)
    add_sitting_acts(app, desk, language)
    add_seal(app, desk, client, language)
    add_wall(app, guard, language)
    add_metrics(app, guard)
    add_seat_acts(app, desk, language)
    add_usb_acts(app, desk, language)
    if line is not None:
        add_pull(app, guard, line, version)
    return app
