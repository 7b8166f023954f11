"""What a UPS tells, whichever driver asked it: one reading, or one error with a stable reason."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol

Reason = Literal[
    "unreachable",  # no connection, no file
    "closed",  # the other side hung up (upsd ended)
    "timeout",  # no complete answer within the deadline (upsd frozen, line dead)
    "data-stale",  # upsd runs, its driver has told nothing new for MAXAGE
    "driver-not-connected",  # upsd runs, its driver does not
    "waiting",  # upsd has the driver, the driver has not spoken yet
    "no-status",  # an answer without a state in it
    "garbage",  # not the protocol, or not the answer to what was asked
    "unknown-ups",
    "access-denied",
    "refused",  # any other ERR
    "no-device",  # the GPIO line, the I2C bus or the chip on it is not there, or does not answer
    "line-unsteady",  # the power-fail line flutters: a loose wire, a missing pull
]

_FLAG = re.compile(r"[A-Z0-9][A-Z0-9_.:-]{0,31}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?")
_MOST_FLAGS = 32

# Figure: variable, lowest and highest believable value. NUT's own type is a free string, so a driver's mistake
# arrives as it is.
_FIGURES: dict[str, tuple[str, float, float]] = {
    "charge_percent": ("battery.charge", 0.0, 100.0),
    "runtime_s": ("battery.runtime", 0.0, 30 * 86_400.0),
    "load_percent": ("ups.load", 0.0, 300.0),  # overloaded ones tell more than 100
    "battery_v": ("battery.voltage", 0.0, 1_000.0),  # strings of big ones reach about 400 V
    "input_v": ("input.voltage", 0.0, 1_000.0),  # three phases: 400 V between two
}


class UpsError(Exception):
    """The UPS's state is unknown: `reason` is stable and machine-readable, the message says the detail."""

    reason: Reason

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsReading:
    """One look at a UPS. None = not told, or no number inside what is believable; 0 runtime is a number and
    stays.

    `status` holds NUT's flags in the order told (`OL`, `OB`, `LB`, `CHRG`, …), at least one, never `WAIT`.
    `values_age_s` says how long before the status the numbers were told; it does not count when readings are
    compared. `testing`: the UPS says that it tests its battery now. `absurd` are the NUT variables, sorted, that
    were told but are no number within what is believable; their figure is None.
    """

    status: tuple[str, ...]
    charge_percent: float | None
    runtime_s: float | None
    load_percent: float | None
    battery_v: float | None
    input_v: float | None
    values_age_s: float = field(default=0.0, compare=False)
    testing: bool = False
    absurd: tuple[str, ...] = ()


class Ups(Protocol):
    """One UPS, asked by one thread."""

    def read(self) -> UpsReading:
        """Ask now. Raises UpsError where the state cannot be known; the next call starts afresh."""
        ...

    def close(self) -> None:
        """Let go of what is held; a later `read` opens it again."""
        ...


@lru_cache(64)  # asked five times a second, and nearly always the same
def status_flags(text: str) -> tuple[str, ...]:
    """Give the flags of an `ups.status`, in the order told, upper case.

    `WAIT` is upsd's word for "the driver has not spoken yet" and therefore no state: taking it for a quiet
    UPS would show mains where nobody has looked.

    Raises UpsError: "waiting", "no-status" (nothing told), "garbage" (not flags).
    """
    flags = tuple(text.upper().split())
    if not flags:
        raise UpsError("no-status", "ups.status is empty")
    if len(flags) > _MOST_FLAGS or not all(_FLAG.fullmatch(flag) for flag in flags):
        raise UpsError("garbage", f"ups.status {text[:80]!r} is not a list of flags such as 'OL CHRG'")
    if "WAIT" in flags:
        raise UpsError("waiting", "the driver has not yet told a state (ups.status WAIT)")
    return flags


def believable(text: str | None, lowest: float, highest: float) -> float | None:
    """Give the number, or None where `text` is missing, no plain decimal, or outside `lowest`…`highest`."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) and lowest <= number <= highest else None


def reading(
    status: tuple[str, ...], variables: Mapping[str, str], *, values_age_s: float = 0.0
) -> UpsReading:
    """Join the flags with the numbers found in NUT's `variables` (name → value as told).

    A test shows as the flag `TEST` or as `ups.test.result` "In progress" (usbhid-ups, snmp-ups; other words and
    cases are seen with blazer and nutdrv_qx, hence "contains").
    """
    figures = {
        figure: believable(variables.get(name), lowest, highest)
        for figure, (name, lowest, highest) in _FIGURES.items()
    }
    absurd = (
        name for figure, (name, _, _) in _FIGURES.items() if name in variables and figures[figure] is None
    )
    return UpsReading(
        status=status,
        values_age_s=values_age_s,
        testing="TEST" in status or "in progress" in variables.get("ups.test.result", "").lower(),
        absurd=tuple(sorted(absurd)),
        **figures,
    )
