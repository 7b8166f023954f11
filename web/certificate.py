"""The certificate of a seal: what two people signed, as it stands in the record, for paper. Formatting only."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from appliance.words import html_language, label, plain_text
from web.fields import Plain, count, part, parts, text
from web.qr import QrCode, qr_code
from web.ready import PointView, point_view
from web.times import moment_of, zone_of

HASH_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`marks` are what must be seen first: a drill, a simulated box, a seal that was lifted since."""

    language: str
    html_language: str
    title: str
    venue: str
    facts: list[tuple[str, str]]
    marks: list[str]
    musts: list[PointView]
    shoulds: list[PointView]
    row_hash: list[str]
    signed: str
    qr: QrCode | None
    chief: str
    technician: str
    how: str


def certificate(language: str, told: Plain, snapshot: Plain) -> Certificate:
    """The certificate of what the guard tells of the seal; `snapshot` names the venue and its zone."""
    venue, seal = part(snapshot, "venue"), part(told, "seal")
    body, zone = part(seal, "body"), zone_of(text(venue, "timezone"))
    digest = text(told, "row_hash")[:HASH_LENGTH]
    code, name = plain_text(text(venue, "code"), limit=40), plain_text(text(told, "signed_by"), limit=80)
    points = [(point_view(language, p, lambda iso: _date(iso, zone)), p) for p in parts(body, "points")]
    return Certificate(
        language=language,
        html_language=html_language(language),
        title=label(language, "certificate_title"),
        venue=plain_text(text(venue, "name"), limit=60),
        facts=_facts(language, seal, code, zone),
        marks=_marks(language, told, venue, zone),
        musts=[view for view, p in points if p.get("must") is True],
        shoulds=[view for view, p in points if p.get("must") is not True],
        signed=label(language, "signed_by", name=name) if name else label(language, "signed_not_yet"),
        row_hash=[digest[n : n + 8] for n in range(0, len(digest), 8)],
        qr=qr_code(f"venue-seal {code} {count(seal, 'seq')} {digest}") if digest else None,
        chief=plain_text(text(body, "chief"), limit=60),
        technician=plain_text(text(body, "technician"), limit=60),
        how=label(language, "certificate_how", seq=count(seal, "seq")),
    )


def _facts(language: str, seal: Plain, code: str, zone: tzinfo) -> list[tuple[str, str]]:
    body = part(seal, "body")
    facts = {
        "fact_code": code,
        "fact_batch": plain_text(text(body, "batch"), limit=40),
        "fact_at": _date(text(seal, "at"), zone, seconds=True),
        "fact_row": str(count(seal, "seq")),
        "fact_usb": text(body, "usb_sha256")[:HASH_LENGTH] or label(language, "fact_unread"),
        "fact_head": f"{count(body, 'log_seq')} · {text(body, 'log_hash')[:HASH_LENGTH]}",
    }
    return [(label(language, key), value) for key, value in facts.items()]


def _marks(language: str, told: Plain, venue: Plain, zone: tzinfo) -> list[str]:
    lifted, drill = part(told, "lifted"), text(part(part(told, "seal"), "body"), "drill")
    marks = [label(language, "simulated")] if venue.get("simulated") is True else []
    if drill:
        marks.append(label(language, "drill_banner", mode=drill))
    if lifted:
        marks.append(label(language, "mark_lifted", at=_date(text(lifted, "at"), zone)))
    return marks


def _date(iso: str, zone: tzinfo, *, seconds: bool = False) -> str:
    """A date and time that needs no knowing of today: paper lies in a file."""
    moment: datetime | None = moment_of(iso)
    if moment is None:
        return plain_text(iso, limit=40)
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
