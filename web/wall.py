"""`/wall`: the verdict for a screen on the wall, readable from five metres; nobody signs in there."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request

from web.guard import Guard
from web.incidents import Item
from web.language import language_asked
from web.pages import tagged, uncached, unchanged
from web.present import Page, etag, present


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The page, and of what needs doing the first thing; `more` counts the others."""

    page: Page
    first: Item | None
    more: int


def add_wall(app: Flask, guard: Guard, language: str) -> None:
    """Puts the wall's two views on `app`."""

    @app.get("/wall")
    def wall_page() -> Response:
        wall = wall_of(present(language_asked(language), guard.look()))
        return uncached(make_response(render_template("wall.html", wall=wall, page=wall.page)))

    @app.get("/wall/fragment")
    def wall_fragment() -> Response:
        look, asked = guard.look(), language_asked(language)
        tag = etag(look, asked, "wall")
        if tag and request.if_none_match.contains(tag):
            return unchanged(look, tag)
        wall = wall_of(present(asked, look))
        return tagged(make_response(render_template("wall_fragment.html", wall=wall, page=wall.page)), tag)


def wall_of(page: Page) -> Wall:
    """What the wall shows of the page."""
    items = [*page.items, *page.more]
    return Wall(page=page, first=items[0] if items else None, more=max(0, len(items) - 1))
