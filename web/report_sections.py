"""The venue's sections of a report: what happened by kind, the windows of the line, bundles and receipts."""

from datetime import tzinfo

from appliance.words import event_sentence, label, plain_text
from web.fields import Plain, count, part, parts, text
from web.times import clock_time, moment_of

SECTIONS = ("acts", "power", "windows", "grants", "box")


def sections(language: str, report: Plain, zone: tzinfo) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each kind of event of the venue: its title and its (time, sentence)."""
    found = []
    for name in SECTIONS:
        rows = [
            (text(e, "at"), event_sentence(language, text(e, "kind"), part(e, "body"))) for e in parts(report, name)
        ]
        rows += _phase_windows(language, report, zone) if name == "windows" else []
        told = [(clock_time(moment_of(at), zone), words) for at, words in sorted(rows, key=lambda row: row[0])]
        found.append((label(language, f"report_{name}"), told))
    return found


def _phase_windows(language: str, report: Plain, zone: tzinfo) -> list[tuple[str, str]]:
    """The windows that the phases asked for, as (ISO time, sentence)."""
    rows = []
    for row in parts(report, "phase_windows"):
        until = clock_time(moment_of(row.get("until")), zone) or None
        rows.append((text(row, "from"), label(language, "report_phase_window", name=text(row, "name"), until=until)))
    return rows


def bundles(language: str, report: Plain, zone: tzinfo) -> tuple[str, list[tuple[str, str]]]:
    found = parts(report, "bundles")
    rows = []
    if found:
        receipted = sum(1 for bundle in found if bundle.get("receipted_at"))
        last = clock_time(moment_of(found[-1].get("at")), zone)
        rows.append(
            ("", label(language, "report_bundle_sum", count=len(found), receipted=receipted, last=last))
        )
    final = next((bundle for bundle in reversed(found) if text(bundle, "stage") == "final"), None)
    words = label(language, "report_final_none")
    if final:
        at, receipt = (clock_time(moment_of(final.get(key)), zone) for key in ("at", "receipted_at"))
        words = label(
            language, "report_final_words", time=at, files=count(final, "files"), receipted=receipt or None
        )
        name, digest = plain_text(text(final, "name"), limit=80), plain_text(text(final, "sha256"), limit=64)
        words += f" · {name} · SHA-256 {digest}"
    rows.append(("", f"{label(language, 'report_final')}：{words}"))
    rows.append(("", label(language, "report_official")))
    return label(language, "report_bundles"), rows
