"""What a USB device says it is: its binary descriptors, read without binding a driver.

Layout: USB 2.0 specification, tables 9-8 (device), 9-10 (configuration), 9-12 (interface); interface association:
USB 3.2, table 9-16. The kernel's `descriptors` file is the device descriptor and then every configuration whole
(Documentation/ABI/stable/sysfs-bus-usb, drivers/usb/core/sysfs.c). An unauthorised device has no interface
directories: this file is the only place that says what it is.
"""

import hashlib
from dataclasses import dataclass

# The device descriptor and 8 configurations (the kernel's USB_MAXCONFIG) of 65,535 bytes.
DESCRIPTORS_LIMIT_BYTES = 18 + 8 * 65_535

_DEVICE, _CONFIGURATION, _INTERFACE, _ASSOCIATION = 1, 2, 4, 11
_LENGTHS = {_DEVICE: 18, _CONFIGURATION: 9, _INTERFACE: 9, _ASSOCIATION: 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """What the descriptors say. Triples are class, subclass and protocol: `"08:06:50"`.

    `interfaces`: those of all configurations and alternate settings, in the device's order, each once for each
    interface number: two keyboards in one device are two, the ten alternate settings of a camera's stream are
    one. `associations`: of each function that takes several interfaces. `device_triple` is the device's own.
    `faces`: each interface by the name that the kernel gives it behind the port, configuration and number (`"1.0"`),
    with the triples of all its alternate settings. `sha256` is that of the whole content, in hex.
    """

    vendor_product: str
    device_triple: str
    interfaces: tuple[str, ...]
    associations: tuple[str, ...]
    configurations: int
    sha256: str
    faces: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def triples(self) -> tuple[str, ...]:
        """Every triple that the device tells anywhere, itself first."""
        return (self.device_triple, *self.interfaces, *self.associations)


class UsbError(Exception):
    """The USB bus or a device on it cannot be read or told what to do."""


class DescriptorError(UsbError):
    """A device's descriptors are cut short or contradict themselves.

    `seen` is every triple that stood before the fault, the device's own first: what it has shown there it can
    not take back by lying behind.
    """

    def __init__(self, message: str, *, seen: tuple[str, ...] = ()) -> None:
        """Keep what was `seen` beside the message."""
        super().__init__(message)
        self.seen = seen


def parse(content: bytes) -> Descriptors:
    """Give what the descriptors say; a device may tell no interface at all.

    One walk forward, so that what stands before a fault is read the same whatever follows it.

    Raises DescriptorError unless every length holds, the configurations are as many as the device says, none
    holds another, and nothing is left over. A device that lies about its lengths is not understood in part.
    """
    walk = _Walk(content)
    try:
        walk.go()
    except DescriptorError as error:
        raise DescriptorError(str(error), seen=walk.triples()) from None
    return Descriptors(
        vendor_product=f"{content[9]:02x}{content[8]:02x}:{content[11]:02x}{content[10]:02x}",
        device_triple=walk.device_triple,
        interfaces=tuple(triple for _, _, triple in walk.interfaces),
        associations=tuple(walk.associations),
        configurations=content[17],
        sha256=hashlib.sha256(content).hexdigest(),
        faces=tuple((name, tuple(triples)) for name, triples in walk.faces.items()),
    )


def interface_triples(content: bytes) -> tuple[str, ...]:
    """Give the interfaces alone. Raises DescriptorError as `parse` does."""
    return parse(content).interfaces


class _Walk:
    """One way through the content, which keeps what it has met."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.device_triple = ""
        self.interfaces: dict[tuple[int, int, str], None] = {}
        self.associations: dict[str, None] = {}
        self.faces: dict[str, dict[str, None]] = {}

    def triples(self) -> tuple[str, ...]:
        device = (self.device_triple,) if self.device_triple else ()
        return (*device, *(triple for _, _, triple in self.interfaces), *self.associations)

    def go(self) -> None:
        content = self._content
        kind, position = self._descriptor(0, len(content))
        if kind != _DEVICE:
            raise DescriptorError(f"begins with a descriptor of type {kind}, not with the device's (1)")
        self.device_triple = content[4:7].hex(":")
        for number in range(content[17]):
            position = self._configuration(number, position)
        if position != len(content):
            left_bytes = len(content) - position
            raise DescriptorError(f"{left_bytes} bytes after {content[17]} configurations")

    def _configuration(self, number: int, start: int) -> int:
        """Walk the configuration that begins at `start`; give where it ends."""
        content = self._content
        kind, position = self._descriptor(start, len(content))
        total_bytes = (
            int.from_bytes(content[start + 2 : start + 4], "little") if kind == _CONFIGURATION else 0
        )
        end = start + total_bytes
        there = min(end, len(content))
        if position > end:
            raise DescriptorError(f"configuration {number} claims {total_bytes} bytes, less than its header")
        while position < there:
            kind, following = self._descriptor(position, there)
            if kind == _INTERFACE:
                triple = content[position + 5 : position + 8].hex(":")
                self.interfaces[number, content[position + 2], triple] = None
                self.faces.setdefault(f"{content[start + 5]}.{content[position + 2]}", {})[triple] = None
            elif kind == _ASSOCIATION:
                self.associations[content[position + 4 : position + 7].hex(":")] = None
            elif kind in (_DEVICE, _CONFIGURATION):
                raise DescriptorError(f"configuration {number} holds a descriptor of type {kind}")
            position = following
        if end > len(content):
            there_bytes = len(content) - start
            raise DescriptorError(
                f"configuration {number} claims {total_bytes} bytes, {there_bytes} are there"
            )
        return end

    def _descriptor(self, position: int, end: int) -> tuple[int, int]:
        """Give the type of the descriptor at `position` and where the next one begins."""
        there_bytes = end - position
        if there_bytes < 2:
            raise DescriptorError(f"{there_bytes} bytes where a descriptor should begin")
        length, kind = self._content[position], self._content[position + 1]
        if length < 2 or length > there_bytes or length < _LENGTHS.get(kind, 2):
            raise DescriptorError(
                f"a descriptor of type {kind} claims {length} bytes, {there_bytes} are there"
            )
        return kind, position + length
