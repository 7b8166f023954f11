"""`venue net prove` as a technician and the guard call it: a process of its own, in the box's namespace."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli.shell import EXIT_FAILED, EXIT_OK, EXIT_UNKNOWN
from tests.lab import net
from tests.lab.net import BOX, PROVINCE, ROUTE, SERVER, Lab, within
from tests.lab.net_plan import load
from tests.lab.net_shoot import open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
CONFIG = """\
[venue]
code = "520100-03"
name = "考点"
state_dir = "{here}/state"
run_dir = "{here}/run"
[network]
mode = "route"
exam_ports = ["eth1"]
uplink = "eth0"
address = "{box}/24"
province = ["{province}:443"]
[[network.exam_server]]
name = "server"
ip = "{server}"
"""
RUN_S = 60


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(ROUTE) as made:
        open_wide(made)
        yield made


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "appliance.toml"
    text = CONFIG.format(here=tmp_path, box=BOX.ip, province=PROVINCE, server=SERVER.ip)
    path.write_text(text, encoding="utf-8")
    return path


def venue(lab: Lab, *words: str) -> "subprocess.CompletedProcess[str]":
    argv = (sys.executable, "-m", "appliance", "net", "prove", *words)
    with within(lab.namespace("box")):
        return subprocess.run(argv, capture_output=True, text=True, timeout=RUN_S, check=False)


def test_the_exit_code_says_what_came_out(lab: Lab, config: Path) -> None:
    load(lab)
    closed = venue(lab, "--config", str(config))
    assert closed.returncode == EXIT_OK, closed.stderr
    assert closed.stdout.strip() and "guard was not told" in closed.stderr
    lab.run("box", "nft", "flush", "ruleset")
    assert venue(lab, "--config", str(config)).returncode == EXIT_FAILED
    lab.run("box", "ip", "link", "set", "eth0", "down")
    assert venue(lab, "--config", str(config)).returncode == EXIT_UNKNOWN


def test_as_a_job_a_run_of_that_nobody_was_told_is_unknown(lab: Lab, config: Path) -> None:
    load(lab)
    assert venue(lab, "--job", "--config", str(config)).returncode == EXIT_UNKNOWN
