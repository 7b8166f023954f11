"""The command's own words in the language of its shell: help lines, headings, usage."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from appliance.words import LANGUAGES
from appliance.words.command import help_text
from appliance.words.usage import usage_text


class _Chinese(argparse.HelpFormatter):
    """argparse's formatter with 用法 for usage."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Adds the usage line."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def spoken(parser: argparse.ArgumentParser, language: str) -> argparse.ArgumentParser:
    """The parser with every help line below it in `language`, and none missing that goes without saying."""
    if language == LANGUAGES[0]:
        parser.formatter_class = _Chinese
        parser.description = help_text(language, parser.description, "")
        parser.epilog = help_text(language, parser.epilog, "")
        for group in parser._action_groups:
            group.title = help_text(language, group.title, "")
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.help = help_text(language, choice.help, "")
            for below in action.choices.values():
                spoken(below, language)
        elif action.help != argparse.SUPPRESS:
            action.help = help_text(language, action.help, action.dest)
    return parser


def understood(parser: argparse.ArgumentParser, words: Sequence[str], language: str) -> argparse.Namespace:
    """The words as the parser takes them; what it says of others is said in `language`. Raises SystemExit."""
    if language != LANGUAGES[0]:
        return parser.parse_args(words)
    with _said_otherwise():
        return parser.parse_args(words)


@contextmanager
def _said_otherwise() -> Iterator[None]:
    """argparse looks its messages up by gettext, in compiled files of the system that nobody has; here, in ours.

    For as long as one line is parsed: whoever else parses in this process is spoken to as before.
    """
    before = {name: getattr(argparse, name) for name in ("_", "ngettext")}
    vars(argparse).update(_=usage_text, ngettext=lambda one, many, count: usage_text(one if count == 1 else many))
    try:
        yield
    finally:
        vars(argparse).update(before)
