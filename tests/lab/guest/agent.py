"""Runs in the lab's guest, as root: does the commands that come over the virtio port, one after another.

A request is a line of JSON {"id", "argv", "timeout_s", "stdin": bytes that follow}; the answer is
{"id", "code", "stdout": bytes, "stderr": bytes} and those bytes. `code` is null where the time was over:
the command and all of its process group are killed. The first line after a start is {"hello": boot id}.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

PORTS = Path("/sys/class/virtio-ports")
PORT = "lab"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


def port() -> Path:
    """The device of the port; waits for the kernel to find it. Asks no udev, which may not run yet."""
    while True:
        for name in PORTS.glob("*/name"):
            if (
                name.read_text(encoding="ascii").strip() == PORT
                and (device := Path("/dev", name.parent.name)).exists()
            ):
                return device
        time.sleep(0.1)


def do(argv: list[str], stdin: bytes, timeout_s: float) -> tuple[int | None, bytes, bytes]:
    """Exit code (None: out of time; negative: the signal that ended it), what it wrote to stdout and stderr."""
    # Files, not pipes: a background child that keeps a pipe open would hold the answer back.
    with (
        tempfile.TemporaryFile(dir="/run") as given,
        tempfile.TemporaryFile(dir="/run") as out,
        tempfile.TemporaryFile(dir="/run") as err,
    ):
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            argv, stdin=given, stdout=out, stderr=err, env=ENVIRONMENT, cwd="/root", start_new_session=True
        )
        code: int | None
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


def answer(answers: BinaryIO, head: dict[str, object], *bodies: bytes) -> None:
    """Send a line of JSON and the bytes that belong to it."""
    answers.write(b"\n".join([json.dumps(head).encode(), b"".join(bodies)]))
    answers.flush()


def main() -> None:
    """Serve the port until the machine stops."""
    # One file for both: the kernel opens a port only once.
    device = os.open(port(), os.O_RDWR)
    with open(device, "rb") as requests, open(device, "wb", closefd=False) as answers:
        answer(answers, {"hello": BOOT_ID.read_text(encoding="ascii").strip()})
        while line := requests.readline():
            asked = json.loads(line)
            stdin = requests.read(asked["stdin"])
            try:
                code, out, err = do(asked["argv"], stdin, asked["timeout_s"])
            except OSError as error:
                code, out, err = 127, b"", f"{error}\n".encode()
            answer(
                answers, {"id": asked["id"], "code": code, "stdout": len(out), "stderr": len(err)}, out, err
            )


if __name__ == "__main__":
    main()
