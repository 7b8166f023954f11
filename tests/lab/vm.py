"""A Debian 13 machine under qemu, without KVM: a real kernel, systemd and USB bus to plug into and to cut off.

What bites: KVM opens but runs nothing on some machines, so all is emulated: a boot takes half a minute, Python's
start most of a second. Of two emulated processors one now and then runs code the other has just patched, and the
kernel dies of it (qemu 7.2), so there is one. `-cpu max` makes the C library choose instructions slow to emulate.
What was translated is found again by its address alone: with addresses at random each process is translated anew, and
a boot takes half as long again. Of 128 MB all was thrown away fourteen times in a boot.
systemd asks a serial console for its size and waits for an answer, so it is told. The host keeps its cache over
a power cut: what the guest had written is there, torn sectors are not seen.
"""

import io
import shlex
import shutil
import socket
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.lab.vm_image import ROOT
from tests.lab.vm_usb import BUS, UsbBus
from tests.lab.vm_wire import Qmp, Shell, VmError, VmGone, VmTimeout

BOOT_S = 240.0
_KERNEL = (
    "root=/dev/vda rw console=ttyS0 quiet mitigations=off norandmaps nokaslr panic=-1 systemd.getty_auto=no "
    "systemd.tty.term.console=dumb systemd.tty.rows.console=25 systemd.tty.columns.console=80"
)
_TREES = ("appliance", "hw", "web")
_HOME = "/usr/lib/venue-appliance"
_LAUNCHER = f"""\
#!/usr/bin/python3
import sys
sys.path.insert(0, "{_HOME}")
from appliance.cli import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Done:
    """What became of a command in the guest."""

    code: int
    stdout: str
    stderr: str


class Vm:
    """One virtual machine and its disk, which outlives a power cut; a context manager that ends both.

    Start it in a thread that lives as long as it does: the kernel ends qemu with the thread that started it.
    """

    def __init__(self, image: Path, *, memory_mb: int = 768) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="venue-vm-"))
        self.console = self.directory / "console.log"
        self.console.touch()
        self._qemu_log = self.directory / "qemu.log"
        self._image, self._memory_mb = image, memory_mb
        self._disk = self.directory / "disk.qcow2"
        self._qemu: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None
        self._shell: Shell | None = None
        self._usb: UsbBus | None = None
        backing = ("-b", image / "disk.img", "-F", "raw")
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", *backing, self._disk], check=True, timeout=60
        )

    def __enter__(self) -> "Vm":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- power

    def boot(self, append: str = "") -> None:
        """Switch on, with `append` on the kernel's command line; come back when the boot is over."""
        self.start(append)
        self.go()
        self.await_booted()

    def start(self, append: str = "") -> None:
        """Power without the first instruction: what is plugged now is there when the kernel starts."""
        assert self._qemu is None, "it runs"
        qmp, qmp_end = socket.socketpair()
        shell, shell_end = socket.socketpair()
        with qmp_end, shell_end, self._qemu_log.open("ab") as said:
            self._qemu = subprocess.Popen(
                self._argv(append, qmp_fd=qmp_end.fileno(), shell_fd=shell_end.fileno()),
                pass_fds=(qmp_end.fileno(), shell_end.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        self._shell = Shell(shell)
        try:
            self._qmp = Qmp(qmp)
            self._usb = UsbBus(self._qmp, self.directory)
        except VmError as error:
            qmp.close()
            raise self._told(error) from error

    def go(self) -> None:
        """Let a started machine run."""
        self.qmp("cont")

    def await_shell(self, timeout_s: float = BOOT_S) -> None:
        """Come back when the guest answers, which is early in its boot: udev may not have run yet."""
        assert self._shell is not None, "it is off"
        try:
            self._shell.await_guest(timeout_s)
        except VmError as error:
            raise self._told(error) from error

    def await_booted(self, timeout_s: float = BOOT_S) -> None:
        """Come back when systemd has nothing more to start and udev has seen every device."""
        self.await_shell(timeout_s)
        self.sh("systemctl is-system-running --wait; udevadm settle", timeout_s=timeout_s)

    def await_off(self, timeout_s: float = 120.0) -> None:
        """Come back when the guest has switched itself off: powered off, restarted or panicked, it is all one here."""
        assert self._qemu is not None, "it is off"
        try:
            self._qemu.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise self._told(VmTimeout(f"still on after {timeout_s:g} s")) from error
        self.power_cut()

    @property
    def died(self) -> bool:
        """Whether qemu ended by itself: it has crashed as a UAS stick was pulled, without a word."""
        return self._qemu is not None and self._qemu.poll() is not None

    def power_cut(self) -> None:
        """Pull the plug: the guest flushes nothing more. `boot` starts again from what had reached the disk."""
        for wire in (self._qmp, self._shell):
            if wire is not None:
                wire.close()
        self._qmp = self._shell = self._usb = None
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()
            self._qemu = None

    def close(self) -> None:
        """Pull the plug and throw the disk away."""
        self.power_cut()
        shutil.rmtree(self.directory, ignore_errors=True)

    # ---- the root shell

    def sh(self, script: str, *, stdin: bytes = b"", timeout_s: float = 60.0) -> Done:
        """Run a bash script as root in the guest and wait for its end; its background children live on.

        Raises VmTimeout (the script was killed), VmGone.
        """
        code, out, err = self._do(["/bin/bash", "-c", script], stdin, timeout_s)
        return Done(code, out.decode(errors="replace"), err.decode(errors="replace"))

    def out(self, script: str, *, stdin: bytes = b"", timeout_s: float = 60.0) -> str:
        """What a script that must end well writes to stdout. Raises VmError with its stderr, and as `sh`."""
        done = self.sh(script, stdin=stdin, timeout_s=timeout_s)
        if done.code != 0:
            raise VmError(f"{script!r} ended with {done.code}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def put(self, path: str, data: bytes | str, *, mode: int = 0o644) -> None:
        """Write a file in the guest, its directories too; not flushed to the disk."""
        there = shlex.quote(path)
        script = f'mkdir -p "$(dirname {there})" && cat >{there} && chmod {mode:o} {there}'
        self.out(script, stdin=data.encode() if isinstance(data, str) else data)

    def get(self, path: str) -> bytes:
        """A file of the guest. Raises VmError where there is none."""
        code, out, err = self._do(["/bin/cat", "--", path], b"", 60.0)
        if code != 0:
            raise VmError(err.decode(errors="replace"))
        return out

    def await_true(self, script: str, *, timeout_s: float = 30.0) -> None:
        """Come back when a script ends with 0; tried over and over in the guest. Raises VmTimeout."""
        self.sh(f"until {{ {script}\n}}; do sleep 0.1; done", timeout_s=timeout_s)

    def install_project(self) -> None:
        """Put this tree's appliance, hw and web into the guest, and a `venue` on its PATH."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for tree in _TREES:
                tar.add(ROOT / tree, arcname=tree, filter=_as_installed)
        self.out(f"rm -rf {_HOME} && mkdir {_HOME} && tar -x -C {_HOME}", stdin=packed.getvalue())
        self.put("/usr/bin/venue", _LAUNCHER, mode=0o755)

    # ---- qemu

    @property
    def usb(self) -> UsbBus:
        """The USB bus to plug into; a power cut pulls all that is in it."""
        assert self._usb is not None, "it is off"
        return self._usb

    def qmp(self, command: str, **arguments: object) -> object:
        """Ask qemu itself. Raises QmpRefused, VmTimeout, VmGone."""
        assert self._qmp is not None, "it is off"
        try:
            return self._qmp.ask(command, **arguments)
        except (VmGone, VmTimeout) as error:
            raise self._told(error) from error

    def _do(self, argv: list[str], stdin: bytes, timeout_s: float) -> tuple[int, bytes, bytes]:
        assert self._shell is not None, "it is off"
        self.await_shell()
        try:
            return self._shell.do(argv, stdin=stdin, timeout_s=timeout_s)
        except VmGone as error:
            raise self._told(error) from error

    def _argv(self, append: str, *, qmp_fd: int, shell_fd: int) -> list[str]:
        """qemu's command: nothing in the machine but what the lab is for."""
        return [
            *("setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-S", "-no-reboot", "-nodefaults"),
            *("-no-user-config", "-display", "none", "-accel", "tcg,tb-size=512", "-cpu", "qemu64"),
            *("-smp", "1", "-m", str(self._memory_mb)),
            *("-kernel", str(self._image / "vmlinuz"), "-initrd", str(self._image / "initrd")),
            *("-append", f"{_KERNEL} {append}"),
            *("-drive", f"file={self._disk},if=virtio,format=qcow2"),
            *("-chardev", f"file,id=console,path={self.console},append=on", "-serial", "chardev:console"),
            *("-chardev", f"socket,id=qmp,fd={qmp_fd}", "-mon", "chardev=qmp,mode=control"),
            *("-chardev", f"socket,id=shell,fd={shell_fd}", "-device", "virtio-serial"),
            *("-device", "virtserialport,chardev=shell,name=lab", "-device", "virtio-rng-pci"),
            *("-device", f"qemu-xhci,id={BUS},p2=15,p3=15"),
        ]

    def _told(self, error: VmError) -> VmError:
        """The error with qemu's last words and the guest's."""
        said = [path.read_text(errors="replace") for path in (self._qemu_log, self.console) if path.exists()]
        return type(error)("\n".join([str(error), *(text[-3000:] for text in said)]))


def _as_installed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if entry.name.endswith("__pycache__"):
        return None
    entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, "root", "root"
    return entry
