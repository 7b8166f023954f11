"""The shape of what is said about one cause of an incident."""

from dataclasses import dataclass

from appliance.words.sentences import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Sentences about a cause; their fields are the incident's, and `venue`, `since`, `spare`.

    `place` stands where the incident names none; `todo` is who does what; `script` is two sentences for
    the phone; `reason` is the line below the verdict.
    """

    place: str
    todo: Template
    script: Template
    reason: Template
