"""A bundle beside a running exam goes slowly; that its job is the last in line too: tests/daemon/test_backups.py."""

import io
import time

from appliance.backup.gentle import Pace


def test_no_more_bytes_a_second_pass_than_were_said_and_all_of_them_do() -> None:
    out, began_s = io.BytesIO(), time.monotonic()
    pace = Pace(out, bytes_per_s=1_000_000)
    for _ in range(4):
        pace.write(b"x" * 50_000)
    assert time.monotonic() - began_s >= 0.2
    assert out.getvalue() == b"x" * 200_000


def test_a_pause_saves_nothing_up() -> None:
    pace = Pace(io.BytesIO(), bytes_per_s=1_000_000)
    pace.write(b"")
    time.sleep(0.1)
    began_s = time.monotonic()
    pace.write(b"x" * 100_000)
    assert time.monotonic() - began_s >= 0.1
