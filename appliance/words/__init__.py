"""Every sentence, zh-CN and en, by kind: the one table for page, shell, journal and report.

Nothing here raises for what a body or a snapshot lacks: a page must be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.words import event_sentences, incidents_en, incidents_zh, verdicts
from appliance.words.causes import Cause
from appliance.words.figures import figures_of, usb_places, with_figures
from appliance.words.languages import LANGUAGES, html_language, language_named, other_language, shell_language
from appliance.words.names import NAMES, name_of
from appliance.words.net.rows import NetLine, net_level, net_lines
from appliance.words.page_labels import label
from appliance.words.plain import plain_text
from appliance.words.sentences import doubt_words, room_place, say, seat_place
from appliance.words.usb.attached_rows import attached_levels, attached_rows, radio_rows
from appliance.words.usb.kinds import place_words
from appliance.words.usb.rows import usb_boot_lines, usb_grants, usb_level, usb_rows
from appliance.words.usb.sentences import USB_TITLES
from appliance.words.verdict_help import verdict_help

__all__ = [
    "LANGUAGES",
    "IncidentWords",
    "NetLine",
    "attached_levels",
    "attached_rows",
    "doubt_words",
    "event_sentence",
    "figures_of",
    "hint_sentence",
    "html_language",
    "incident_words",
    "label",
    "language_named",
    "name_of",
    "other_language",
    "net_level",
    "net_lines",
    "plain_text",
    "radio_rows",
    "reason_sentence",
    "room_place",
    "seat_place",
    "shell_language",
    "silence_sentences",
    "status_line",
    "usb_boot_lines",
    "usb_grants",
    "usb_level",
    "usb_places",
    "usb_rows",
    "verdict_help",
    "verdict_sentence",
    "with_figures",
]

Plain = Mapping[str, object]

# Kinds of causes whose detail is the title, by the table that names it.
_TITLED_BY_DETAIL = {
    "ups_fault": "ups_fault",
    "host": "host_fault",
    "ending": "ending_title",
    "outward": "outward_title",
    "source_incomplete": "source_title",
    "outbox_full": "room_title",
}
_UNNAMED_CAUSE = {
    "zh_CN": Cause(
        place="监控盒",
        todo="请技术人员查看。",
        script="您好，我是{venue}主考，考点有情况需要报告。技术人员正在查看。",
        reason="请技术人员查看",
    ),
    "en": Cause(
        place="The box",
        todo="A technician has a look.",
        script="This is the chief examiner of {venue}; we have something to report. A technician is "
        "looking into it.",
        reason="A technician has a look",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWords:
    """`place` first, then what it is, who does what, and two sentences for the phone."""

    place: str
    title: str
    todo: str
    script: str


def event_sentence(language: str, kind: str, body: Plain, *, places: Mapping[str, str] | None = None) -> str:
    """What happened, in one sentence; `body` is the event's body as plain JSON, `places` are names of USB ports."""
    sentence = event_sentences.EVENTS.get(kind)
    if sentence is None:
        return say(language, event_sentences.UNRECOGNISED, {"kind": kind})
    return say(language, sentence, _placed(language, kind, body, places or {}))


def verdict_sentence(language: str, verdict: Plain) -> str:
    """The headline: what holds now, in one sentence of at most some thirty characters."""
    headline = verdicts.HEADLINES.get(str(verdict.get("code")))
    if headline is None:
        return say(language, verdicts.UNRECOGNISED, verdict)
    return say(language, headline, _mapping(verdict.get("args")))


def reason_sentence(language: str, verdict: Plain) -> str:
    """Why, and what it means, by the verdict's `reason`; empty where it gives none."""
    reason = _mapping(verdict.get("reason"))
    code = str(reason.get("code") or "")
    if not code:
        return ""
    return say(language, _cause(language, code).reason, _mapping(reason.get("args")))


