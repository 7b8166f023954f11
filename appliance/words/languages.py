"""Which of the two languages somebody is spoken to in."""

from collections.abc import Mapping

LANGUAGES = ("zh_CN", "en")
DEFAULT = "zh_CN"


def language_named(asked: str | None, *, default: str = DEFAULT) -> str:
    """The language of `LANGUAGES` that `asked` (as `zh`, `zh-CN`, `en_GB.UTF-8`) means, else `default`."""
    if asked:
        for language in LANGUAGES:
            if asked.lower()[:2] == language[:2]:
                return language
    return default


def shell_language(environ: Mapping[str, str]) -> str:
    """The language of a shell by LC_ALL, LC_MESSAGES, LANG (the first one set); Chinese only where asked for.

    A C or POSIX locale gets English: its terminal may be unable to show Chinese (locale(7)).
    """
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return language_named(environ[variable], default="en")
    return "en"


def html_language(language: str) -> str:
    """The value of HTML's `lang` attribute (BCP 47)."""
    return "zh-CN" if language == "zh_CN" else "en"


def other_language(language: str) -> str:
    """The one that is not `language`, for the link that changes it."""
    return "en" if language == "zh_CN" else "zh_CN"
