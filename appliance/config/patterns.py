"""How names, ports and keys are written in the configuration; an example of each, for who wrote one otherwise."""

from collections.abc import Mapping

PORT = r"^\d+-\d+(\.\d+)*$"
ROOM = r"^[\w-]{1,16}$"
RECEIPT_KEY = r"^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
USB_ID = r"^[0-9a-f]{4}:[0-9a-f]{4}$"
SHA256 = r"^([0-9a-f]{64})?$"
CLOCK = r"^(rtc|none|ntp:[A-Za-z0-9.:-]+)$"

EXAMPLES: Mapping[str, str] = {
    PORT: "1-1.4",
    ROOM: "301",
    RECEIPT_KEY: "ssh-ed25519 AAAA…",
    NAME: "exam-server",
    USB_ID: "051d:0002",
    SHA256: "64 × 0-9 a-f",
    CLOCK: "rtc, none, ntp:10.50.0.2",
}
