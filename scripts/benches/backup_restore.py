"""One restore in a process of its own, so that its time is its own: STATE IDENTITY INTO."""

import sys
from pathlib import Path

from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import outbox_of
from appliance.backup.restore import restore


def main() -> int:
    """Restores the newest bundle."""
    state, identity, into = map(Path, sys.argv[1:])
    restore(outbox_of(state), allowed_signers=allowed_signers(state), identity=identity, into=into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
