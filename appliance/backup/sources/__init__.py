"""The sources of a bundle, by the name the configuration gives them: a new one is a file and a line here."""

from collections.abc import Mapping

from appliance.backup.sources import command, directory, postgresql, sftp, smb, sqlite
from appliance.backup.sources.entry import (
    Entry,
    Label,
    Options,
    Sink,
    Source,
    SourceBusy,
    SourceDamaged,
    SourceError,
    SourceFailed,
    SourceLate,
    SourceMissing,
    SourceTooLarge,
    SourceUnreadable,
)

SOURCES: Mapping[str, type[Options]] = {
    directory.Options.driver: directory.Options,
    sqlite.Options.driver: sqlite.Options,
    postgresql.Options.driver: postgresql.Options,
    command.Options.driver: command.Options,
    sftp.Options.driver: sftp.Options,
    smb.Options.driver: smb.Options,
}

__all__ = [
    "SOURCES",
    "Entry",
    "Label",
    "Options",
    "Sink",
    "Source",
    "SourceBusy",
    "SourceDamaged",
    "SourceError",
    "SourceFailed",
    "SourceLate",
    "SourceMissing",
    "SourceTooLarge",
    "SourceUnreadable",
]
