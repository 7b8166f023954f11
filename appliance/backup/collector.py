"""Python's cycle collector, asked for less often while many small things are made of which none refers to itself."""

import contextlib
import gc
from collections.abc import Iterator

# Of what is made and kept; it is 700 otherwise, and took a fourteenth of a capture.
_EVERY = 50_000


@contextlib.contextmanager
def seldom() -> Iterator[None]:
    """As it was before, afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(_EVERY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
