"""What every page of acts shows around its forms: whose it is, what was done or refused, whether the guard is dead."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from appliance.words import html_language, label, other_language, plain_text, silence_sentences
from web.desk import Desk, Visitor
from web.fields import Plain, part, text
from web.guard import Look
from web.present import is_dead
from web.times import duration, moment_of, zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`said` is what was done, `why` what was refused; `silent` stands where the guard does not answer."""

    language: str
    html_language: str
    other: str
    path: str
    title: str
    venue: str
    look: Look
    snapshot: Plain
    visitor: Visitor | None
    said: str
    why: str
    silent: str


def sheet(desk: Desk, language: str, path: str, *, title: str, why: str = "", said: str = "") -> Sheet:
    """The frame of the page at `path` for this request."""
    look = desk.look()
    snapshot: Plain = look.snapshot or {}
    venue = plain_text(text(part(snapshot, "venue"), "name"), limit=40) or label(language, "product")
    return Sheet(
        language=language,
        html_language=html_language(language),
        other=other_language(language),
        path=path,
        title=title,
        venue=venue,
        look=look,
        snapshot=snapshot,
        visitor=desk.visitor(look, use=True),
        said=said or desk.said(language, look),
        why=why,
        silent=_silence(language, look),
    )


def clock_of(snapshot: Plain) -> tuple[datetime, tzinfo]:
    """The guard's time and the venue's zone."""
    zone = zone_of(text(part(snapshot, "venue"), "timezone"))
    return moment_of(snapshot.get("at")) or datetime.now(UTC), zone


def _silence(language: str, look: Look) -> str:
    if not is_dead(look) and look.answered:
        return ""
    silent = duration(language, look.age_s) if look.snapshot is not None else ""
    return ("。" if language == "zh_CN" else ". ").join(silence_sentences(language, silent))