def status_line(language: str, verdict: Plain) -> str:
    """The headline and, where something is wrong, what: for who sees nothing else, as in `systemctl status`."""
    why = reason_sentence(language, verdict)
    return verdict_sentence(language, verdict) + (("；" if language == LANGUAGES[0] else "; ") + why if why else "")


def hint_sentence(language: str, verdict: Plain) -> str:
    """What to do about the verdict itself, for where no reason says it."""
    hint = verdicts.HINTS.get(str(verdict.get("code")), verdicts.HINTS["unknown"])
    return say(language, hint, {})


def silence_sentences(language: str, silent: str) -> tuple[str, str]:
    """(headline, what to do) for a guard silent for `silent` (as `47 秒`); empty: it never answered."""
    headline = verdicts.SILENT_HEADLINE if silent else verdicts.NEVER_ANSWERED
    return say(language, headline, {"silent": silent}), say(language, verdicts.SILENT_TODO, {})


def incident_words(
    language: str,
    incident: Plain,
    *,
    venue: str = "",
    since: str = "",
    spare: str = "",
    figures: Plain | None = None,
) -> IncidentWords:
    """What a reader needs of an incident.

    `since` local time, `spare` the room's free spares, as text; `figures` by `figures_of`.
    """
    cause = _cause(language, _stage(incident))
    known = figures or {}
    place = _place(language, incident, cause, known)
    values = {
        **incident,
        **known,
        "place": place,
        "since": since,
        "spare": spare,
        "venue": venue or label(language, "venue"),
    }
    return IncidentWords(
        place=place,
        title=_title(language, incident, known),
        todo=say(language, cause.todo, values),
        script=say(language, cause.script, values),
    )


def _cause(language: str, cause_kind: str) -> Cause:
    causes = incidents_zh.CAUSES if language == LANGUAGES[0] else incidents_en.CAUSES
    return causes.get(cause_kind, _UNNAMED_CAUSE[language])


def _stage(incident: Plain) -> str:
    """The cause whose words hold now: nobody calls for repair of mains that are back."""
    kind = str(incident.get("cause_kind"))
    if kind != "mains" or not incident.get("ceased_at"):
        return kind
    return "mains_over" if incident.get("resumed_at") else "mains_back"


def _title(language: str, incident: Plain, figures: Plain) -> str:
    """What it is: by the detail where the kind alone says too little."""
    kind, detail = str(incident.get("cause_kind")), str(incident.get("detail"))
    if kind in USB_TITLES:
        name = plain_text(incident.get("detail") or "", limit=40)
        return say(language, USB_TITLES[kind], {**figures, "detail": name})
    if detail in NAMES.get(_TITLED_BY_DETAIL.get(kind, ""), {}):
        return name_of(language, _TITLED_BY_DETAIL[kind], detail)
    return name_of(language, "cause", incident.get("cause_kind"))


def _placed(language: str, kind: str, body: Plain, places: Mapping[str, str]) -> Plain:
    """The body, its USB port by its name."""
    field = "port" if kind.startswith(("usb.", "attached.")) else "place"
    port = body.get(field)
    if not isinstance(port, str) or port not in places:
        return body
    if field == "place" and body.get("cause_kind") not in USB_TITLES:
        return body
    return {**body, field: place_words(language, port, places[port])}


def _place(language: str, incident: Plain, cause: Cause, figures: Plain) -> str:
    place = plain_text(incident.get("place") or "", limit=40)
    if not place:
        return cause.place
    match incident.get("cause_kind"):
        case "seat" | "outward":
            return seat_place(language, place)
        case "room":
            return room_place(language, place)
    if figures.get("place_name"):
        place = plain_text(figures["place_name"], limit=40)
        return f"{place}（{cause.place}）" if language == LANGUAGES[0] else f"{place} ({cause.place})"
    # A UPS's name or a USB port says nothing to the chief: where it stands comes first.
    return f"{cause.place}（{place}）" if language == LANGUAGES[0] else f"{cause.place} ({place})"


def _mapping(value: object) -> Plain:
    return value if isinstance(value, Mapping) else {}
