"""The interfaces of a USB device, read from its binary descriptors without binding a driver.

Layout: USB 2.0 specification, tables 9-8 (device), 9-10 (configuration), 9-12 (interface). The kernel's
`descriptors` file is the device descriptor and then every configuration whole
(Documentation/ABI/stable/sysfs-bus-usb). An unauthorised device has no interface directories: this file is
the only place that says what it is.
"""

from collections.abc import Iterator

# The device descriptor and 8 configurations (the kernel's USB_MAXCONFIG) of 65,535 bytes.
DESCRIPTORS_LIMIT_BYTES = 18 + 8 * 65_535

_DEVICE, _CONFIGURATION, _INTERFACE = 1, 2, 4
_LENGTHS = {_DEVICE: 18, _CONFIGURATION: 9, _INTERFACE: 9}


class UsbError(Exception):
    """The USB bus or a device on it cannot be read or told what to do."""


class DescriptorError(UsbError):
    """A device's descriptors are cut short or contradict themselves."""


def interface_triples(content: bytes) -> tuple[str, ...]:
    """Give every interface's class, subclass and protocol as `"08:06:50"`, all configurations and alternate
    settings.

    In the device's order, each triple once for each interface number: two keyboards in one device are two,
    the ten alternate settings of a camera's stream are one. A device may tell no interface at all: then it is
    empty.

    Raises DescriptorError unless every length holds, the configurations are as many as the device says, and
    nothing is left over. A device that lies about its lengths is not understood in part.
    """
    found: dict[tuple[int, int, str], None] = {}
    for number, configuration in enumerate(_configurations(content)):
        for descriptor in _split(configuration):
            if descriptor[1] == _INTERFACE:
                found[number, descriptor[2], descriptor[5:8].hex(":")] = None
    return tuple(triple for _, _, triple in found)


def _configurations(content: bytes) -> Iterator[bytes]:
    device = _first(content)
    if device[1] != _DEVICE:
        raise DescriptorError(f"begins with a descriptor of type {device[1]}, not with the device's (1)")
    position = len(device)
    for number in range(device[17]):
        header = _first(content[position : position + 255])
        total_bytes = int.from_bytes(header[2:4], "little") if header[1] == _CONFIGURATION else 0
        if total_bytes < len(header) or position + total_bytes > len(content):
            there_bytes = len(content) - position
            raise DescriptorError(
                f"configuration {number} claims {total_bytes} bytes, {there_bytes} are there"
            )
        yield content[position : position + total_bytes]
        position += total_bytes
    if position != len(content):
        raise DescriptorError(f"{len(content) - position} bytes after {device[17]} configurations")


def _split(configuration: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(configuration):
        descriptor = _first(configuration[position : position + 255])
        yield descriptor
        position += len(descriptor)


def _first(content: bytes) -> bytes:
    """Give the descriptor that `content` begins with. Raises DescriptorError where its length cannot be."""
    if len(content) < 2:
        raise DescriptorError(f"{len(content)} bytes where a descriptor should begin")
    length, kind = content[0], content[1]
    if length < 2 or length > len(content) or length < _LENGTHS.get(kind, 2):
        raise DescriptorError(f"a descriptor of type {kind} claims {length} bytes, {len(content)} are there")
    return content[:length]
