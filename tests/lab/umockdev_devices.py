"""Descriptors of devices that people carry, as the kernel's `descriptors` file has them.

Those marked so are the bytes of a real device (umockdev's own recordings, the recipe's stick). The others are
laid out by their class specification with the ids, interfaces, alternate settings and endpoints that `lsusb -v`
shows of such a device; what a maker adds of his own may differ.
"""

from hw.usb_classes import Kind


def device(vendor_product: str, *configurations: bytes, triple: str = "00:00:00", usb: str = "0002") -> bytes:
    """Give the device descriptor and the configurations behind it."""
    vendor, product = (bytes.fromhex(part)[::-1] for part in vendor_product.split(":"))
    head = bytes((18, 1)) + bytes.fromhex(usb) + bytes.fromhex(triple.replace(":", "")) + b"\x40"
    return head + vendor + product + bytes((0, 1, 1, 2, 3, len(configurations))) + b"".join(configurations)


def configuration(value: int, *parts: bytes) -> bytes:
    """Give a configuration that holds the descriptors `parts`, its total length right."""
    body = b"".join(parts)
    interfaces = len({part[2] for part in parts if part[1] == 4})
    return (
        bytes((9, 2))
        + (9 + len(body)).to_bytes(2, "little")
        + bytes((interfaces, value, 0, 0x80, 250))
        + body
    )


def interface(number: int, triple: str, *, alternate: int = 0, endpoints: int = 0) -> bytes:
    """Give an interface descriptor."""
    return bytes((9, 4, number, alternate, endpoints)) + bytes.fromhex(triple.replace(":", "")) + b"\0"


def association(first: int, count: int, triple: str) -> bytes:
    """Give an interface association descriptor."""
    return bytes((8, 11, first, count)) + bytes.fromhex(triple.replace(":", "")) + b"\0"


def endpoint(address: int, kind: int = 2, size: int = 512, interval: int = 0) -> bytes:
    """Give an endpoint descriptor; `kind` is 1 isochronous, 2 bulk, 3 interrupt."""
    return bytes((7, 5, address, kind)) + size.to_bytes(2, "little") + bytes((interval,))


def _hid(length: int) -> bytes:
    return bytes((9, 0x21, 0x10, 0x01, 33, 1, 0x22)) + length.to_bytes(2, "little")


BULK = endpoint(0x81), endpoint(0x02)
BURST = bytes.fromhex("06300f000000")  # the companion of a USB 3 endpoint
EVENTS = endpoint(0x83, 3, 28, 6)
CDC = bytes.fromhex("0524001001"), bytes.fromhex("0524060001")
NETWORK_NAME = bytes.fromhex("0d240f0400000000ea05000000")


def pipe(address: int, usage: int) -> bytes:
    """Give an endpoint of a UAS disk: endpoint, companion, pipe usage."""
    return endpoint(address, size=1024) + BURST + bytes((4, 0x24, usage, 0))


def _uas() -> bytes:
    pipes = [pipe(address, usage) for address, usage in ((0x81, 3), (0x02, 4), (0x83, 2), (0x04, 1))]
    bot = [endpoint(0x81, size=1024), BURST, endpoint(0x02, size=1024), BURST]
    first = interface(0, "08:06:50", endpoints=2)
    second = interface(0, "08:06:62", alternate=1, endpoints=4)
    return device("174c:55aa", configuration(1, first, *bot, second, *pipes), usb="0003")


