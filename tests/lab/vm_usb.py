"""The USB bus of the lab's virtual machine: devices come and go over QMP, as hands would plug them."""

import subprocess
import time
from pathlib import Path

from tests.lab.vm_wire import Qmp, QmpRefused

BUS = "usb"


class UsbBus:
    """A USB 3 controller's 15 sockets; `directory` keeps the sticks' contents, also over a power cut."""

    def __init__(self, qmp: Qmp, directory: Path) -> None:
        self._qmp, self._directory = qmp, directory
        self._disks: set[str] = set()
        self._nets: set[str] = set()

    def plug(self, driver: str, name: str, **properties: object) -> None:
        """Plug one of qemu's devices: usb-kbd, usb-mouse, usb-hub, usb-audio, usb-mtp (`rootdir=`), …

        `port="3"` is the third socket, `port="3.1"` the first of the hub in it.
        """
        self._qmp.ask("device_add", driver=driver, id=name, bus=f"{BUS}.0", **properties)

    def plug_stick(
        self, name: str, driver: str = "usb-storage", *, size_mb: int = 16, **properties: object
    ) -> None:
        """Plug a stick with a FAT file system; `driver` is usb-storage or usb-uas. It keeps what is on it."""
        stick = self._directory / f"{name}.img"
        if not stick.exists():
            made = ["mkfs.vfat", "-C", str(stick), str(size_mb * 1024)]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL, timeout=60)
        node = {"driver": "raw", "node-name": f"{name}-node"}
        self._qmp.ask("blockdev-add", **node, file={"driver": "file", "filename": str(stick)})
        self._disks.add(name)
        if driver == "usb-uas":
            self.plug(driver, name, **properties)
            lun = {"id": f"{name}-lun", "bus": f"{name}.0", "drive": f"{name}-node"}
            self._qmp.ask("device_add", driver="scsi-hd", **lun)
            # Plugged into a running machine it waits for its disks: the guest sees it from here on.
            self._qmp.ask("qom-set", path=f"/machine/peripheral/{name}", property="attached", value=True)
        else:
            self.plug(driver, name, drive=f"{name}-node", **properties)

    def plug_net(self, name: str, **properties: object) -> None:
        """Plug a network adapter; behind it a DHCP server, as behind a tethered phone, but no world."""
        self._qmp.ask("netdev_add", type="user", id=f"{name}-net", restrict=True)
        self._nets.add(name)
        self.plug("usb-net", name, netdev=f"{name}-net", **properties)

    def unplug(self, name: str) -> None:
        """Pull a device, and free what was behind it. Raises QmpRefused where none is so named."""
        self._qmp.ask("device_del", id=name)
        self._qmp.await_event("DEVICE_DELETED", device=name)
        if name in self._disks:
            self._free_disk(name)
            self._disks.remove(name)
        if name in self._nets:
            self._qmp.ask("netdev_del", id=f"{name}-net")
            self._nets.remove(name)

    def _free_disk(self, name: str) -> None:
        # The disk is in use until qemu has answered the guest's last request.
        deadline_s = time.monotonic() + Qmp.ANSWER_S
        while True:
            try:
                self._qmp.ask("blockdev-del", **{"node-name": f"{name}-node"})
                return
            except QmpRefused as error:
                if "in use" not in str(error) or time.monotonic() > deadline_s:
                    raise
            time.sleep(0.05)
