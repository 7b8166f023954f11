"""A composite device in the lab's guest: the kernel's own gadget on its made-up controller, dummy_hcd.

qemu has no stick that types. The descriptors come from the kernel's composite framework, the disk and the keyboard
from its functions: to the host side of the same kernel it is a device like any other.

Source: Documentation/usb/gadget_configfs.rst, gadget_hid.rst.
"""

from tests.lab.vm import Vm

VENDOR_PRODUCT, SERIAL = "16d0:0753", "TYPES"
# A boot keyboard's report descriptor (HID 1.11, B.1), as printf's octal digits.
_REPORT = bytes.fromhex(
    "05010906a101050719e029e715002501750195088102950175088103950575010508190129059102950175039103950675"
    "081500256505071900296581 00c0".replace(" ", "")
)
_MAKE = f"""
set -e
modprobe dummy_hcd && modprobe libcomposite
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
g=/sys/kernel/config/usb_gadget/typing
[ -d $g ] || {{
mkdir $g && cd $g
echo 0x{VENDOR_PRODUCT[:4]} >idVendor && echo 0x{VENDOR_PRODUCT[5:]} >idProduct
mkdir strings/0x409 && echo {SERIAL} >strings/0x409/serialnumber && echo "stick that types" >strings/0x409/product
mkdir configs/c.1 functions/hid.k functions/mass_storage.d
echo 1 >functions/hid.k/protocol && echo 1 >functions/hid.k/subclass && echo 8 >functions/hid.k/report_length
cat /root/report >functions/hid.k/report_desc
truncate -s 1M /root/gadget.img && echo /root/gadget.img >functions/mass_storage.d/lun.0/file
ln -s functions/hid.k configs/c.1 && ln -s functions/mass_storage.d configs/c.1
}}
ls /sys/class/udc | head -n 1 >$g/UDC
"""


def plug_typing_stick(vm: Vm) -> str:
    """Plug a stick (interface 1) that is a keyboard as well (interface 0); the port at which it is."""
    vm.put("/root/report", _REPORT)
    vm.out(_MAKE)
    found = f"grep -l {SERIAL} /sys/bus/usb/devices/*/serial"
    vm.await_true(found)
    return vm.out(found).split("/")[-2]


def unplug_typing_stick(vm: Vm) -> None:
    """Pull it; the kernel shows it no more."""
    vm.out("echo >/sys/kernel/config/usb_gadget/typing/UDC")
    vm.await_true(f"! grep -l {SERIAL} /sys/bus/usb/devices/*/serial 2>/dev/null")
