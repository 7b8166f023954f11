"""lockdown.conf: what Python reads of it is what the shell grants, and it is put in place whole or not at all."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config import lockdown
from appliance.config.lockdown import MAX_BYTES, MAX_LINES, grant_of, read, text

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "systemd" / "venue-lockdown"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
HASH = "0123456789abcdef" * 4
LINES = (
    "grant 1-1 0424:9514",
    "grant 1-1.4 051d:0002 # UPS",
    'grant 1-1.4 051d:0002 serial="4B1234P56789  "',
    f'grant 1-1.4 051d:0002 serial="a b" sha256={HASH} # both',
    f"grant 1-2 0951:1666 sha256={HASH}",
    "# grant 1-9 0424:9514",
    "allow 1-1 0424:9514",
    "",
)
NOT_UNDERSTOOD = (
    'grant 1-1 0424:9514 serial=""',
    'grant 1-1 0424:9514 serial="a"b',
    'grant 1-1 0424:9514 serial="a>b"',
    'grant 1-1 0424:9514 serial="a\\b"',
    'grant 1-1 0424:9514 serial="é"',
    "grant 1-1 0424:9514 serial=a",
    f"grant 1-1 0424:9514 sha256={HASH[1:]}",
    f'grant 1-1 0424:9514 sha256={HASH} serial="a"',
    "grant 1-1 0424:9514#",
    "grant 1-1",
    "grant 1-1\r 0424:9514",
    "grant .1-1 0424:9514",
    "grant 1-1..2 0424:9514",
)


def told_by_the_shell(tmp_path: Path, content: bytes, shell: str) -> list[bytes]:
    """The lines that the shell does not understand; it is asked for a port where nothing is."""
    path = tmp_path / "etc/venue-appliance/lockdown.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    argv = [shell, str(PROGRAM), "9-9"]
    done = subprocess.run(argv, env={"VENUE_ROOT": str(tmp_path)}, capture_output=True, timeout=30)
    assert done.returncode == 0
    return [line for line in done.stderr.splitlines() if b"grants nothing" in line]


def test_what_is_written_is_read_again() -> None:
    grants = ("1-1 0424:9514", '1-1.4 051d:0002 serial="4B  "', f'1-2 a1b2:0001 serial="x y" sha256={HASH}')
    found = read(text(grants, ["1-3 051d:0002"]).encode("ascii"))
    assert (found.grants, found.faults) == (grants, ())
    assert grant_of(port="1-2", id="a1b2:0001", serial="x y", sha256=HASH) == grants[2]


@pytest.mark.parametrize("serial", ["a\nb", 'a"b', "é", "a>b", "a\\b", "\x7f"])
def test_a_serial_that_can_not_be_written_down_is_left_to_the_guard(serial: str) -> None:
    assert grant_of(port="1-1", id="0424:9514", serial=serial) is None


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("line", [*LINES, *NOT_UNDERSTOOD])
def test_python_and_the_shell_understand_the_same_lines(tmp_path: Path, line: str, shell: str) -> None:
    content = f"{line}\n".encode()
    assert len(read(content).faults) == len(told_by_the_shell(tmp_path, content, shell))
    assert bool(read(content).faults) is (line in NOT_UNDERSTOOD or line.startswith("allow"))


@pytest.mark.parametrize("shell", SHELLS)
def test_python_and_the_shell_understand_the_same_of_lines_that_were_changed(
    tmp_path: Path, shell: str
) -> None:
    """Files of forty changed lines each, their last one without its line feed."""
    dice = random.Random(5)
    alphabet = b'0123456789abcdef:-. \t"#<>\\=serialgrant\r\x00\xff'
    for _ in range(60):
        lines = []
        for _ in range(40):
            line = bytearray(dice.choice((*LINES, *NOT_UNDERSTOOD)).encode())
            for _ in range(dice.randrange(3)):
                position = dice.randrange(len(line) + 1)
                line[position : position + dice.randrange(2)] = bytes((dice.choice(alphabet),))
            lines.append(bytes(line))
        content = b"\n".join(lines)
        faults = told_by_the_shell(tmp_path, content, shell)
        assert len(read(content).faults) == len(faults), b"\n".join(faults).decode(errors="replace")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    for grant in read(content).grants:
        assert read(f"grant {grant}\n".encode()).grants == (grant,)


def test_a_file_that_is_too_long_grants_nothing_and_says_so() -> None:
    assert read(b"#" * (MAX_BYTES + 1)) == lockdown.Lockdown(faults=(f"more than {MAX_BYTES} bytes",))
    assert read(b"\n" * MAX_LINES).grants == () and "lines" in read(b"\n" * MAX_LINES).faults[0]


def test_it_is_put_in_place_whole_and_readable_for_all(tmp_path: Path) -> None:
    path = tmp_path / "lockdown.conf"
    path.write_text("grant 1-1 0424:9514\n")
    inode = path.stat().st_ino
    lockdown.replace(path, text(["1-2 0424:9514"]))
    assert read(path.read_bytes()).grants == ("1-2 0424:9514",)
    assert path.stat().st_mode & 0o777 == 0o644 and path.stat().st_ino != inode
    assert [each.name for each in tmp_path.iterdir()] == ["lockdown.conf"]


@pytest.mark.skipif(
    not Path("/dev/full").exists() or os.geteuid() != 0, reason="root and a small file system"
)
def test_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", str(small)], timeout=30).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        path = small / "lockdown.conf"
        path.write_text("grant 1-1 0424:9514\n")
        with pytest.raises(OSError, match="No space"):
            lockdown.replace(path, text(["1-2 0424:9514"] * 1000))
        assert path.read_text() == "grant 1-1 0424:9514\n"
        assert [each.name for each in small.iterdir()] == ["lockdown.conf"]
    finally:
        subprocess.run(["umount", str(small)], check=True, timeout=30)
