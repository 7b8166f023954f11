"""A time as people type it."""

import argparse
from datetime import datetime


def moment(text: str) -> datetime:
    """An aware time, for argparse."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r}: a time was expected, as 2026-09-05T10:30"
        ) from error
