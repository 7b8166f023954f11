"""A stream read ahead gives the same bytes, and its fault where its bytes would have been."""

import io
import os
import threading

import pytest

from appliance.backup.ahead import Ahead
from appliance.backup.stream import read_exactly


class Faulty(io.BytesIO):
    """Ends with an error and not with its end."""

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError("the medium is gone")
        return data


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 12_345])
def test_every_byte_comes_once_and_the_end_stays_the_end(size: int) -> None:
    content = os.urandom(size)
    ahead = Ahead(io.BytesIO(content), piece_bytes=1000)
    assert read_exactly(ahead, size + 1) == content
    assert [ahead.read(10) for _ in range(5)] == [b""] * 5
    ahead.close()


def test_a_fault_comes_again_and_again_but_after_what_was_read_before_it() -> None:
    ahead = Ahead(Faulty(bytes(2000)), piece_bytes=1000)
    assert read_exactly(ahead, 2000) == bytes(2000)
    for _ in range(2):
        with pytest.raises(OSError, match="the medium is gone"):
            ahead.read(1)
    ahead.close()


def test_who_stops_in_the_middle_leaves_no_thread() -> None:
    ahead = Ahead(io.BytesIO(bytes(100_000)), piece_bytes=1000)
    assert ahead.read(5) == bytes(5)
    ahead.close()
    ahead.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "open-ahead"]
