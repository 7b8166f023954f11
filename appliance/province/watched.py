"""The venues that are pulled from, as `venues.toml` has them now: a pull that runs for weeks takes what is changed."""

import os
from pathlib import Path

from appliance.province import venues
from appliance.province.venues import Venue, VenuesFault


class Watched:
    """The list of `home`, of it the `codes` (all where empty). Raises VenuesFault, OSError."""

    def __init__(self, home: Path, codes: tuple[str, ...]) -> None:
        self._home, self._codes = home, codes
        self._seen = self._look()
        self.venues = self._read()
        self._fault = ""

    def changed(self) -> str | None:
        """None where nothing changed, '' where `venues` is another list now; or, once, why the old one counts on."""
        try:
            seen = self._look()
            if seen == self._seen:
                return None
            if not seen:
                raise VenuesFault(f"{self._home / venues.NAME}: it is gone")
            found = self._read()
        except (VenuesFault, OSError) as error:
            # Not taken for seen: a file that is being written is looked at again; what is wrong with it is said once.
            fault, before = str(error), self._fault
            self._fault = fault
            return None if fault == before else f"the list as it was before counts on: {fault}"
        self._seen, self._fault, self.venues = seen, "", found
        return ""

    def _read(self) -> list[Venue]:
        """Whom there is to ask, in the order of asking."""
        found = [one for one in venues.read(self._home) if one.address and not one.revoked]
        found = [one for one in found if not self._codes or one.code in self._codes]
        return sorted(found, key=lambda venue: -venue.priority)

    def _look(self) -> tuple[int, ...]:
        try:
            stat = os.stat(self._home / venues.NAME)
        except FileNotFoundError:
            return ()
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
