"""The exam server's share through the real cifs of Debian 13's kernel, served by a real Samba."""

import json
from collections.abc import Iterator

import pytest

from tests.lab import samba
from tests.lab.samba import SambaLab
from tests.lab.vm import Vm

pytestmark = [pytest.mark.vm, pytest.mark.slow]

SHARE = f"//10.0.2.2/{samba.SHARE}"  # the host's loopback, as qemu's network shows it to the guest
CAPTURE = f"""
import hashlib, json, sys, time
sys.path.insert(0, "/usr/lib/venue-appliance")
from pathlib import Path
from appliance.backup.index import ALL
from appliance.backup.sources import Entry, Label, SourceError
from appliance.backup.sources.smb import Options

class Sink:
    def __init__(self): self.files, self.missing, self.path = {{}}, {{}}, ""
    def changes(self, path, entries): list(entries); return ALL
    def directory(self, entry): pass
    def symlink(self, entry): pass
    def room(self, size): return memoryview(bytearray(size + 1))
    def whole(self, path, content, size, mode, mtime_ns):
        self.file(Entry(path=path, mode=mode, mtime_ns=mtime_ns, size=size))
        self.write(content[:size])
        self.end(Label.STABLE)
    def file(self, entry): self.path, self.hash = entry.path.decode(), hashlib.sha256()
    def write(self, chunk):
        self.hash.update(chunk)
        if self.path == "stop here" and self.path not in self.files:
            self.files[self.path] = "begun"
            print("stopped", flush=True)
            sys.stdin.readline()
    def end(self, label, settled=True): self.files[self.path] = [label.value, self.hash.hexdigest()[:16]]
    def abandon(self): self.files.pop(self.path, None)
    def not_captured(self, path, reason): self.missing[path.decode()] = reason
    def missed(self, path): pass
    def skipped(self): pass

sink, error, begun_s = Sink(), "", time.monotonic()
try:
    Options(path=Path("/mnt/export"), share="{SHARE}").open().capture(sink)
except SourceError as fault:
    error = f"{{fault.code}}: {{fault}}"
print(json.dumps([sink.files, sink.missing, error, time.monotonic() - begun_s]))
"""


@pytest.fixture
def lab() -> Iterator[SambaLab]:
    if lack := samba.missing():
        pytest.skip(lack)
    with SambaLab() as running:
        yield running


@pytest.fixture
def guest(vm: Vm, lab: SambaLab) -> Iterator[Vm]:
    """A guest with a card in the host's network and the folder's mount point; both gone afterwards."""
    vm.qmp("netdev_add", type="user", id="smb-net")
    vm.qmp("device_add", driver="virtio-net-pci", id="smb", netdev="smb-net", mac="52:54:00:00:00:77")
    try:
        vm.await_true("grep -l 52:54:00:00:00:77 /sys/class/net/*/address")
        vm.out(
            "card=$(grep -l 52:54:00:00:00:77 /sys/class/net/*/address | cut -d/ -f5); modprobe cifs; "
            "ip addr add 10.0.2.15/24 dev $card; ip link set $card up; mkdir -p /mnt/export",
            timeout_s=120,
        )
        vm.install_project()
        vm.put("/root/capture.py", CAPTURE)
        yield vm
    finally:
        vm.sh("umount --lazy /mnt/export; rmdir /mnt/export; rm -f /root/capture.py /usr/bin/venue")
        vm.sh("rm -rf /usr/lib/venue-appliance")
        vm.qmp("device_del", id="smb")
        vm.await_true("! grep -l 52:54:00:00:00:77 /sys/class/net/*/address")
        vm.qmp("netdev_del", id="smb-net")


def mount(guest: Vm, lab: SambaLab, options: str = "ro") -> None:
    """As the technician's fstab has it; the kernel is told the address itself, no helper is needed."""
    options += f",soft,echo_interval=1,vers=3.0,ip=10.0.2.2,port={lab.port}"
    options += f",username={samba.USER},password={samba.PASSWORD}"
    guest.out(f"mount -i -t cifs -o {options} {SHARE} /mnt/export", timeout_s=120)


def captured(guest: Vm) -> tuple[dict[str, list[str]], dict[str, str], str, float]:
    files, missing, error, took_s = json.loads(guest.out("python3 /root/capture.py", timeout_s=240))
    return files, missing, error, took_s


def test_a_share_is_taken_while_it_is_mounted_read_only_and_in_no_other_state(
    guest: Vm, lab: SambaLab
) -> None:
    (lab.folder / "room1").mkdir(exist_ok=True)
    (lab.folder / "room1" / "考生 1.json").write_text('{"q1": "B"}')
    (lab.folder / "large").write_bytes(bytes(3_000_000))
    (lab.folder / "closed").write_text("x")
    (lab.folder / "closed").chmod(0)

    _, _, error, _ = captured(guest)
    assert error == "missing: /mnt/export: nothing is mounted there"

    mount(guest, lab)
    files, missing, error, _ = captured(guest)
    assert (sorted(files), missing, error) == (["large", "room1/考生 1.json"], {"closed": "EACCES"}, "")
    assert all(label == "stable" for label, _ in files.values())

    guest.out("umount /mnt/export")
    mount(guest, lab, "rw")
    _, _, error, _ = captured(guest)
    assert error == "unreadable: /mnt/export: mounted for writing too; it has to be mounted with ro"


def test_a_server_that_falls_in_the_middle_ends_the_walk_and_costs_no_time_out_a_file(
    guest: Vm, lab: SambaLab
) -> None:
    for number in range(100):
        (lab.folder / f"z{number:03}").write_text("x")
    (lab.folder / "stop here").write_text("x")
    mount(guest, lab)
    guest.out(
        "rm -f /root/go; mkfifo /root/go; sleep 600 >/root/go & "
        "python3 /root/capture.py </root/go >/root/said 2>&1 & true"
    )
    guest.await_true("grep -q stopped /root/said", timeout_s=120)
    lab.kill()
    guest.out("echo 3 >/proc/sys/vm/drop_caches; echo >/root/go")
    guest.await_true("grep -q '^\\[' /root/said", timeout_s=240)
    _, missing, error, took_s = json.loads(guest.out("tail -n 1 /root/said"))
    guest.sh("pkill -x sleep; rm -f /root/go /root/said")
    assert error.startswith("missing: /mnt/export: went away while it was read: ") and not missing
    assert took_s < 120
