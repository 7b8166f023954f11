"""Questions of the setup: asked on the terminal, or answered from a file without a word."""

import select
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from appliance.setup import ports
from appliance.words import label

LOOK_EVERY_S = 0.25
YES, NO = ("y", "yes", "是", "好"), ("n", "no", "否", "不")


class Unanswered(Exception):
    """The answers file lacks what was asked, or holds what does not fit; the message is its place."""


class Talk:
    """Asks in `tongue`. With `given`, answers by place, nobody is asked: what is not there is its default."""

    def __init__(self, tongue: str, given: Mapping[str, object] | None) -> None:
        self.tongue = tongue
        self._given = given

    @property
    def alone(self) -> bool:
        """Whether answers come from a file."""
        return self._given is not None

    def tell(self, key: str, **values: object) -> None:
        """Says something."""
        print(label(self.tongue, key, **values), flush=True)

    def given(self, place: str) -> object:
        """What the file answers at `place`; None where it does not, or a person is asked."""
        return self._given.get(place) if self._given is not None else None

    def ask(
        self,
        place: str,
        key: str,
        *,
        default: str = "",
        optional: bool = False,
        good: Callable[[str], bool] = bool,
        unfit: str = "setup_not_understood",
        **values: object,
    ) -> str:
        """A text; `good` says whether it fits, else `unfit` is said; Enter takes the default.

        Raises Unanswered, EOFError.
        """
        if self._given is not None:
            found = self._given.get(place, default)
            text = ",".join(found) if isinstance(found, tuple) else str(found)
            if (text and good(text)) or (not text and optional):
                print(f"{label(self.tongue, key, **values)}: {text or '–'}", flush=True)
                return text
            raise Unanswered(place)
        while True:
            shown = f" [{default}]" if default else ""
            text = input(f"{label(self.tongue, key, **values)}{shown}: ").strip() or default
            if (text and good(text)) or (not text and optional):
                return text
            self.tell(unfit if text else "setup_not_understood", path=text)

    def yes(self, place: str, key: str, *, default: bool, **values: object) -> bool:
        """Yes or no. Raises EOFError."""
        if self._given is not None:
            found = self._given.get(place, default)
            return found if isinstance(found, bool) else default
        while True:
            text = (
                input(f"{label(self.tongue, key, **values)} [{'Y/n' if default else 'y/N'}]: ")
                .strip()
                .lower()
            )
            if not text or text in YES + NO:
                return text in YES or (not text and default)
            self.tell("setup_not_understood")

    def choose(self, place: str, key: str, options: Sequence[tuple[str, str]], *, default: str = "") -> str:
        """The code of one of (code, words). Raises Unanswered, EOFError."""
        codes = [code for code, _ in options]
        if not self.alone:
            for number, (_, words) in enumerate(options, 1):
                print(f"  {number}. {words}")
        text = self.ask(
            place,
            key,
            default=default,
            good=lambda text: text in codes or (text.isdecimal() and 0 < int(text[:4]) <= len(codes)),
        )
        return text if text in codes else codes[int(text) - 1]

    def named(self, key: str, codes: Sequence[str]) -> list[tuple[str, str]]:
        """Each code with its words, which stand under `KEY_CODE`; for `choose`."""
        return [(code, label(self.tongue, f"{key}_{code}")) for code in codes]

    def plugged(
        self,
        place: str,
        key: str,
        root: Path,
        names: tuple[str, ...],
        *,
        optional: bool = False,
        present: str = "",
        **values: str,
    ) -> str:
        """The socket into which somebody plugs a cable now, or whose name is typed; '' for Enter where optional.

        `present`: the one that stands in the configuration, which Enter keeps where it is still there.

        Raises Unanswered, EOFError.
        """
        if self.alone:
            return self.ask(place, key, default="", optional=optional, good=names.__contains__, **values)
        self.tell(key, **values)
        kept = present if present in names else ""
        if kept:
            self.tell("setup_keep", name=kept)
        looks, told = ports.first_look(ports.linked(root, names), names), False
        while not looks.found:
            if select.select([sys.stdin], [], [], LOOK_EVERY_S)[0]:
                line = sys.stdin.readline()
                if not line:
                    raise EOFError
                if (word := line.strip() or kept) in names or (not word and optional):
                    return word
                self.tell("setup_not_understood")
            looks = ports.look(looks, ports.linked(root, names), names)
            if looks.several and not told:
                self.tell("setup_several")
            told = looks.several
        self.tell("setup_plugged", name=looks.found)
        return looks.found
