"""What a UPS may be told to do, whichever driver tells it: three words of ours."""

from typing import Protocol

# "test": test the battery until it is low; "test-stop": end that; "cut": switch the output off after the UPS's
# own delay and on again with the mains, also when they are back already. Never a command that leaves the output
# off for good.
COMMANDS = ("test", "test-stop", "cut")


class Commander(Protocol):
    """Tells one UPS what to do; each call stands by itself, nothing is held between two."""

    def supported(self) -> frozenset[str]:
        """Give the words of `COMMANDS` that this UPS knows. Raises UpsError."""
        ...

    def do(self, command: str) -> None:
        """Do it, or raise; what returns was taken and not refused.

        Raises UpsError ("refused" where UPS or driver will not), ValueError for a word not in `COMMANDS`.
        """
        ...


def checked(command: str) -> str:
    """Give `command` back. Raises ValueError where it is none of `COMMANDS`."""
    if command not in COMMANDS:
        raise ValueError(f"command: {command!r} is none of {', '.join(COMMANDS)}")
    return command
