"""A fuel gauge on an I2C bus: what the chip would put into its registers, and the bus it may fall off."""

from hw.i2c import I2cError

ADDRESS = 0x36


class Gauge:
    """The registers of a MAX1704x, at 0x36. `bus` opens a bus on it; `answers` plays a chip that is gone."""

    def __init__(self, *, volts: float, percent: float) -> None:
        self.words: dict[int, int] = {}
        self.set(volts=volts, percent=percent)
        self.answers = True
        self.lost = 0  # so many answers are lost before the next one comes
        self.open_buses = 0

    def set(self, *, volts: float, percent: float) -> None:
        """Measure a cell: words as SMBus brings them, the chip's first byte the lower one."""
        self.words = {2: _as_sent(round(volts * 16_000 / 1.25)), 4: _as_sent(round(percent * 256))}

    def opened(self, number: int) -> "GaugeBus":
        """Open a bus on it."""
        if number != 1:
            raise I2cError(f"/dev/i2c-{number} cannot be opened: No such file or directory")
        self.open_buses += 1
        return GaugeBus(self)


class GaugeBus:
    """A bus with one gauge on it."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._open = True

    def read_word(self, address: int, register: int) -> int:
        """Give the word. Raises I2cError."""
        lost, self._gauge.lost = self._gauge.lost > 0, max(0, self._gauge.lost - 1)
        if lost or address != ADDRESS or not self._gauge.answers:
            raise I2cError(f"/dev/i2c-1 address {address:#04x} register {register:#04x}: Remote I/O error")
        return self._gauge.words[register]

    def close(self) -> None:
        """Close it once."""
        self._gauge.open_buses -= self._open
        self._open = False


def _as_sent(word: int) -> int:
    return int.from_bytes(word.to_bytes(2, "big"), "little")
