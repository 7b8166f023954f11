"""Receipts on their way to one venue: sent, and sent again until it says that it looked at them and believes them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.backup.bundle import Published
from appliance.backup.receipt import sent
from appliance.province import outcome
from appliance.province.line import Line
from appliance.province.listing import Listed
from appliance.province.outcome import Outcome, State
from appliance.province.receipts import is_given, pair, withdraw

RECEIPTS_PATH = "/pull/v1/receipts"
# A refused one is offered again, for what was wrong may be put right there: a key, a medium, a box that was set back.
AGAIN = timedelta(hours=1)
_ACCEPTED, _LATER = (200, 202), (429, 500, 502, 503, 504, 507)
_WHY = {
    "signature": "it is signed by no key that the venue knows; give it a newer venue file",
    "bundle": "it has no bundle of that name",
    "manifest": "its own manifest of that bundle does not hold there",
    "file": "it published another file than the one that came here",
    "malformed": "it could not read it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who hears what: an alarm's text; a bundle whose receipt was `sent`, is `believed`, or was `withdrawn` here."""

    alarm: Callable[[str], None]
    told: Callable[[str, Published], None]


class Delivery:
    """The receipts of one talk. `key_lines` are the province's own `ssh-ed25519 …`, '' where none is known.

    `not_now`: why the venue takes none at present, '' as long as it does. `unanswered`: so many lie there, and it did
    not look at them yet.
    """

    def __init__(self, line: Line, listed: Listed, heard: Heard, *, key_lines: str) -> None:
        self._line, self._answers, self._heard, self._key_lines = line, listed.answers, heard, key_lines
        self._names = {bundle.name for bundle in listed.bundles}
        self.not_now = ""
        self.unanswered = 0

    def settle(self, here: Sequence[Published]) -> None:
        """What the venue said of those sent before: believed, refused with an alarm, or lost and sent anew. Raises
        OSError."""
        for bundle in here:
            if is_given(bundle):
                self._settle(bundle, outcome.read(bundle))

    def send(self, here: Sequence[Published]) -> None:
        """Sends what the venue waits for. Raises LineFault, OSError.

        A venue that takes none now, or a receipt that cannot be read here, keeps no bundle from being fetched.
        """
        for bundle in here:
            if self.not_now or bundle.name not in self._names or not is_given(bundle):
                continue
            before = outcome.read(bundle)
            if before is None or (before.state is State.REFUSED and datetime.now(UTC) - before.at > AGAIN):
                self._send(bundle, before)

    def _settle(self, bundle: Published, before: Outcome | None) -> None:
        state = before.state if before else None
        if bundle.name not in self._names:
            # Pruned there, so it was believed; or of a box that is no more. An empty list may be a medium that is gone.
            if self._names and state not in outcome.SETTLED:
                outcome.write(bundle, State.GONE)
            return
        if self._answers is None:
            if state is State.GONE:
                outcome.forget(bundle)
            return
        if bundle.name in self._answers.believed:
            if state is not State.BELIEVED:
                outcome.write(bundle, State.BELIEVED)
                self._heard.told("accepted", bundle)
            return
        if before and (why := self._answers.refused.get(before.receipt)):
            if (state, before.why) != (State.REFUSED, why):
                outcome.write(bundle, State.REFUSED, receipt=before.receipt, why=why)
            self._refused(bundle, why)
        elif before and state is State.REFUSED:
            self._refused(bundle, before.why)
        elif before and not self._answers.waiting:
            outcome.forget(bundle)  # neither there, nor believed, nor refused: it was lost
        elif before:
            self.unanswered += 1

    def _refused(self, bundle: Published, why: str) -> None:
        self._heard.alarm(f"{bundle.name}: the venue refuses its receipt: {_WHY.get(why, why)}")

    def _send(self, bundle: Published, before: Outcome | None) -> None:
        try:
            if self._key_lines and withdraw(bundle, self._key_lines):
                self._heard.told("withdrawn", bundle)
                return
            body = sent(*pair(bundle))
        except (OSError, UnicodeDecodeError) as error:
            self._heard.alarm(f"{bundle.name}: its receipt cannot be read here: {error}")
            return
        status, _ = self._line.post(RECEIPTS_PATH, body)
        if status in _LATER:
            self.not_now = f"{bundle.name}: the venue takes its receipt later ({status})"
        elif status not in _ACCEPTED:
            self._heard.alarm(f"{bundle.name}: the venue takes no receipt ({status})")
        elif before:  # refused until the venue says something else
            outcome.write(bundle, State.REFUSED, receipt=_named(body), why=before.why)
        else:
            untold = self._answers is None
            self.unanswered += not untold
            outcome.write(bundle, State.TAKEN if untold else State.SENT, receipt=_named(body))
            self._heard.told("accepted" if untold else "sent", bundle)


def _named(body: bytes) -> str:
    """As the venue's page names what it put down."""
    return hashlib.sha256(body).hexdigest()[:32]
