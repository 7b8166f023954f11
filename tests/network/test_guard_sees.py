"""A real guard on real wires: it holds the line, sees the first forbidden frame, and counts a flood to the frame.

How soon, and at what cost, `scripts/bench network_guard` measures.
"""

from collections.abc import Iterator

import pytest

from tests.lab.guard_flood import first_frame, flooded, holding
from tests.lab.guarded import Guarded, wired
from tests.lab.wires import missing

pytestmark = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")


@pytest.fixture(params=["bridge", "route"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    with wired(request.param) as made:
        yield made


def test_a_real_guard_tells_the_first_forbidden_frame_and_counts_a_flood_exactly(guarded: Guarded) -> None:
    guard = holding(guarded)
    first_frame(guarded)
    (first,) = guarded.events("network.ledger")
    assert (first["body"]["seat"], first["body"]["what"], first["body"]["packets"]) == ("1-1", "dns", 1)
    seen = flooded(guarded, guard, for_s=3.0)
    rows, told = guarded.events("network.ledger"), guarded.events("network.flooded")
    assert len(rows) <= 62 * seen.minutes and 1 <= len(told) <= 2 * seen.minutes
    exact = {(row["body"]["mac"], row["body"]["what"]): row["body"]["packets"] for row in rows[1:]}
    assert all(packets <= seen.sent[key] for key, packets in exact.items())
    assert seen.counted == seen.sent
    assert seen.answers_s, "the page answered meanwhile"
