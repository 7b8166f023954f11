"""How long the province's receipt may take after a sitting's real end."""

from datetime import datetime, timedelta

from appliance.events.plan import Rules
from appliance.exam.timetable import Moved


def receipt_due(sitting: Moved, rules: Rules) -> datetime:
    """By when the province has the sitting's last bundle: E, with what was delayed and extended, and 30 minutes.

    E is the last candidate's: while one of them still writes, there is nothing that could be final.
    Source: docs/glossary.md, "E + 30 min".
    """
    return sitting.last_end + timedelta(minutes=rules.backup_deadline_minutes)
