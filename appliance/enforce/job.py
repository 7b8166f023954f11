"""Starts backup jobs, one at a time, and reports the one that ends badly and did not say so itself.

Where systemd runs and has the unit, it starts `venue-backup.service`, which has a user and rights of its own; elsewhere
the same program is a child.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance import command
from appliance.enforce import unit
from appliance.events.bodies import BackupFailed
from appliance.exam.posture import BackupWanted

UNIT = "venue-backup.service"
REASON_SHOWN = 300
OK, TOLD = 0, 2  # a job that failed and told the guard so ends with 2
BUSY, BUSY_S = 75, 2.0
SHOW_S = 10.0
# systemd.service(5), $SERVICE_RESULT
RESULTS = {
    "oom-kill": "its memory ran out", "timeout": "it was not done in time", "signal": "it was killed",
    "resources": "systemd could not start it",
}  # fmt: skip


class BackupJobs:
    """Runs `argv` + a request file as a child, or `unit_name` where there is one; a bundle, and what kept it from being
    made, is reported by the job itself over the control socket.

    `report` takes the body of a job that ended without a word.
    """

    def __init__(
        self,
        *,
        argv: tuple[str, ...],
        request: Path,
        report: Callable[[BackupFailed], None],
        environ: Mapping[str, str] | None = None,
        unit_name: str = "",
        root: Path = Path("/"),
    ) -> None:
        self._argv = argv
        self._unit, self._root = unit_name, root
        self._request = request
        self._report = report
        self._environ = environ
        self._running: threading.Thread | None = None
        self._child: command.Child | None = None
        self._stopping = threading.Event()
        self._gentle = self._gave_way = self._by_unit = False

    def start(self, wanted: BackupWanted, head: tuple[int, str], phase: str) -> bool:
        """Starts a job for `wanted` unless one runs; answers whether it was started. Raises OSError.

        A gentle one that runs gives way to one that presses: a dying battery does not wait for a pace.
        """
        if self._running is not None and self._running.is_alive():
            if self._gentle and not wanted.gentle and not self._gave_way:
                self._gave_way = True
                self._end()
            return False
        seq, digest = head
        request = {
            "kind": wanted.kind,
            "stage": wanted.stage,
            "sitting": wanted.sitting,
            "reason": wanted.reason,
            "gentle": wanted.gentle,
            "phase": phase,
            "log_seq": seq,
            "log_hash": digest,
        }
        self._request.write_text(json.dumps(request), encoding="utf-8")
        by_unit = bool(self._unit) and unit.runs(self._unit, self._root)
        # Not --no-block: a thread waits for it, and so knows the end of one that could not say it itself.
        argv = (
            (unit.systemctl(self._root), "start", self._unit)
            if by_unit
            else (*self._argv, str(self._request))
        )
        try:
            child = command.start(argv, environ=self._environ, quiet=True)
        except command.CommandError as error:
            raise OSError(str(error)) from error
        self._child, self._by_unit = child, by_unit
        self._gentle, self._gave_way = wanted.gentle, False
        self._running = threading.Thread(
            target=self._wait, args=(child, by_unit), name="backup job", daemon=True
        )
        self._running.start()
        return True

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends a running child; what it had not published is swept by the next one. A unit ends by itself."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        if self._running is not None:
            self._running.join(timeout_s)

    def _end(self) -> None:
        """Asks the job to end; what it had not published is swept by the next one."""
        if not self._by_unit:
            if self._child is not None:
                self._child.terminate()
            return
        argv = (unit.systemctl(self._root), "stop", "--no-block", self._unit)
        asked = {"timeout_s": SHOW_S, "check": False}
        threading.Thread(target=command.run, args=(argv,), kwargs=asked, name="backup stop", daemon=True).start()

    def _wait(self, child: command.Child, by_unit: bool) -> None:
        _, stderr = child.communicate()
        said = stderr.decode("utf-8", "replace").strip().splitlines()
        code, reason = child.returncode, said[-1] if said else f"the job ended with {child.returncode}"
        if by_unit:
            code, reason = self._of_unit(code, reason)
        if code in (OK, TOLD) or self._stopping.is_set() or self._gave_way:
            return
        if code == BUSY:  # somebody else's bundle, or that of a guard that was killed: no failure
            self._stopping.wait(BUSY_S)
            return
        self._report(BackupFailed(reason=reason[:REASON_SHOWN]))

    def _of_unit(self, code: int, said: str) -> tuple[int, str]:
        """How the job itself ended, and why where systemd knows; `code` and `said` are systemctl's."""
        argv = (unit.systemctl(self._root), "show", "--property=Result,ExecMainStatus", self._unit)
        try:
            shown = command.run(argv, timeout_s=SHOW_S).stdout.decode("ascii", "replace")
            fields = dict(line.partition("=")[::2] for line in shown.splitlines())
            status, result = int(fields["ExecMainStatus"]), fields["Result"]
        except (command.CommandError, KeyError, ValueError):
            return code, said
        if code == OK:
            return status, ""
        if result == "exit-code":
            return status, f"{self._unit} ended with {status}: journalctl -u {self._unit} says why"
        return code, f"{self._unit}: {RESULTS[result]}" if result in RESULTS else said
