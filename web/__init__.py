"""The page: shows what the guard says over its socket. No privileges, no database, no rule."""

from flask import Flask

from appliance.client import Client
from appliance.words import html_language, label
from web.guard import Guard
from web.pages import add_pages


def create_app(*, client: Client, language: str = "zh_CN") -> Flask:
    """The WSGI application, asking `client`; `language` for who asks for none."""
    app = Flask(__name__)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(label=label, html_language=html_language)
    # Only GET and HEAD: OPTIONS would be one more answer to keep safe, for nobody.
    app.config.update(PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=4096)
    add_pages(app, Guard(client), language)
    return app
