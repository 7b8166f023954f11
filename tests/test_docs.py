"""The documents: generated pages are up to date, links lead somewhere, no test is named that is not there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("appliance", "hw", "web", "scripts", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def shown(path: Path) -> str:
    """The path as people name it; the id of a test."""
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "write-docs"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_relative_links_lead_somewhere(page: Path) -> None:
    dead = []
    for found in LINK.finditer(prose(page)):
        target, _, anchor = (found[1] or found[2]).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = page.parent / target if target else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            dead.append(found[0])
    assert not dead, f"{shown(page)}: {', '.join(dead)}"


# docs/events.md is written from the code and names fields; a UPS is tested too.
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "events.md"], ids=shown)
def test_a_test_named_on_a_page_exists(page: Path) -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    known = {path.stem for path in files} | {path.name for path in files}
    for path in files:
        known |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"\btest_\w+(?:\.py)?\b", prose(page)))
    assert named - known == set(), f"{shown(page)} names tests that do not exist"


def test_a_page_named_in_the_code_exists() -> None:
    named = {
        name
        for tree in CODE
        for path in (ROOT / tree).rglob("*")
        if path.is_file() and path.suffix in ("", ".py", ".toml", ".html")
        for name in re.findall(r"\bdocs/[\w/.-]+\.md\b", path.read_text(encoding="utf-8", errors="replace"))
    }
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_decisions_are_numbered_without_a_gap_and_all_listed() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    listed = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [path.name for path in records if path.name not in listed] == []
