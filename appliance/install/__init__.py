"""The installer of a fresh box. The standard library alone: it runs before the package is there."""

EXIT_OK, EXIT_WARNING, EXIT_FAILED = 0, 1, 2
EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_BUSY, EXIT_NOT_PERMITTED, EXIT_CONFIG = 64, 69, 75, 77, 78


class InstallError(Exception):
    """It can not go on; the message is the one sentence that says why, `exit_code` what a shell gets."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
