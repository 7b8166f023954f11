"""What is kept in mind of a talk, for `venue province status`."""

from collections.abc import Iterable
from datetime import datetime

from appliance.province.contact import Contact
from appliance.province.talk import Talked


def after(
    before: Contact, result: Talked, fault: Exception | None, unopened: Iterable[str], *, now: datetime
) -> Contact:
    """The contact after a talk; of a venue that did not answer what was known before."""
    answered = result.listed or not fault
    at = now.isoformat(timespec="seconds")
    return Contact(
        tried_at=at,
        answered_at=at if answered else before.answered_at,
        newest=result.newest if answered else before.newest,
        listed=result.listed if answered else before.listed,
        waiting=len(result.waiting) if answered else before.waiting,
        waiting_bytes=sum(result.waiting.values()) if answered else before.waiting_bytes,
        phase=result.phase if answered else before.phase,
        fault=str(fault) if fault else "",
        alarms=(*result.alarms, *unopened) if answered else before.alarms,
        gone=result.gone if answered else before.gone,
    )
