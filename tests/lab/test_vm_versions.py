"""The state that an older version left, under this one, and what this one wrote, under the older one: on a real boot.

The older one is the project's first package, as its history has it: rows without what was added since, fewer kinds, a
guard that knows neither decision 12 nor who may change a box when.
"""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_image import ROOT
from tests.lab.vm_package import CLOSED, PINS, SIGNED, SLOW_S, Packaged
from tests.lab.vm_story import LONG
from tests.package import debs

OLD = "c040a447f127"  # scripts: build-deb makes the Debian package


def no_history() -> str:
    """Why the older version is not built here, '' where it is."""
    if lack := debs.missing():
        return lack
    argv = ["git", "-C", str(ROOT), "cat-file", "-e", f"{OLD}^{{commit}}"]
    found = subprocess.run(argv, capture_output=True, timeout=60).returncode == 0
    return "" if found else f"a clone without its history: no {OLD}"


pytestmark = [
    pytest.mark.vm, pytest.mark.slow, pytest.mark.skipif(not LONG, reason="the long form's: VENUE_VM_LONG=1"),
    pytest.mark.skipif(bool(no_history()), reason=no_history() or "-"),
]  # fmt: skip

UNIT = "venue-guard"
# Dpkg alone: both have the same number, and what lies there is sealed.
EXCHANGE = "VENUE_ANYWAY=1 DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --install"
# Seals; over each point that is red a reason is written.
SEAL = """\
import json, sys
sys.path.insert(0, "/usr/lib/venue-appliance")
from pathlib import Path
from appliance.client import Client, Refused
guard = Client(Path("/run/venue-appliance/control.sock"), timeout_s=120)
pins, signed = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for role, pin in pins.items():
    guard.call("pin.set", role=role, pin=pin)
try:
    guard.call("seal", pins=pins, **signed)
except Refused as refused:
    points = refused.details["points"]
    guard.call("seal", pins=pins, **signed, overrides={point: "of the lab" for point in points})
"""
SAID = f"systemctl status --no-pager --full --lines=0 {UNIT}"


def old_deb(place: Path) -> Path:
    """The package of the older version, built from the project's history."""
    tree = place / "tree"
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", OLD], check=True, capture_output=True, timeout=60)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(tree, filter="data")
    (tree / ".venv").symlink_to(sys.prefix)
    argv = [sys.executable, str(tree / "scripts/build-deb"), "--into", str(place)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def box(make_vm: Callable[[], Vm], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packaged]:
    """A guest that the older version sealed; this version's package lies beside it."""
    with closing(Packaged(make_vm())) as made:
        made.install(old_deb(tmp_path_factory.mktemp("old")))
        made.boot()
        made.vm.put("/root/new.deb", debs.build(tmp_path_factory.mktemp("new")).read_bytes())
        made.vm.put("/root/seal.py", SEAL)
        made.await_guard()
        seal(made)
        yield made


def seal(box: Packaged) -> None:
    words = [f"'{text}'" for text in (json.dumps(PINS), json.dumps(SIGNED))]
    box.vm.out(f"python3 -I /root/seal.py {' '.join(words)}; sync", timeout_s=SLOW_S)
    assert phase(box) == "sealed"


def phase(box: Packaged) -> str:
    return str(box.ask("status")["phase"]["name"])


def exchange(box: Packaged, deb: str) -> None:
    """Another version while no guard answers, and the plug pulled: as a card is put into another box."""
    box.vm.out(f"systemctl stop {UNIT}; {EXCHANGE} {deb}; sync", timeout_s=SLOW_S)
    box.vm.power_cut()
    box.boot()


def assert_goes_on(box: Packaged, before: set[int]) -> None:
    """Closed from the first instant, sealed as it was, each row still there, and the record whole."""
    boot = box.boots[-1]
    print(f"guard ready {boot.guard_s:.1f} s after the kernel's first instant")
    assert boot.sent > 0 and set(boot.heard.values()) == {0}
    box.await_guard()
    assert phase(box) == "sealed"
    box.await_(lambda: box.closed() == CLOSED, "closed")
    assert before <= sequence(box)
    box.vm.out("venue log verify", timeout_s=SLOW_S)
    told = box.vm.out(SAID)
    assert "Status: " in told and "Traceback" not in told, told
    assert box.vm.out("systemctl --failed --plain --no-legend") == ""


def sequence(box: Packaged) -> set[int]:
    return {int(row["seq"]) for row in box.ask("events", limit=500)["events"]}


def test_the_state_of_an_older_version_goes_on_under_this_one(box: Packaged) -> None:
    before = sequence(box)
    exchange(box, "/root/new.deb")
    assert_goes_on(box, before)


def test_what_this_version_wrote_goes_on_under_the_older_one(box: Packaged) -> None:
    """Nobody is to do it, and who does it loses nothing: rows that the older one does not know stay what they are."""
    box.ask("backup.run", by="of this version", full=False)
    before = sequence(box)
    exchange(box, "/root/venue.deb")
    assert_goes_on(box, before)


def test_and_back_again_under_this_one(box: Packaged) -> None:
    before = sequence(box)
    exchange(box, "/root/new.deb")
    assert_goes_on(box, before)
