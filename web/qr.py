"""A QR code as what an SVG draws: nothing is loaded, nothing is inline that a page's policy refuses."""

from dataclasses import dataclass

import segno

QUIET = 4  # modules of white around it: ISO/IEC 18004, 9.1


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """An SVG path in a square of `size` × `size`, and the text it says."""

    size: int
    path: str
    text: str


def qr_code(text: str) -> QrCode:
    """The QR code of `text`, readable where a quarter of it is smudged (level Q)."""
    rows = [list(row) for row in segno.make(text, error="q", micro=False, boost_error=False).matrix]
    drawn = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                drawn.append(f"M{x + QUIET} {y + QUIET}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return QrCode(size=len(rows) + 2 * QUIET, path="".join(drawn), text=text)
