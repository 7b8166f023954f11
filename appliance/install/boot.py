"""What the box is told before its kernel runs: the command line, a Raspberry Pi's config.txt, modules.

Pure: text in, text out. Source: raspberrypi.com/documentation, "config.txt" (conditional filters, dtoverlay,
dtparam) and "cmdline.txt" (one line); Linux,
Documentation/admin-guide/kernel-parameters.txt (usbcore.authorized_default).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.install import InstallError, files
from appliance.install.files import Change
from hw.boards import Board, board

WORDS: Final = ("usbcore.authorized_default=0",)
CMDLINE: Final = "/boot/firmware/cmdline.txt"
CONFIG: Final = "/boot/firmware/config.txt"
GRUB: Final = "/etc/default/grub.d/venue-appliance.cfg"
MODULES: Final = "/etc/modules-load.d/venue-i2c.conf"
BEGIN: Final = b"# venue-appliance: begin. Written by its installer; what stands here is written anew.\n"
END: Final = b"# venue-appliance: end\n"
_BLOCK = re.compile(rb"\n?" + re.escape(BEGIN) + rb".*?" + re.escape(END), re.DOTALL)
_RADIOS = (b"dtoverlay=disable-wifi", b"dtoverlay=disable-bt")


def is_pi(found: Board | None) -> bool:
    """Whether the firmware of a Raspberry Pi starts this board."""
    return found is not None and found.model.startswith("Raspberry Pi")


def cmdline(content: bytes) -> bytes:
    """The command line with our words on it; one that says otherwise gives way. Raises InstallError.

    The firmware hands on the first line alone: a second one would be lost, so it is left for a person to look at.
    """
    lines = content.split(b"\n")
    if not lines[0].strip() or any(line.strip() for line in lines[1:]):
        raise InstallError(
            f"{CMDLINE}: not one line, and the firmware reads the first alone: put it right first"
        )
    words = lines[0].split(b" ")
    for wanted in WORDS:
        word = wanted.encode()
        key = word.partition(b"=")[0] + b"="
        others = [n for n, there in enumerate(words) if there.startswith(key) and there != word]
        for n in reversed(others):
            del words[n]
        if word not in words:
            words = [*_without_blank_end(words), word]
    return b"\n".join([b" ".join(words), *lines[1:]])


def without_words(content: bytes) -> bytes:
    """A command line that somebody changed since, without our words."""
    head, newline, rest = content.partition(b"\n")
    ours = {word.encode() for word in WORDS}
    return b" ".join(word for word in head.split(b" ") if word not in ours) + newline + rest


def _without_blank_end(words: list[bytes]) -> list[bytes]:
    return words[:-1] if words and words[-1] in (b"", b"\r") else words


def config(content: bytes, *, i2c: bool) -> bytes:
    """config.txt with our block in it: radios off, the watchdog on, I2C where it is asked for."""
    wanted = [b"[all]", *_RADIOS, b"dtparam=watchdog=on", *([b"dtparam=i2c_arm=on"] if i2c else [])]
    block = BEGIN + b"".join(line + b"\n" for line in wanted) + END
    if found := _BLOCK.search(content):
        start = found.start() + found[0].startswith(b"\n")
        return content[:start] + block + _BLOCK.sub(b"", content[found.end() :])
    return content + (b"" if not content or content.endswith(b"\n") else b"\n") + b"\n" + block


def without_block(content: bytes) -> bytes:
    """A config.txt that somebody changed since, without our block."""
    return _BLOCK.sub(b"", content)


UNDO: Final = {CMDLINE: without_words, CONFIG: without_block}


def changes(root: Path, *, i2c: bool) -> Iterator[Change]:
    """What has to stand in the files that are read before the kernel runs. Raises InstallError."""
    if i2c:
        yield Change(path=MODULES, content=b"# A UPS board's gauge (hw.i2c). By the installer.\ni2c-dev\n")
    if is_pi(board(root)):
        yield Change(path=CONFIG, content=config(files.content_of(root / CONFIG.lstrip("/")) or b"", i2c=i2c))
        there = files.content_of(root / CMDLINE.lstrip("/"))
        if there is None:
            raise InstallError(f"{CMDLINE}: not there: is the boot partition mounted?")
        # Last: the network of a Pi 3 hangs on its USB, and is let in by lockdown.conf, which is there by now.
        yield Change(path=CMDLINE, content=cmdline(there))
    elif (root / "etc/default/grub").is_file():
        line = f'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX {" ".join(WORDS)}"\n'
        text = f"# USB denied from the kernel's first moment. By the installer.\n{line}"
        yield Change(path=GRUB, content=text.encode())


def remarks(root: Path) -> Iterator[str]:
    """What a person should know about this board."""
    found = board(root)
    if is_pi(found):
        assert found is not None
        if not found.known:
            yield (
                f"{found.model} is not in the table of boards: what it carries on its own USB, its network too, must "
                "stand in usb.allow before the box is started anew"
            )
    elif not (root / "etc/default/grub").is_file():
        yield (
            "no GRUB here and no Raspberry Pi: the kernel's command line is left as it is; USB is closed by "
            f"venue-lockdown early in the boot. By hand: {' '.join(WORDS)}"
        )
