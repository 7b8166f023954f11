"""`python -m appliance` is `venue`."""

import sys

from appliance.cli import main

sys.exit(main())
