"""How much of the machine's tests is asked for."""

import os

LONG = os.environ.get("VENUE_VM_LONG", "0") not in ("", "0")
