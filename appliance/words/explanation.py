"""What the journal explains of a kind of event: a title, what it means, what to do."""

from dataclasses import dataclass

from appliance.words.sentences import Both


@dataclass(frozen=True, slots=True)
class Explanation:
    """Plain text in both languages; `todo` None: nothing is to be done."""

    title: Both
    means: Both
    todo: Both | None = None


def explained(
    zh: tuple[str, str] | tuple[str, str, str], en: tuple[str, str] | tuple[str, str, str]
) -> Explanation:
    """One explanation from (title, what it means, what to do) in each language; the third is left out in both."""
    todo = Both(zh[2], en[2]) if len(zh) == 3 and len(en) == 3 else None
    return Explanation(Both(zh[0], en[0]), Both(zh[1], en[1]), todo)
