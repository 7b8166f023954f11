"""The locale in which `journalctl -x` and `venue` speak Chinese: made, not made the machine's own.

Source: locale.gen(5); systemd's journalctl takes its catalog by setlocale(3), which knows no locale that is not made.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.install import files
from appliance.install.files import Change

GEN: Final = "/etc/locale.gen"
LINE: Final = b"zh_CN.UTF-8 UTF-8"
MARK: Final = b"# venue-appliance: for journalctl -x in Chinese. By the installer.\n"
_THERE = re.compile(rb"^[ \t]*" + re.escape(LINE) + rb"[ \t]*$", re.MULTILINE)


def generated(content: bytes) -> bytes:
    """A locale.gen in which ours is named; as it is where it is named already."""
    if _THERE.search(content):
        return content
    return content + (b"" if not content or content.endswith(b"\n") else b"\n") + MARK + LINE + b"\n"


def without_line(content: bytes) -> bytes:
    """A locale.gen that somebody changed since, without what was put in."""
    return content.replace(MARK + LINE + b"\n", b"")


def changes(root: Path) -> Iterator[Change]:
    """The one file; none where Debian's package `locales` is not there, which makes them."""
    there = files.content_of(root / GEN.lstrip("/"))
    if there is not None:
        yield Change(path=GEN, content=generated(there))
