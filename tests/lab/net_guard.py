"""The guard's enforcer of the line in a process of its own, so that killing it means something.

`python -m tests.lab.net_guard TOPOLOGY` in the box's namespace holds two levels in turn and says so each time.
"""

import sys
import time
from datetime import UTC, datetime

from appliance.enforce.firewall.firewall import Firewall
from tests.lab.net import INTERNET, SERVER, Lab
from tests.lab.net_plan import plan
from tests.lab.net_scene import WINDOW_PORT

_OPEN_S = 3600
_ELSEWHERE = "198.51.100.99"  # no attack is aimed there
HELD = b"held\n"


def firewall(lab: Lab) -> Firewall:
    """The product's enforcer for this venue, on the clock of this machine; the server's ports are all open."""
    return Firewall(plan(lab, ports=()), wall=lambda: datetime.now(tz=UTC), mono_s=boot_s)


def boot_s() -> float:
    """CLOCK_BOOTTIME."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def level(*, upload: bool = False) -> str:
    """The posture's word for the lab's window and the pull, and another window too."""
    end = f"m{int(boot_s()) + _OPEN_S}"
    words = ["closed", f"paper@{end}={SERVER.ip}>{INTERNET}:{WINDOW_PORT}/tcp", f"pull@{end}"]
    return " ".join([*words, f"upload@{end}={SERVER.ip}>{_ELSEWHERE}:443/tcp"] if upload else words)


def main() -> None:
    """Hold, until killed."""
    held = firewall(Lab(sys.argv[1]))
    while True:
        for upload in (True, False):
            held.hold(level(upload=upload))
            sys.stdout.buffer.write(HELD)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
