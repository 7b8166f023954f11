"""What is up for readers: made when somebody asks, of the turn that was last; its revision moves with what is seen."""

import pytest

from appliance.dispatch.board import Board, Turned


class Turns:
    """Turns that count how often their snapshot was made."""

    def __init__(self) -> None:
        self.made = 0

    def turned(self, told: object, *, at_s: float = 0.0, seq: int = 1) -> Turned:
        def content() -> dict[str, object]:
            self.made += 1
            return {"told": told}

        return Turned(content=content, turned_s=at_s, head=(seq, "hash"))


def test_a_turn_that_nobody_asked_for_makes_no_snapshot() -> None:
    board, turns = Board(), Turns()
    for second in range(100):
        board.show(turns.turned(second))
    assert turns.made == 0
    assert board.read().snapshot == {"told": 99}
    assert turns.made == 1


def test_who_asks_twice_within_a_turn_gets_what_was_made() -> None:
    board, turns = Board(), Turns()
    board.show(turns.turned("a"))
    assert board.read() is board.read()
    assert turns.made == 1


def test_the_revision_moves_only_when_something_visible_did_and_the_age_each_turn() -> None:
    board, turns = Board(), Turns()
    assert board.read().rev == 0, "before the first turn"
    board.show(turns.turned("a", at_s=1.0))
    first = board.read()
    board.show(turns.turned("a", at_s=2.0, seq=2))
    second = board.read()
    board.show(turns.turned("b", at_s=3.0, seq=2))
    third = board.read()
    assert [(each.rev, each.turned_s, each.head[0]) for each in (first, second, third)] == [
        (1, 1.0, 1),
        (1, 2.0, 2),
        (2, 3.0, 2),
    ]


def test_a_snapshot_that_cannot_be_made_keeps_neither_the_turn_nor_the_next_reader() -> None:
    board, turns = Board(), Turns()
    board.show(turns.turned("a"))

    def broken() -> dict[str, object]:
        raise ZeroDivisionError

    board.read()
    board.show(Turned(content=broken, turned_s=5.0, head=(2, "hash")))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            board.read()
    board.show(turns.turned("c"))
    assert (board.read().snapshot, board.read().rev) == ({"told": "c"}, 2)
