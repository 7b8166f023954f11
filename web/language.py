"""The language of a request."""

from flask import request

from appliance.words import language_named


def language_asked(default: str) -> str:
    """The language that the address asks for, else `default`."""
    return language_named(request.args.get("lang"), default=default)
