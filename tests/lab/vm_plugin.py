"""The virtual machine as fixtures, for tests marked `vm`: one is booted for all, others are a test's own.

A test that fails shows the end of its machine's console; all of it is kept beside the images.
"""

import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_image import image, missing
from tests.lab.vm_package import DENIED, Packaged
from tests.package import debs

_SHOWN_LINES = 60
_IMAGE = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def vm_image(request: pytest.FixtureRequest) -> Path:
    """The image's directory, built where it has to be; skips where no virtual machine runs."""
    if lack := missing():
        pytest.skip(lack)
    request.config.stash[_IMAGE] = built = image()
    return built


@pytest.fixture(scope="session")
def _lasting_vm(vm_image: Path) -> Iterator[Vm]:
    with Vm(vm_image) as machine:
        machine.boot()
        yield machine


@pytest.fixture
def vm(_lasting_vm: Vm) -> Vm:
    """A booted machine, shared by all tests: leave it as it was, nothing plugged, its power on."""
    if _lasting_vm.died:  # a fault of qemu's fails one test, and not all that come after it
        _lasting_vm.power_cut()
        _lasting_vm.boot()
    return _lasting_vm


@pytest.fixture(scope="module")
def make_vm(vm_image: Path) -> Iterator[Callable[[], Vm]]:
    """Makes machines for a module alone, switched off still; thrown away after its tests."""
    made: list[Vm] = []

    def make() -> Vm:
        made.append(Vm(vm_image))
        return made[-1]

    yield make
    for machine in made:
        machine.close()


@pytest.fixture(scope="session")
def packaged(vm_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packaged]:
    """A guest with the project's package in it, booted; shared: leave it closed and its guard running."""
    if lack := debs.missing():
        pytest.skip(lack)
    with Vm(vm_image) as machine:
        found = Packaged(machine)
        try:
            found.install(debs.build(tmp_path_factory.mktemp("deb")))
            found.boot(DENIED)
            yield found
        finally:
            found.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show and keep the console of each machine of a test that failed."""
    report = yield
    given = [*getattr(item, "funcargs", {}).values()]
    machines = {value for value in given if isinstance(value, Vm)}
    machines |= {value.vm for value in given if isinstance(value, Packaged)}
    for machine in machines if report.failed else ():
        kept = _keep(machine.console, item)
        said = machine.console.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
        report.sections.append((f"guest console, all of it in {kept}", "\n".join(said)))
    return report


def _keep(console: Path, item: pytest.Item) -> Path:
    kept = item.config.stash[_IMAGE].parent / "consoles"
    kept.mkdir(exist_ok=True)
    return shutil.copy(console, kept / (re.sub(r"[^\w.-]+", "_", item.nodeid) + ".log"))
