"""What any program writes to its standard output, as one file.

    [[backup.source]]
    name = "exam-database"
    driver = "command"
    argv = ["/usr/bin/mysqldump", "--defaults-extra-file=/etc/venue-appliance/mysql.cnf",
            "--single-transaction", "--quick", "exam"]
    file = "exam.sql"

No shell: the program's absolute path first, then its arguments as they are. It counts only when it ends with exit
code 0, within its time and its size; else nothing of it is in the bundle. How consistent its output is, it must see
to itself (`--single-transaction` above). A password stands in a file that the program reads, never in `argv`: every
user of the box can read the arguments of a running program.
"""

from dataclasses import dataclass
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sources import checks
from appliance.backup.sources.dump import ENVIRON, Dump
from appliance.backup.sources.entry import Label, Sink, Source
from appliance.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`argv`: program and arguments; `file`: its output's name; it is ended after `limit_minutes` or `limit_gb`."""

    driver: ClassVar[str] = "command"
    argv: tuple[str, ...]
    file: str = "output"
    limit_minutes: float = 30
    limit_gb: float = 16

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        program = self.argv[0] if self.argv else ""
        checks.refuse(
            checks.absolute("argv", program)
            and Finding("argv", "no_program", "the program's absolute path was expected first"),
            Finding("argv", "null_byte", "an argument with a null byte")
            if any("\0" in part for part in self.argv)
            else None,
            checks.file_name("file", self.file),
            checks.between("limit_minutes", self.limit_minutes, 0.1, 1440),
            checks.between("limit_gb", self.limit_gb, 0.001, 1000),
        )

    def open(self, scratch: Scratch, /) -> Source:
        """The program's output; it is not started yet."""
        return Command(self, scratch)


class Command:
    """The output of one set of options."""

    def __init__(self, options: Options, scratch: Scratch) -> None:
        self._scratch = scratch
        self._dump = Dump(
            argv=options.argv,
            environ=ENVIRON,
            name=options.file,
            label=Label.OUTPUT,
            limit_s=options.limit_minutes * 60,
            limit_bytes=int(options.limit_gb * checks.GB),
        )

    def capture(self, sink: Sink) -> None:
        """Run it. Raises SourceFailed, SourceLate, SourceTooLarge."""
        self._dump.capture(sink, self._scratch)
