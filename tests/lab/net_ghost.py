"""The ghost machine in a process of its own that stays, so that killing it in the middle of a run means something.

`python -m tests.lab.net_ghost TOPOLOGY` in the box's namespace says so once the ghost is there.
"""

import signal
import sys

from appliance.prove.ghost import ghost_of
from tests.lab.net import Lab
from tests.lab.net_plan import plan

THERE = b"there\n"


def main() -> None:
    """Be there, until killed."""
    with ghost_of(plan(Lab(sys.argv[1]))):
        sys.stdout.buffer.write(THERE)
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
