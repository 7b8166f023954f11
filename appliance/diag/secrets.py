"""The second net: what is known to be secret on this box is looked for in every part, which then is not sent."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

SHORTEST = 6  # shorter words occur by themselves
READ_BYTES = 256 * 1024
_ALWAYS = re.compile(rb"AGE-SECRET-KEY-1|BEGIN [A-Z ]*PRIVATE KEY|scrypt\$|\$6\$|\$y\$", re.IGNORECASE)
_PASSWORD = re.compile(r"""(?:password|passwd|secret)\s*=\s*["']?([^\s"'#]+)""", re.IGNORECASE)


def known(root: Path, state_dir: Path, config: Path) -> frozenset[bytes]:
    """Secrets that stand in files of this box: hashes of PINs, private keys, passwords."""
    return frozenset(
        word.encode()
        for word in (
            *_hashes(state_dir / "pins.json"),
            *_keys(_signing(state_dir)),
            *_keys(_beside(config)),
            *_passwords(root, config),
        )
        if len(word) >= SHORTEST
    )


def betrayed(content: bytes, secrets: frozenset[bytes]) -> bool:
    """Whether a part holds what must not leave the box."""
    return bool(_ALWAYS.search(content)) or any(secret in content for secret in secrets)


def _hashes(path: Path) -> Iterator[str]:
    try:
        yield from _texts(json.loads(_read(path)))
    except (ValueError, RecursionError):
        return


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for below in value.values():
            yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)
    elif isinstance(value, str) and len(value) >= 16:
        yield value


def _signing(state_dir: Path) -> list[Path]:
    public = (".pub", "allowed_signers")
    return [path for path in (state_dir / "keys").glob("*") if not path.name.endswith(public)]


def _beside(config: Path) -> list[Path]:
    """Keys of the certificates, of what is enrolled, and those with which sources are read."""
    places = (config.parent, config.parent / "enrolled", config.parent / "tls")
    return [path for place in places for pattern in ("*.key", "*_key") for path in place.glob(pattern)]


def _keys(files: list[Path]) -> Iterator[str]:
    for path in files[:100]:
        yield from (line for line in _read(path).splitlines() if len(line) >= 16 and not line.startswith("#"))


def _passwords(root: Path, config: Path) -> Iterator[str]:
    places = [
        config,
        root / "etc/nut/upsd.users",
        root / "etc/nut/upsmon.conf",
        *config.parent.glob("*.credentials"),
    ]
    for path in places:
        yield from _PASSWORD.findall(_read(path))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(READ_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