def _iphone() -> bytes:
    ptp = interface(0, "06:01:01", endpoints=3), *BULK, EVENTS
    usbmux = interface(1, "ff:fe:02", endpoints=2), endpoint(0x04), endpoint(0x85)
    ethernet = [interface(2, "ff:fd:01"), interface(2, "ff:fd:01", alternate=1, endpoints=2)]
    ethernet += [endpoint(0x86), endpoint(0x05), interface(2, "ff:fd:01", alternate=2)]
    audio = [interface(0, "01:01:00"), bytes.fromhex("09240100011e000101"), interface(1, "01:02:00")]
    audio += [interface(1, "01:02:00", alternate=1, endpoints=1), endpoint(0x81, 1, 192, 4)]
    keys = interface(2, "03:00:00", endpoints=1), _hid(0xC1), endpoint(0x83, 3, 64, 1)
    return device(
        "05ac:12a8",
        configuration(1, *ptp),
        configuration(2, *audio, *keys),
        configuration(3, *ptp, *usbmux),
        configuration(4, *ptp, *usbmux, *ethernet),
    )


def _tether(control: str, function: str) -> bytes:
    parts = [association(0, 2, function), interface(0, control, endpoints=1), *CDC, EVENTS]
    return device("18d1:4ee3", configuration(1, *parts, interface(1, "0a:00:00", endpoints=2), *BULK))


def _ncm() -> bytes:
    parts = [association(0, 2, "02:0d:00"), interface(0, "02:0d:00", endpoints=1), *CDC, NETWORK_NAME, EVENTS]
    data = [interface(1, "0a:00:01"), interface(1, "0a:00:01", alternate=1, endpoints=2), *BULK]
    return device("0525:a4a1", configuration(1, *parts, *data), triple="ef:02:01")


def _webcam() -> bytes:
    control = [association(0, 2, "0e:03:00"), interface(0, "0e:01:00", endpoints=1)]
    control += [bytes.fromhex("0d240100014d0080c3c9010101"), EVENTS]
    frames = [bytes((30, 0x24, 5, number)) + bytes(26) for number in range(1, 8)]
    stream = [interface(1, "0e:02:00"), bytes((14, 0x24, 1)) + bytes(11), bytes((27, 0x24, 4)) + bytes(24)]
    for alternate in range(1, 9):
        stream += [interface(1, "0e:02:00", alternate=alternate, endpoints=1)]
        stream += [endpoint(0x81, 5, 128 * alternate, 1)]
    microphone = [association(2, 2, "01:02:00"), interface(2, "01:01:00"), interface(3, "01:02:00")]
    microphone += [interface(3, "01:02:00", alternate=1, endpoints=1), endpoint(0x86, 5, 68, 4)]
    parts = (*control, *stream[:3], *frames, *stream[3:], *microphone)
    return device("046d:0825", configuration(1, *parts), triple="ef:02:01")


def _bluetooth() -> bytes:
    parts = [interface(0, "e0:01:01", endpoints=3), endpoint(0x81, 3, 16, 1), endpoint(0x82), endpoint(0x02)]
    for alternate in range(6):
        parts += [interface(1, "e0:01:01", alternate=alternate, endpoints=2)]
        parts += [endpoint(0x83, 1, 9 * alternate, 1), endpoint(0x03, 1, 9 * alternate, 1)]
    parts += [interface(2, "ff:ff:ff"), interface(3, "fe:01:00")]
    return device("0a5c:21e8", configuration(1, *parts), triple="e0:01:01")


def _typing_stick() -> bytes:
    keys = interface(0, "03:01:01", endpoints=1), _hid(63), endpoint(0x81, 3, 8, 10)
    disk = interface(1, "08:06:50", endpoints=2), endpoint(0x82), endpoint(0x02)
    return device("16d0:0753", configuration(1, *keys, *disk))


CARD_READER = bytes((54, 0x21, 0x10, 0x01, 0, 7)) + bytes(48)

