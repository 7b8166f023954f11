"""The province's public keys: what is wrong with one, and which of them a bundle is sealed to today."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.backup import bech32
from appliance.config.load import Config
from appliance.events.plan import RecipientPlan
from appliance.finding import Finding

# Long enough to be told before the next exam, short enough to be looked at.
SOON = timedelta(days=30)
_SHOWN = 12
_KEY_BYTES = 32


def faults(path: Path, config: Config) -> list[Finding]:
    """What can not be sealed to: no key, one that is malformed, private, or there twice. No key is repeated whole."""
    found, seen = [], dict[bytes, int]()
    for n, recipient in enumerate(config.backup.recipients):
        place = f"{path.name}: backup.recipients[{n}]"
        fault = _fault(recipient.key)
        if fault is not None:
            found.append(fault.at(place))
            continue
        key = bech32.decode(recipient.key)[1]
        if key in seen:
            other = f"recipients[{seen[key]}]"
            reason = f"the same key as {other}: one of the two must go"
            found.append(Finding(place, "same_key", reason, other=other))
        seen.setdefault(key, n)
    if config.backup.source and not config.backup.recipients:
        reason = "missing: nothing can be sealed without the province's key"
        found.append(Finding(f"{path.name}: backup.recipients", "no_recipient", reason))
    return found


def expired(path: Path, config: Config, now: datetime) -> list[Finding]:
    """A line for each key whose last day is over, for `venue config check` and the readiness check.

    It keeps no guard from starting: a guard that is off backs up nothing.
    """
    today = _today(config, now)
    return [
        Finding(
            f"{path.name}: backup.recipients[{n}]",
            "key_expired",
            f"expired on {each.expires}: ask the province for its new key",
            day=str(each.expires),
        )
        for n, each in enumerate(config.backup.recipients)
        if each.expires is not None and each.expires < today
    ]


def expiring(config: Config, now: datetime) -> list[Finding]:
    """A line for each key that will not be used any more 30 days from now."""
    today = _today(config, now)
    return [
        Finding(
            f"backup.recipients[{n}]",
            "key_expires",
            f"expires on {each.expires}: ask the province for its next key",
            day=str(each.expires),
        )
        for n, each in enumerate(config.backup.recipients)
        if each.expires is not None and today <= each.expires < today + SOON
    ]


def sealed_to(config: Config, now: datetime) -> tuple[str, ...]:
    """The keys that a bundle is sealed to now: those not expired; all of them where every one is.

    A bundle that an old key opens is better than none.
    """
    today = _today(config, now)
    good = [each.key for each in config.backup.recipients if each.expires is None or each.expires >= today]
    return tuple(good or [each.key for each in config.backup.recipients])


def plan(config: Config) -> tuple[RecipientPlan, ...]:
    """What the record knows of them."""
    return tuple(
        RecipientPlan(
            key=each.key[:_SHOWN], name=each.name, expires=each.expires.isoformat() if each.expires else ""
        )
        for each in config.backup.recipients
    )


def _fault(text: str) -> Finding | None:
    """Why `text` is no public key; None where it is one. What may be a secret is not repeated."""
    if "SECRET" in text.upper() or "PRIVATE KEY" in text.upper():
        reason = "this is a private key: it must never be here; take it away and make a new one"
        return Finding("", "private_key", reason)
    if not text.lower().startswith("age1"):
        reason = f"no age1… public key: {len(text)} characters that begin otherwise"
        return Finding("", "no_age_key", reason, count=len(text))
    try:
        prefix, key = bech32.decode(text)
    except bech32.Bech32Error as error:
        return Finding("", "key_mistyped", str(error), f"{text[:_SHOWN]!r}…")
    if prefix != "age" or len(key) != _KEY_BYTES:
        return Finding("", "other_key", "an age1… public key was expected", f"{text[:_SHOWN]!r}…")
    return None


def _today(config: Config, now: datetime) -> date:
    return now.astimezone(ZoneInfo(config.venue.timezone)).date()
