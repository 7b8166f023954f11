"""Work split between two processes: the other half is forked, and shares memory and descriptors, and no handler."""

import itertools
import os
import signal
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

# A handler of the first half must not run in the other one, not even between two lines.
_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def forked(work: Callable[[], None], kept: Sequence[int]) -> int:
    """A process that does `work` and ends, with no descriptor but `kept` and the first three; its number.

    To be called before the caller has threads. Raises OSError.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        pid = os.fork()
        if not pid:
            _work(work, kept)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _work(work: Callable[[], None], kept: Sequence[int]) -> NoReturn:
    code = os.EX_SOFTWARE
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells both; the first half ends this one
        for number in _HELD[1:]:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        # Not the outbox's lock: it is the first half's, and ends with it.
        for low, high in itertools.pairwise((*sorted({0, 1, 2, *kept}), os.sysconf("SC_OPEN_MAX"))):
            os.closerange(low + 1, high)
        work()
        code = os.EX_OK
    except Exception:  # noqa: BLE001 - a thread begins here, of another process: its code and this are what is heard
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(pid: int) -> str:
    """Wait for the end of a process; how it was."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
