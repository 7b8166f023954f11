"""Text that came from outside, before anybody sees it: names, serials, sources of mounts."""

import hashlib

TEXT_LIMIT_CHARACTERS = 64
_HASH_CHARACTERS = 16


def harmless(text: str | None, *, limit: int = TEXT_LIMIT_CHARACTERS) -> str:
    """Give the text without what could drive a page or a terminal, cut to its first `limit` characters.

    Not only control characters go: a right-to-left mark turns the line it is shown in around.
    """
    shown = (text or "")[:limit]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def exact(text: str | None, *, limit: int = TEXT_LIMIT_CHARACTERS) -> str:
    """Give a harmless text of at most `limit` (over 17) characters that is another one for every other original."""
    shown = harmless(text, limit=limit)
    if text is None or shown == text:
        return shown
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{shown[: limit - _HASH_CHARACTERS - 1]}#{digest[:_HASH_CHARACTERS]}"
