"""A Raspberry Pi's pins, by gpiozero's own mock."""

from gpiozero.pins.mock import MockFactory


def mock_pins() -> MockFactory:
    """Give the pins as they are after power-on, none taken: gpiozero 1.6 shares them between its factories."""
    pins = MockFactory()
    pins.reset()
    return pins
