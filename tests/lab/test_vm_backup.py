"""A backup as its own unit under a real systemd: started by the guard's unit, with its user's rights and no others."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_box import ASK
from tests.lab.vm_image import ROOT

pytestmark = [pytest.mark.vm, pytest.mark.slow]

TMPFILES = "/usr/lib/tmpfiles.d/venue-appliance.conf"
UNITS = ("venue-backup.service", "venue-guard.service")
CONFIG = """\
[venue]
code = "520100-03"
name = "实验中学考点"
timetable = "timetable.toml"
[backup]
recipients = ["RECIPIENT"]
[[backup.source]]
name = "answers"
driver = "directory"
path = "/root/answers"
[[backup.source]]
name = "dump"
driver = "command"
argv = ["/root/dump"]
"""
# Waits while there is somebody to wait for.
DUMP = "#!/bin/sh\n[ ! -p /root/stop ] || cat /root/stop\necho dumped\n"
TIMETABLE = """\
[[sitting]]
id = "2098-09-05-am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
"""
ENDS = ("bundle.published", "backup.failed")
# As the package does it.
PREPARE = """
systemd-sysusers /root/sysusers.conf
mkdir -m 0700 /root/answers && echo '{}' > /root/answers/a.json && chmod 0600 /root/answers/a.json
venue province init /root/province
sed -i "s/RECIPIENT/$(cat /root/province/recipients.txt)/" /etc/venue-appliance/appliance.toml
systemctl daemon-reload && systemctl start venue-guard
until python3 /root/ask.py status '{}' '{}' >/dev/null 2>&1; do systemctl is-active --quiet venue-guard; sleep 0.2; done
"""
AWAY = f"""
systemctl stop venue-guard venue-backup; cd /etc/systemd/system; rm -f venue-guard.service venue-backup.service
systemctl daemon-reload; systemctl reset-failed
rm -rf /etc/venue-appliance /var/lib/venue-appliance /run/venue-appliance
rm -rf /root/answers /root/province /root/*.conf /root/dump
rm -rf /usr/lib/venue-appliance /usr/bin/venue /root/ask.py {TMPFILES}
"""


@pytest.fixture
def box(vm: Vm) -> Iterator[Vm]:
    """A guest whose guard runs as its unit, with a source that only root may read."""
    vm.install_project()
    for name in UNITS:
        vm.put(f"/etc/systemd/system/{name}", (ROOT / "systemd" / name).read_bytes())
    for name, there in (("sysusers.d", "/root/sysusers.conf"), ("tmpfiles.d", TMPFILES)):
        vm.put(there, (ROOT / "systemd" / name / "venue-appliance.conf").read_bytes())
    vm.put("/etc/venue-appliance/appliance.toml", CONFIG)
    vm.put("/etc/venue-appliance/timetable.toml", TIMETABLE)
    vm.put("/root/ask.py", ASK)
    vm.put("/root/dump", DUMP, mode=0o755)
    try:
        vm.out(f"set -e; {PREPARE}", timeout_s=180)
        yield vm
    finally:
        vm.sh(AWAY, timeout_s=120)


def ask(vm: Vm, verb: str, **args: object) -> Any:
    """The guard's answer; a fifth of the time that a `venue` command takes in a machine without KVM."""
    return json.loads(vm.out(f"python3 /root/ask.py {verb} '{json.dumps(args)}' '{{}}'", timeout_s=120))


def next_of(vm: Vm, kind: str, since: int) -> dict[str, Any]:
    """How the first backup after `since` ended, which is by an event of `kind`."""
    found = f"""python3 /root/ask.py events '{{"since": {since}}}' '{{}}' | grep -Eq 'bundle.published|backup.failed'"""
    vm.await_true(found, timeout_s=240)
    said = [event for event in ask(vm, "events", since=since)["events"] if event["kind"] in ENDS]
    assert said[0]["kind"] == kind, said
    body: dict[str, Any] = said[0]["body"]
    return body


def wanted(vm: Vm) -> int:
    """Asks for a bundle; the row from which on its end stands in the record."""
    seq: int = ask(vm, "backup.run", by="uid 0", full=False)["seqs"][0]
    return seq


def shown(vm: Vm, *names: str) -> dict[str, str]:
    lines = vm.out(f"systemctl show --property={','.join(names)} venue-backup.service").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_guard_starts_the_unit_which_reads_what_is_roots_and_its_end_is_known(box: Vm) -> None:
    published = next_of(box, "bundle.published", wanted(box))
    assert (published["files"], published["incomplete"]) == (2, [])
    assert shown(box, "User", "Result", "ExecMainStatus") == {
        "User": "venue-backup", "Result": "success", "ExecMainStatus": "0"
    }  # fmt: skip
    owners = box.out(f"stat --format='%U %G %a' /var/lib/venue-appliance/outbox/{published['name']}*").split("\n")
    assert {owner for owner in owners if owner} == {"venue-backup www-data 640"}

    box.out("mkfifo /root/stop")
    seq = wanted(box)
    box.await_true("pgrep -f 'cat /root/stop'", timeout_s=240)
    box.out("systemctl kill --signal=KILL venue-backup.service; rm /root/stop")
    assert next_of(box, "backup.failed", seq)["reason"] == "venue-backup.service: it was killed"
    assert next_of(box, "bundle.published", wanted(box))["bundle_kind"] == "delta", "its user reads its own index"