# Recorded.
STICK = "12010002000000408107675526010102030109022000010100804B0904000002080650000705810200020007050202000200"
SONY = (
    "1201000200000040CE0F660126020203040109022700010100C0FA0904000003FFFF0005070581020002000705020200020007"
)
SONY_END = "0582031C0006"
CANON = (
    "1201000200000040A904C03102000102030109022700010100C001090400000306010100070581020002000705020200020007"
)
CANON_END = "058303080009"
NEC_HUB = "12010002090001400904580000010102000109021900010100E0320904000001090000000705810301000C"
DOCK_HUB = (
    "1201000209000240EF17051001000000000109022900010100E0010904000001090001000705810301000C"
    "0904000101090002000705810301000C"
)
HOLTEK = (
    "1201100100000008D904031610030102000109023B00020100A032090400000103010100092110010001223E000705810308000A"
    "0904010001030000000921100100012265000705820308000A"
)

DEVICES: dict[str, bytes] = {
    "stick": bytes.fromhex(STICK),
    "uas disk": _uas(),
    "mtp phone": bytes.fromhex(SONY + SONY_END),
    "android with adb": device(
        "18d1:4ee2",
        configuration(
            1,
            interface(0, "ff:ff:00", endpoints=3),
            *BULK,
            EVENTS,
            interface(1, "ff:42:01", endpoints=2),
            *BULK,
        ),
    ),
    "ptp camera": bytes.fromhex(CANON + CANON_END),
    "iphone": _iphone(),
    "rndis tether": _tether("e0:01:03", "e0:01:03"),
    "rndis tether, as windows has it": _tether("ef:04:01", "ef:04:01"),
    "cdc-ncm": _ncm(),
    "keyboard": bytes.fromhex(HOLTEK),
    "mouse": device(
        "046d:c077",
        configuration(1, interface(0, "03:01:02", endpoints=1), _hid(46), endpoint(0x81, 3, 4, 10)),
    ),
    "ups": device(
        "051d:0002",
        configuration(1, interface(0, "03:00:00", endpoints=1), _hid(1049), endpoint(0x81, 3, 6, 100)),
    ),
    "hub": bytes.fromhex(NEC_HUB),
    "hub with two settings": bytes.fromhex(DOCK_HUB),
    "webcam": _webcam(),
    "smart card": device(
        "058f:9540",
        configuration(
            1,
            interface(0, "0b:00:00", endpoints=3),
            CARD_READER,
            endpoint(0x81, 3, 4, 32),
            endpoint(0x83),
            endpoint(2),
        ),
    ),
    "printer": device(
        "03f0:2b17",
        configuration(
            1, interface(0, "07:01:02", endpoints=2), *BULK, interface(0, "07:01:01", alternate=1), *BULK
        ),
    ),
    "bluetooth": _bluetooth(),
    "network card of its maker's own": device(
        "0b95:1790", configuration(1, interface(0, "ff:ff:00", endpoints=3), EVENTS, *BULK), triple="ff:ff:00"
    ),
    "stick that types": _typing_stick(),
}

KINDS_OF: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "stick": ("storage", ("storage",)),
    "uas disk": ("storage", ("storage",)),
    "mtp phone": ("vendor", ("vendor",)),  # unauthorised: only its interface's name would say MTP
    "android with adb": ("phone", ("phone", "vendor")),
    "ptp camera": ("phone", ("phone",)),
    "iphone": ("phone", ("phone", "network", "hid", "audio")),
    "rndis tether": ("network", ("network",)),
    "rndis tether, as windows has it": ("network", ("network",)),
    "cdc-ncm": ("network", ("network",)),
    "keyboard": ("keyboard", ("keyboard", "hid")),
    "mouse": ("pointer", ("pointer",)),
    "ups": ("hid", ("hid",)),
    "hub": ("hub", ("hub",)),
    "hub with two settings": ("hub", ("hub",)),
    "webcam": ("video", ("video", "audio")),
    "smart card": ("smartcard", ("smartcard",)),
    "printer": ("printer", ("printer",)),
    "bluetooth": ("wireless", ("wireless", "vendor", "other")),
    "network card of its maker's own": ("vendor", ("vendor",)),
    "stick that types": ("combined", ("storage", "keyboard")),
}
