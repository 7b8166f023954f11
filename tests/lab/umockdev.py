"""A USB bus of umockdev's: a made-up /sys and its uevents, in a process of its own.

libumockdev's C API through ctypes (python3-gi would be another package). The process runs under
`umockdev-wrapper`, which every path below /sys and every socket for uevents then goes through.
"""

import ctypes
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARY = "libumockdev.so.0"
ANSWER_S = 120


def missing() -> str:
    """Tell what is not there that the scenes need; `""` where all is."""
    if shutil.which("umockdev-wrapper") is None:
        return "umockdev-wrapper is not installed (Debian: umockdev)"
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return f"{LIBRARY} is not installed (Debian: libumockdev0)"
    return ""


def play(scene: str, *arguments: str) -> dict[str, object]:
    """Play a scene of `tests.lab.umockdev_scenes` under umockdev and give what it tells.

    Raises AssertionError with the scene's own words where it breaks.
    """
    argv = ["umockdev-wrapper", sys.executable, "-m", "tests.lab.umockdev_scenes", scene, *arguments]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=ANSWER_S, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    told: dict[str, object] = json.loads(done.stdout)
    return told


class Testbed:
    """The made-up machine, with one controller that denies new devices. Only under `umockdev-wrapper`."""

    __test__ = False  # pytest takes it for a class of tests by its name

    def __init__(self) -> None:
        """Make it; `/sys` is the made-up one from here on."""
        self._library = ctypes.CDLL(LIBRARY)
        self._library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._library.umockdev_testbed_add_from_string.argtypes = (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_void_p,
        )
        self._library.umockdev_testbed_uevent.argtypes = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p
        self._library.umockdev_testbed_remove_device.argtypes = ctypes.c_void_p, ctypes.c_char_p
        self._machine = self._library.umockdev_testbed_new()
        assert self._library.umockdev_in_mock_environment(), "not under umockdev-wrapper"
        self._add("/devices/usb1", authorized_default="0", interface_authorized_default="1")

    def plug(self, port: str, content: bytes, *, serial: str = "") -> None:
        """Plug a device, denied; its uevent goes out when all its attributes are there."""
        attributes = {"idVendor": content[9:7:-1].hex(), "idProduct": content[11:9:-1].hex()}
        attributes |= {"bDeviceClass": content[4:5].hex(), "authorized": "0", "speed": "480"}
        attributes |= {"serial": serial} if serial else {}
        self._add(f"/devices/usb1/{port}", content, **attributes)

    def unplug(self, port: str) -> None:
        """Pull a device."""
        path = f"/sys/devices/usb1/{port}".encode()
        self._library.umockdev_testbed_uevent(self._machine, path, b"remove")
        self._library.umockdev_testbed_remove_device(self._machine, path)

    def change(self, port: str) -> None:
        """Let a device's `change` go out, though nothing has changed."""
        self._library.umockdev_testbed_uevent(self._machine, f"/sys/devices/usb1/{port}".encode(), b"change")

    def _add(self, path: str, content: bytes | None = None, **attributes: str) -> None:
        lines = [f"P: {path}", "E: SUBSYSTEM=usb", "E: DEVTYPE=usb_device"]
        lines += [f"A: {name}={text}" for name, text in attributes.items()]
        lines += [f"H: descriptors={content.hex()}"] if content else []
        text = "\n".join(lines) + "\n"
        assert self._library.umockdev_testbed_add_from_string(self._machine, text.encode(), None)
