"""What each cause of the supply is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By

_FROM = "This is the chief examiner of {venue}"
_SEATS = "seats without a UPS go dark at once"
_UNTIL_UNKNOWN = (
    "Mains lost: the server runs on its UPS, for how long is unknown, a technician stays with it; " + _SEATS
)


def _until(holds: str) -> tuple[str, ...]:
    """Until when the server holds, against the end of the sitting where one is on."""
    return (
        f"Mains lost: the server {holds}, {{missing_minutes}} min short of the end at {{end}}: report now and "
        "fetch the generator; " + _SEATS,
        f"Mains lost: the server {holds}, the sitting ends at {{end}}; " + _SEATS,
        f"Mains lost: the server {holds}; " + _SEATS,
        _UNTIL_UNKNOWN,
    )


# The same order and the same sense as power_incidents_zh.
POWER_CAUSES: Mapping[str, Cause] = {
    "mains": Cause(
        place="Power",
        todo="A technician checks the switchboard and calls the power company; invigilators check which "
        "seats went dark, candidates wait at their seats. Phone the province.",
        script=_FROM
        + "; the mains failed at {since} and the server runs on its UPS. Repair is called; please advise.",
        reason=By(
            "source",
            {
                "proven": _until("holds until {until} (proven)"),
                "modelled": _until("holds until about {until} (modelled, not proven)"),
                "reported": _until("holds until about {until} (reported by the UPS, not proven)"),
            },
            (
                "Mains lost: the server runs on its UPS, which reports about {runtime_minutes} min left (not "
                "proven), the sitting ends at {end}; " + _SEATS,
                "Mains lost: the server runs on its UPS, which reports about {runtime_minutes} min left (not "
                "proven); " + _SEATS,
                _UNTIL_UNKNOWN,
            ),
        ),
    ),
    "mains_back": Cause(
        place="Power",
        todo="Invigilators confirm that candidates can work, and note the time.",
        script=_FROM + "; the mains are back. We report the lost time once candidates work again.",
        reason="The mains are back: invigilators confirm that candidates can work",
    ),
    "mains_over": Cause(
        place="Power",
        todo="The mains are back and candidates work again. Report the lost time and record the outcome; more time "
        "needs the province's consent.",
        script=_FROM
        + "; the mains failed at {since}, are back, and candidates lost {lost_minutes} min. Shall we extend?",
        reason="The mains are back, candidates work again",
    ),
    "battery_low": Cause(
        place="Power",
        todo="Phone the province. An orderly power-off is advised (the chief must agree); a technician "
        "stands by the server.",
        script=_FROM
        + "; after the power cut the server's UPS is nearly empty. May we power off in order and delay?",
        reason="The UPS is nearly empty and the server may go dark: phone the province now",
    ),
    "ups_unknown": Cause(
        place="Power",
        todo="A technician looks at the UPS's panel and its cable to the box. Not read does not mean "
        "mains lost; the exam goes on.",
        script=_FROM
        + "; the UPS cannot be read since {since}, the exam goes on. A technician is looking into it.",
        reason="The UPS cannot be read, so how long it would last is unknown: a technician has a look",
    ),
    "ups_fault": Cause(
        place="Power",
        todo=By(
            "detail",
            {
                "off": "A technician goes to the cabinet now: servers on it may be dark. Invigilators see "
                "whether candidates can work.",
                "bypass": "A technician looks at the UPS's panel and ends the bypass. The exam goes on.",
                "overload": "A technician unplugs what does not belong on the UPS. The exam goes on.",
                "replace-battery": "A technician has the battery replaced, then tests it; keep a generator "
                "ready until then.",
                "forced-shutdown": "The server may go dark any moment: phone the province now, a technician "
                "goes to the cabinet.",
            },
            "A technician looks at the UPS's panel in the cabinet. The exam goes on.",
        ),
        script=_FROM
        + "; the server's UPS has had a fault since {since}. A technician is on it, please advise.",
        reason=By(
            "detail",
            {
                "off": "The UPS gives no output, servers on it may be dark: a technician looks at it now",
                "bypass": "The UPS is on bypass and would not hold the server: a technician ends the bypass",
                "overload": "The UPS is overloaded and would not hold long: a technician takes load off it",
                "replace-battery": "The UPS battery needs replacing and would not hold long: a technician sees "
                "to it",
                "forced-shutdown": "The UPS is about to cut its output, the server may go dark: phone the "
                "province now",
                "alarm": "The UPS gives an alarm: a technician looks at its panel in the cabinet",
            },
            "The UPS has a fault, how long it would hold is unknown: a technician has a look",
        ),
    ),
    "ups_short": Cause(
        place="Power",
        todo=(
            "At the start at {start} the UPS will hold about {hold_minutes} min, {asked_minutes} are asked. A "
            "technician lets it charge and takes load off it; if that is too late the chief reports and gets "
            "a generator.",
            "At the next start the UPS will not hold the asked time. A technician lets it charge and takes "
            "load off it; if that is too late the chief reports and gets a generator.",
        ),
        script=(
            _FROM
            + "; at the start at {start} the server's UPS will hold about {hold_minutes} min instead of "
            "{asked_minutes}. It is charging and we get a generator, please advise.",
            _FROM + "; at the next start the server's UPS may not hold the asked time. It is charging and we "
            "get a generator, please advise.",
        ),
        reason=(
            "At the start at {start} the UPS will hold about {hold_minutes} min, {asked_minutes} are asked: get a "
            "generator ready",
            "At the next start the UPS will not hold the asked time: a technician has a look; get a generator ready",
        ),
    ),
    "ending": Cause(
        place="Power",
        todo=By(
            "detail",
            {
                "stopping": "The servers are stopped one by one, as the chief agreed. A technician stays at the "
                "cabinet and sees that each of them is off.",
                "rested": "The box is in order: record sealed, waiting for the mains. The chief phones the "
                "province; an orderly stop of the servers is advised (the chief must agree).",
                "cut": "The UPS cuts its output until the mains are back. A technician stays at the cabinet "
                "and then sees whether every server is up.",
                "blocked": "A server did not stop, or the UPS can not be cut. A technician goes to the cabinet and "
                "powers the servers off by hand, switches them on once the mains are back, and tells the chief.",
            },
            "The box makes the last backup and seals the record. Phone the province; an orderly stop of the "
            "servers is advised (the chief must agree), a technician then stops them.",
        ),
        script=By(
            "detail",
            {
                "stopping": _FROM
                + "; after the power cut we stop the servers in order. We report once they are "
                "off, please advise.",
                "cut": _FROM
                + "; after the power cut the server's UPS cuts its output until the mains are back. "
                "We report once they are.",
                "rested": _FROM
                + "; after the power cut the server's UPS is nearly empty, our box is in order. "
                "May we stop the servers in order and delay?",
            },
            _FROM + "; after the power cut the server's UPS is nearly empty, the last backup is being made. "
            "May we stop the servers in order and delay?",
        ),
        reason=By(
            "detail",
            {
                "stopping": "The servers are stopped one by one (the chief agreed): a technician stays at the "
                "cabinet",
                "rested": "The UPS is nearly empty, the box is in order: phone the province now; an orderly stop "
                "of the servers is advised (the chief must agree)",
                "cut": "The UPS cuts its output: a technician stays at the cabinet until the mains are back",
                "blocked": "A server did not stop, or the UPS can not be cut: a technician goes to the cabinet now",
            },
            "The UPS is nearly empty: phone the province now; an orderly stop of the servers is advised (the "
            "chief must agree)",
        ),
    ),
}
