"""Starts backup jobs, one at a time, and reports the one that ends badly."""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance import command
from appliance.events.bodies import BackupFailed
from appliance.exam.posture import BackupWanted

REASON_SHOWN = 300
BUSY, BUSY_S = 75, 2.0


class BackupJobs:
    """Runs `argv` + a request file as a child; a bundle is reported by the job itself over the control socket.

    `report` takes the body of a job that ended without one.
    """

    def __init__(
        self,
        *,
        argv: tuple[str, ...],
        request: Path,
        report: Callable[[BackupFailed], None],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = argv
        self._request = request
        self._report = report
        self._environ = environ
        self._running: threading.Thread | None = None
        self._child: command.Child | None = None
        self._stopping = threading.Event()

    def start(self, wanted: BackupWanted, head: tuple[int, str], phase: str) -> bool:
        """Starts a job for `wanted` unless one runs; answers whether it was started. Raises OSError."""
        if self._running is not None and self._running.is_alive():
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
        try:
            child = command.start((*self._argv, str(self._request)), environ=self._environ, quiet=True)
        except command.CommandError as error:
            raise OSError(str(error)) from error
        self._child = child
        self._running = threading.Thread(target=self._wait, args=(child,), name="backup job", daemon=True)
        self._running.start()
        return True

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends a running job; what it had not published is swept by the next one."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        if self._running is not None:
            self._running.join(timeout_s)

    def _wait(self, child: command.Child) -> None:
        _, stderr = child.communicate()
        if child.returncode == 0 or self._stopping.is_set():
            return
        if child.returncode == BUSY:  # somebody else's bundle, or that of a guard that was killed: no failure
            self._stopping.wait(BUSY_S)
            return
        said = stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1][:REASON_SHOWN] if said else f"the job ended with {child.returncode}"
        self._report(BackupFailed(reason=reason))
