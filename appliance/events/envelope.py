"""The Event: one numbered, stamped body, and its text as it stands in the log."""

import json
from dataclasses import dataclass
from datetime import datetime

from appliance.events.bodies import BODIES, Body, Unrecognised
from appliance.events.codec import CodecError, canonical, finite, from_plain, to_plain

MAX_TEXT_BYTES = 4 * 1024 * 1024  # a checkpoint of a venue with 1,000 seats is about 300 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`seq` counts from 1 without gaps; `at` is aware UTC; `mono_s` is CLOCK_BOOTTIME within `boot_id`."""

    seq: int
    at: datetime
    mono_s: float
    boot_id: str
    body: Body

    @property
    def kind(self) -> str:
        """The stable name of what happened, as `power.changed`."""
        return self.body.original_kind if isinstance(self.body, Unrecognised) else self.body.kind


def to_text(event: Event) -> str:
    """The canonical JSON of the event: what is hashed, and never serialised a second time."""
    return canonical(
        {
            "seq": event.seq,
            "at": event.at.isoformat(),
            "mono_s": round(event.mono_s, 3),
            "boot_id": event.boot_id,
            "kind": event.kind,
            "body": to_plain(event.body),
        }
    )


def from_text(text: str) -> Event:
    """The event of a stored text. An unknown kind becomes `Unrecognised`. Raises CodecError."""
    if len(text) > MAX_TEXT_BYTES:
        raise CodecError(f"event text of {len(text)} characters, at most {MAX_TEXT_BYTES} allowed")
    try:
        plain = json.loads(text)
        cls = BODIES.get(plain["kind"])
        body = (
            from_plain(cls, plain["body"])
            if cls is not None
            else Unrecognised(original_kind=str(plain["kind"]), text=canonical(plain["body"]))
        )
        at = datetime.fromisoformat(plain["at"])
        event = Event(
            seq=_whole(plain["seq"]),
            at=at,
            mono_s=finite(plain["mono_s"], "mono_s"),
            boot_id=str(plain["boot_id"]),
            body=body,
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CodecError(f"not an event: {error}") from error
    if at.tzinfo is None:
        raise CodecError(f"not an event: {plain['at']} has no time zone")
    return event


def _whole(plain: object) -> int:
    if isinstance(plain, int) and not isinstance(plain, bool):
        return plain
    raise CodecError("seq: a whole number was expected")
