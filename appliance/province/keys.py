"""The province's age key: the only one that opens a venue's bundles. It never goes to a venue."""

import os
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.age_keys import new_identity
from appliance.backup.disk import DiskFault, sync_directory, write_file

IDENTITY_NAME = "province.key"
RECIPIENTS_NAME = "recipients.txt"


class ProvinceKeyError(Exception):
    """The keys could not be made."""


class ProvinceKeyExists(ProvinceKeyError):
    """There is a key already; overwriting it would close every bundle sealed to it for ever."""


def init(directory: Path, *, now: datetime | None = None) -> str:
    """Make `province.key` (age-keygen's format, 0600) and `recipients.txt`; returns the recipient `age1…`.

    Raises ProvinceKeyExists, ProvinceKeyError.
    """
    identity, recipients = directory / IDENTITY_NAME, directory / RECIPIENTS_NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (identity, recipients):
            if os.path.lexists(path):
                raise ProvinceKeyExists(f"{path} is there already: choose another directory")
        secret, recipient = new_identity()
        created = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        text = f"# created: {created}\n# public key: {recipient}\n{secret}\n"
        write_file(identity, text.encode(), mode=0o600)
        write_file(recipients, f"{recipient}\n".encode(), mode=0o644)
        sync_directory(directory)
    except (DiskFault, OSError) as error:
        raise ProvinceKeyError(f"{directory}: {error}") from error
    return recipient
