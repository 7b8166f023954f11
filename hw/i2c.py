"""Words from chips on an I2C bus, by ioctl on `/dev/i2c-N`; no library is needed for two calls.

Source: the kernel's `Documentation/i2c/dev-interface.rst`, `include/uapi/linux/{i2c,i2c-dev}.h`.
"""

import array
import fcntl
import os
import struct
from pathlib import Path
from typing import Protocol

_I2C_SLAVE = 0x0703
_I2C_SMBUS = 0x0720
_SMBUS_READ = 1
_SMBUS_WORD_DATA = 3
# struct i2c_smbus_ioctl_data: read_write, command, size, pointer to union i2c_smbus_data (34 bytes).
_REQUEST = "@BBIP"
_DATA_WORDS = 17


class I2cError(Exception):
    """The bus is not there, or the chip does not answer."""


class WordBus(Protocol):
    """A bus of which words are read: the real one, or the tests' own."""

    def read_word(self, address: int, register: int) -> int:
        """Give the 16 bits of a chip's register, its first byte the lower one. Raises I2cError."""
        ...

    def close(self) -> None:
        """Let go of the bus."""
        ...


class I2cBus:
    """The bus `/dev/i2c-N`, held open."""

    def __init__(self, number: int, *, root: Path = Path("/")) -> None:
        """Open it. Raises I2cError."""
        self._path = root / f"dev/i2c-{number}"
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise I2cError(f"{self._path} cannot be opened: {error.strerror}") from error

    def read_word(self, address: int, register: int) -> int:
        """Ask the chip at `address` (7 bits) for the word at `register`; SMBus sends the lower byte first.

        The adapter's driver bounds the time (one second by default). Raises I2cError; EBUSY means that a driver
        of the kernel's has the chip.
        """
        if self._descriptor is None:
            raise I2cError(f"{self._path} is closed")
        word = array.array("H", bytes(2 * _DATA_WORDS))
        # The array stays referenced until the call is over: the kernel writes through its address.
        request = struct.pack(_REQUEST, _SMBUS_READ, register, _SMBUS_WORD_DATA, word.buffer_info()[0])
        try:
            fcntl.ioctl(self._descriptor, _I2C_SLAVE, address)
            fcntl.ioctl(self._descriptor, _I2C_SMBUS, request)
        except OSError as error:
            where = f"{self._path} address {address:#04x} register {register:#04x}"
            raise I2cError(f"{where}: {error.strerror}") from error
        return word[0]

    def close(self) -> None:
        """Close it; closing twice is nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
