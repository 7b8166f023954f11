"""Whom the province believes: a venue's signing key, once people compared its fingerprint."""

from pathlib import Path

from appliance.backup.disk import replace_file
from appliance.backup.signers import signers_in
from appliance.province.received import FORMER_NAME, SIGNERS_NAME

_LIMIT_BYTES = 64 << 10


class NotTrusted(Exception):
    """The key was not believed; nothing was changed."""


def trust(home: Path, signers: Path, told: str) -> tuple[tuple[str, str], ...]:
    """Believes from now on the key in the file `signers` that has the fingerprint `told`; (venue, fingerprint).

    Raises NotTrusted, OSError.
    """
    with signers.open("rb") as file:
        return trust_text(home, file.read(_LIMIT_BYTES).decode("utf-8", "replace"), told, where=str(signers))


def trust_text(home: Path, text: str, told: str, *, where: str) -> tuple[tuple[str, str], ...]:
    """The same for lines `CODE ssh-ed25519 KEY` that came from `where`. Raises NotTrusted, OSError."""
    offered = list(signers_in(text))
    if not offered:
        raise NotTrusted(f"{where}: no line `CODE ssh-ed25519 KEY`")
    chosen = [(venue, key, print_) for venue, key, print_ in offered if print_ == told.strip()]
    if not chosen:
        there = ", ".join(f"{venue} {print_}" for venue, _, print_ in offered)
        raise NotTrusted(f"{where}: no key has that fingerprint. There: {there}")
    former = (home / FORMER_NAME).read_text(encoding="utf-8") if (home / FORMER_NAME).exists() else ""
    if stolen := sorted(
        {venue for venue, key, _ in chosen if f"{venue} ssh-ed25519 {key}" in former.splitlines()}
    ):
        raise NotTrusted(f"{where}: that key of {', '.join(stolen)} was revoked; a new box makes a new one")
    path = home / SIGNERS_NAME
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [f"{venue} ssh-ed25519 {key}" for venue, key, _ in chosen]
    replace_file(path, "".join(f"{line}\n" for line in dict.fromkeys([*known, *lines])).encode(), mode=0o644)
    return tuple((venue, print_) for venue, _, print_ in chosen)
