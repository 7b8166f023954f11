"""The panel of the server's UPS: its charge over time, three figures never mixed, and what opens below."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import label, name_of
from web.card import Line
from web.chart import Chart, chart
from web.fields import Plain, part, words_of
from web.hold import SOURCES, feeds_server, seconds, state_of
from web.supply import name_words, ordered
from web.supply_facts import facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the three hold times: whose it is, its words; `why` says in a word that it is not known."""

    name: str
    words: str
    known: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`chart` None: `nothing` says why. `figures` empty for a UPS that nobody watches."""

    title: str
    chart: Chart | None
    nothing: str
    figures: list[Figure] = field(default_factory=list)
    facts: list[Line] = field(default_factory=list)


def panel(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> Panel | None:
    """The panel of the UPS that the power card shows in large; None where there is no UPS."""
    upses = ordered(snapshot)
    if not upses:
        return None
    ups = upses[0]
    declared = state_of(ups) == "declared"
    key = "supply" if feeds_server(snapshot, ups) else "supply_named"
    return Panel(
        title=label(language, key, name=name_words(ups)),
        chart=None if declared else chart(language, ups, now, zone),
        nothing=label(language, "chart_declared" if declared else "chart_none"),
        figures=[] if declared else _figures(language, ups),
        facts=facts(language, snapshot, now, zone),
    )


def _figures(language: str, ups: Plain) -> list[Figure]:
    known = seconds(ups)
    if state_of(ups) == "unknown":  # what it said before it fell silent is nobody's figure any more
        known = {source: value for source, value in known.items() if source == "proven"}
    figures = []
    for source in reversed(SOURCES):
        words = label(language, "hold_no_figure")
        if source in known:
            words = label(language, "hold_figure", minutes=int(max(0.0, known[source]) // 60))
        if source == "proven" and source in known and part(ups, "hold").get("at_least") is True:
            words = label(language, "hold_at_least_figure", minutes=int(max(0.0, known[source]) // 60))
        if source == "reported" and any("runtime" in doubt for doubt in words_of(ups, "doubts")):
            words = label(language, "hold_not_believed")
        name = name_of(language, "hold_number", source)
        figures.append(
            Figure(name=name, words=words, known=source in known, why=name_of(language, "word", "unknown"))
        )
    return figures
