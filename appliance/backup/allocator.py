"""libc's allocator, told to keep what was freed: pieces of a megabyte come and go by the thousand in a bundle."""

import contextlib
import ctypes

# mallopt(3): numbers of glibc; another libc has no such call, or minds it not.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES, _LARGE_BYTES = 32 << 20, 8 << 20


def keep_freed() -> None:
    """From now on freed memory up to 32 MB stays the process's own, and pieces up to 8 MB are made of it.

    Else each piece goes back to the kernel, which clears its pages anew for the next one: a thirtieth of what a bundle
    costs. What a run needs at its peak does not change. There is no way back.
    """
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
