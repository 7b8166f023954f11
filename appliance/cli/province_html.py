"""The fleet's table as one page without anything from outside: for a screen in the province's duty room."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from appliance.words.province.fleet import fleet_word

_STYLE = """
:root { color-scheme: light; --ink: #1d2329; --soft: #5d6873; --line: #e3e7eb; --ok: #2f7d4f; --attention: #9a6700;
  --critical: #b3261e; --unknown: #6b7280; }
body { margin: 0; background: #f6f7f9; color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
main { max-width: 76rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0; }
p { color: var(--soft); margin: .25rem 0 1.5rem; }
.wide { overflow-x: auto; background: #fff; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; font-size: .875rem; color: var(--soft); }
th, td { padding: .6rem .9rem; vertical-align: top; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody tr { border-top: 1px solid var(--line); }
tr.why { border-top: 0; } tr.why td { padding-top: 0; white-space: normal; color: var(--soft); font-size: .9rem;
  overflow-wrap: anywhere; }
td:first-child, .verdict { font-weight: 500; }
.ok .verdict { color: var(--ok); } .attention .verdict { color: var(--attention); }
.critical .verdict { color: var(--critical); } .unknown .verdict { color: var(--unknown); }
.verdict::before { content: "●"; margin-right: .45em; font-size: .8em; }
.critical .verdict::before { content: "■"; } .attention .verdict::before { content: "▲"; }
.unknown .verdict::before { content: "–"; }
"""
HEAD = ("venue", "sitting", "answers", "bundles", "receipts", "behind", "contact", "verdict")


def page(tongue: str, rows: Sequence[tuple[str, list[str], str]], now: datetime) -> str:
    """The page in `tongue`; `rows` are (level, cells, why)."""
    title = escape(fleet_word(tongue, "title"))
    well = sum(level == "ok" for level, _, _ in rows)
    summed = fleet_word(tongue, "all", count=len(rows), well=well) if rows else fleet_word(tongue, "none")
    time = fleet_word(tongue, "at", time=now.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    head = "".join(f'<th scope="col">{escape(fleet_word(tongue, key))}</th>' for key in HEAD)
    body = "\n".join(_row(*row) for row in rows)
    return f"""<!doctype html>
<html lang="{escape(tongue.replace("_", "-"))}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="30"><title>{title}</title><style>{_STYLE}</style></head>
<body><main><h1>{title}</h1><p>{escape(summed)} · {escape(time)}</p>
<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table></div></main></body></html>
"""


def _row(level: str, cells: list[str], why: str) -> str:
    *plain, verdict = (escape(cell) for cell in cells)
    line = "".join(f"<td>{cell}</td>" for cell in plain)
    more = f'\n<tr class="why"><td colspan="{len(cells)}">{escape(why)}</td></tr>' if why else ""
    return f'<tr class="{level}">{line}<td class="verdict">{verdict}</td></tr>{more}'
