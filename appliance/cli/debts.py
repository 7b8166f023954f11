"""What is owed to the province, counted down, as lines of the shell."""

from datetime import datetime, timedelta
from typing import Any

from appliance.cli.shell import local
from appliance.words import label

MINUTE = timedelta(minutes=1)


def debt_lines(snapshot: dict[str, Any], tongue: str) -> list[str]:
    """A line a debt of the guard's answer: what, for which sitting, until when, and the minutes left or gone."""
    zone, now = snapshot["venue"]["timezone"], datetime.fromisoformat(snapshot["at"])
    lines = []
    for debt in snapshot["debts"]:
        due = datetime.fromisoformat(debt["due"])
        left = label(tongue, "minutes", count=abs(due - now) // MINUTE)
        key = "debt_overdue" if debt["overdue"] else "debt_line"
        time = local(debt["due"], zone, "%m-%d %H:%M")
        lines.append(label(tongue, key, what=debt["what"], sitting=debt["sitting"], time=time, left=left))
    return lines
