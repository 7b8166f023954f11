"""The sources of a bundle, by the name the configuration gives them: a new one is a file and a line here."""

from collections.abc import Mapping

from appliance.backup.sources import directory
from appliance.backup.sources.entry import (
    Entry,
    Label,
    Options,
    Sink,
    Source,
    SourceError,
    SourceMissing,
    SourceUnreadable,
)

SOURCES: Mapping[str, type[Options]] = {
    directory.Options.driver: directory.Options,
}

__all__ = [
    "SOURCES",
    "Entry",
    "Label",
    "Options",
    "Sink",
    "Source",
    "SourceError",
    "SourceMissing",
    "SourceUnreadable",
]
