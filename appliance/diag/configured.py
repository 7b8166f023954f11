"""The configuration with everything masked but what is known to be harmless; its faults by place alone."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from appliance.config import ConfigError, read_toml
from appliance.config.load import Config, load
from appliance.diag.part import Part, as_json, code

MASKED = "****"
MOST = 100_000  # from here on a number may be a PIN, a telephone, a card; no key of ours needs one
# Texts that are shown, by their place without numbers; every other text is masked. Truths and lesser numbers are shown.
SHOWN = frozenset({
    "venue.code", "venue.timezone", "venue.state_dir", "venue.run_dir", "ups.driver", "ups.feeds", "ups.mains_lost",
    "ups.pull", "ups.host", "usb.allow.id", "usb.allow.port", "usb.ups_ports", "network.mode", "network.exam_bridge",
    "network.exam_ports", "network.uplink", "network.address", "network.staff_port", "network.exam_server.port",
    "network.exam_server.offers", "network.device.role", "network.device.offers", "backup.source.driver",
    "page.listen", "page.language", "clock.source",
})  # fmt: skip
# Keys that people chose: ports, rooms, whom to call.
_OWN_KEYS = ("usb.ports", "backup.source.expected", "contacts")
_PLACE = re.compile(r"[a-z_]+(\[\d+\])?(\.[a-z_]+(\[\d+\])?)*")
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def configured(path: Path) -> Part:
    """The configuration at `path`; a file that is broken is told by where it is broken, and none of its text."""
    told: dict[str, object] = {}
    try:
        document = read_toml(path)
    except ConfigError as error:
        told["broken"] = [_place(fault) for fault in error.faults]
        return as_json("config.json", told)
    wrong: list[str] = []
    try:
        load(path)
    except ConfigError as error:
        wrong = [_place(fault) for fault in error.faults]
    # What is wrong may be anything: somebody's password in the place of a mode.
    harmless = SHOWN - {re.sub(r"\[\d+\]", "", place) for place in wrong}
    ours = {name: below for name, below in document.items() if name in Config.model_fields}
    # A section of another name may be a list of people: neither its name nor what stands in it.
    told |= {
        "faults": wrong,
        "unknown_sections": len(document) - len(ours),
        "values": _shown("", ours, harmless),
    }
    return as_json("config.json", told)


def _shown(place: str, value: object, harmless: frozenset[str]) -> object:
    if isinstance(value, Mapping):
        if place in _OWN_KEYS:
            return f"{len(value)} keys"
        return {
            key if _PLACE.fullmatch(key) else MASKED: _shown(f"{place}.{key}".lstrip("."), below, harmless)
            for key, below in value.items()
        }
    if isinstance(value, list):
        return [_shown(place, each, harmless) for each in value[:500]]
    if isinstance(value, bool | date):
        return str(value) if isinstance(value, date) else value
    if isinstance(value, int | float):
        return value if abs(value) < MOST else MASKED
    return code(value) if place in harmless else MASKED


def _place(fault: str) -> str:
    """Where a fault is: `ups[0].driver`, or the line of the TOML; never the value that stands there."""
    if at := _TOML_PLACE.search(fault):
        return f"line {at[1]}, column {at[2]}"
    for word in fault.split(": ")[:3]:
        if "." in word and not word.endswith(".toml") and _PLACE.fullmatch(word):
            return word
    return "elsewhere"
