"""A made tree of a Raspberry Pi 4 with network adapters on its USB."""

from pathlib import Path

from hw import attached_simulated


def adapters_under(root: Path) -> Path:
    """A Raspberry Pi 4 with a socket of its own, and three adapters behind its USB; one of them behind another hub."""
    attached_simulated.make_board(root)
    (root / "proc/device-tree").mkdir(parents=True, exist_ok=True)
    (root / "proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    for port, model, serial in (
        ("1-1", "2109:3431", ""), ("1-1.2", "0bda:8153", "000001"), ("1-1.4", "05e3:0608", ""),
        ("1-1.4.3", "0b95:1790", ""), ("2-1", "0bda:8156", "000002"),
    ):  # fmt: skip
        device = root / "sys/bus/usb/devices" / port
        device.mkdir(parents=True)
        vendor, _, product = model.partition(":")
        told = {"idVendor": vendor, "idProduct": product, "serial": serial, "bDeviceClass": "00"}
        for name, text in told.items():
            if text:
                (device / name).write_text(f"{text}\n")
    pci = "platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0"
    for name, slot in (
        ("eth1", "usb1/1-1/1-1.2/1-1.2:1.0"), ("eth2", "usb1/1-1/1-1.4/1-1.4.3/1-1.4.3:1.0"),
        ("eth3", "usb2/2-1/2-1:1.0"),
    ):  # fmt: skip
        attached_simulated.add_interface(root, name, f"{pci}/{slot}")
    for socket in (root / "sys/class/net").iterdir():
        (socket / "type").write_text("772\n" if socket.name == "lo" else "1\n")
        (socket / "uevent").write_text(f"INTERFACE={socket.name}\n")
    return root
