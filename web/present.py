"""Turns what is known of the guard into what the templates show: formatting only, no rule."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from appliance.words import (
    html_language,
    label,
    name_of,
    other_language,
    plain_text,
    silence_sentences,
    verdict_help,
)
from web.card import Card
from web.cards import cards
from web.fields import Plain, count, number, part, text, words_of
from web.guard import Look
from web.head import Countdown, Step, countdown_of, sitting_words, steps, verdict_words
from web.incidents import Item, Row, debts, events, items, proposals
from web.ready import status_row
from web.seats import RoomView, legend, rooms
from web.supply_panel import Panel, panel
from web.times import clock_time, duration, moment_of, second_of_day, zone_of

DEAD_AFTER_S = 5.0  # DESIGN: a guard that has not turned for longer is silent
ITEMS_SHOWN = 3
SIGNS = {"ok": "●", "attention": "▲", "critical": "■", "unknown": "?"}
_CONTACTS = ("technician", "power", "city", "province")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the templates show. `known`: the guard answered once; `dead`: do not judge by it."""

    language: str
    html_language: str
    other: str
    title: str
    level: str
    headline: str
    below: str
    stale_headline: str
    stale_below: str
    dead: bool = True
    known: bool = False
    help: tuple[str, ...] = ()
    age_s: int = 0
    venue: str = ""
    banners: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    time: str = ""
    time_s: int = 0
    rate: float = 1.0
    clock_note: str = ""
    countdown: Countdown | None = None
    sitting: str = ""
    cards: list[Card] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    more: list[Item] = field(default_factory=list)
    debts: list[Row] = field(default_factory=list)
    proposals: list[Row] = field(default_factory=list)
    supply: Panel | None = None
    ready: Row | None = None
    rooms: list[RoomView] = field(default_factory=list)
    legend: list[tuple[str, str, str]] = field(default_factory=list)
    events: list[Row] | None = None
    contacts: list[tuple[str, str]] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


def is_dead(look: Look) -> bool:
    """Whether what is known is too old to judge by."""
    return look.snapshot is None or look.age_s > DEAD_AFTER_S


def etag(look: Look, language: str, visitor: str = "") -> str:
    """Moves with the snapshot, the record, the language, who signed in and each minute.

    Empty for a silent guard, and for events that can not be read: they are there again without a new row.
    """
    if look.snapshot is None or look.events is None or is_dead(look):
        return ""
    minute = text(look.snapshot, "at")[:16]
    head = count(part(look.snapshot, "log"), "head_seq")
    signed = hashlib.sha256(visitor.encode()).hexdigest()[:8] if visitor else ""
    return f"{count(look.snapshot, 'rev')}-{head}-{language}-{minute}{signed}"


def present(language: str, look: Look) -> Page:
    """The page for `look` in `language`."""
    snapshot = look.snapshot
    if snapshot is None:
        return _never(language)
    now, zone = _when(snapshot)
    headline, below, level = verdict_words(language, snapshot, now, zone)
    if is_dead(look):
        headline, below, level = *_silent(language, look, now, zone), "unknown"
    todo, shown_rooms = items(language, snapshot, now, zone), rooms(language, snapshot)
    venue = plain_text(text(part(snapshot, "venue"), "name"), limit=40)
    stale_headline, stale_below = _stale_words(language)
    return Page(
        language=language,
        html_language=html_language(language),
        other=other_language(language),
        title=f"{SIGNS[level]}{len(todo) or ''} {headline} · {venue or label(language, 'product')}",
        level=level,
        headline=headline,
        below=below,
        stale_headline=stale_headline,
        stale_below=stale_below,
        dead=is_dead(look),
        known=True,
        help=verdict_help(language, "silent" if is_dead(look) else text(part(snapshot, "verdict"), "code")),
        age_s=int(look.age_s),
        venue=venue,
        banners=_banners(language, snapshot),
        tags=[name_of(language, "beside", tag) for tag in words_of(part(snapshot, "verdict"), "beside")],
        steps=steps(language, snapshot, now, zone),
        time=clock_time(now, zone, seconds=True),
        time_s=second_of_day(now, zone),
        rate=number(part(snapshot, "clock"), "rate") or 1.0,
        clock_note="" if _clock_trusted(snapshot) else label(language, "clock_untrusted"),
        countdown=countdown_of(language, snapshot, now),
        sitting=sitting_words(language, snapshot, zone),
        cards=cards(language, snapshot, now, zone),
        items=todo[:ITEMS_SHOWN],
        more=todo[ITEMS_SHOWN:],
        debts=debts(language, snapshot, now, zone),
        proposals=proposals(language, snapshot),
        supply=panel(language, snapshot, now, zone),
        ready=status_row(language, snapshot, now, zone),
        rooms=shown_rooms,
        legend=legend(language, shown_rooms),
        events=None if look.events is None else events(language, snapshot, look.events, now, zone),
        contacts=_contacts(language, snapshot),
        foot=_foot(language, snapshot),
    )


def _when(snapshot: Plain) -> tuple[datetime, tzinfo]:
    """When the guard said it, and the venue's zone."""
    now = moment_of(snapshot.get("at")) or datetime.now(UTC)
    return now, zone_of(text(part(snapshot, "venue"), "timezone"))


def _never(language: str) -> Page:
    headline, below = silence_sentences(language, "")
    stale_headline, stale_below = _stale_words(language)
    return Page(
        language=language,
        html_language=html_language(language),
        other=other_language(language),
        title=f"? {headline} · {label(language, 'product')}",
        level="unknown",
        headline=headline,
        below=below,
        stale_headline=stale_headline,
        stale_below=stale_below,
        help=verdict_help(language, "silent"),
    )


def _silent(language: str, look: Look, now: datetime, zone: tzinfo) -> tuple[str, str]:
    headline, below = silence_sentences(language, duration(language, look.age_s))
    last = label(language, "last_answer", time=clock_time(now, zone, seconds=True))
    return headline, f"{below}。{last}" if language == "zh_CN" else f"{below}. {last}"


def _stale_words(language: str) -> tuple[str, str]:
    """What page.js says when nothing arrives any more; it puts the seconds where %s stands."""
    return silence_sentences(language, label(language, "seconds", count="%s"))


def _banners(language: str, snapshot: Plain) -> list[str]:
    banners = []
    if part(snapshot, "venue").get("simulated") is True:
        banners.append(label(language, "simulated"))
    if text(snapshot, "drill"):
        banners.append(label(language, "drill_banner", mode=text(snapshot, "drill")))
    return banners


def _clock_trusted(snapshot: Plain) -> bool:
    return part(snapshot, "clock").get("trusted") is True


def _contacts(language: str, snapshot: Plain) -> list[tuple[str, str]]:
    told = part(part(snapshot, "venue"), "contacts")
    names = [*_CONTACTS, *(name for name in told if name not in _CONTACTS)]
    return [
        (plain_text(name_of(language, "contact", name), limit=24), plain_text(text(told, name), limit=60))
        for name in names[:8]
        if text(told, name)
    ]


def _foot(language: str, snapshot: Plain) -> list[str]:
    venue, log = part(snapshot, "venue"), part(snapshot, "log")
    foot = [label(language, "box", code=plain_text(text(venue, "code"), limit=24))]
    foot.append(label(language, "version", version=plain_text(text(venue, "version"), limit=24)))
    if text(log, "head_hash"):
        foot.append(label(language, "head", hash=plain_text(text(log, "head_hash"), limit=80)[:12]))
    return foot
