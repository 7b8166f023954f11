"""Chromium without a window, driven over two pipes by its own DevTools protocol: no driver to install."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

# No QUIC, no first-run page, no background request: the page is all it may open.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip


def chromium() -> str | None:
    """Chromium's path, None where it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page of a Chromium with an empty profile in `profile`; closed by leaving the `with` block."""

    def __init__(self, path: str, profile: Path, *, width: int = 1366, height: int = 657) -> None:
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        # DevTools reads fd 3 and writes fd 4; a shell puts them there, as pass_fds keeps the numbers.
        script = f'exec "$@" 3<&{to_read} 4>&{to_write}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", script, "bash", path, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._number = 0
        self._rest = b""
        self._session = ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")
        self.resize(width, height)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Asked to close, it first ends its helpers, which else go on writing to the profile.
        self._session = ""
        self._ask("Browser.close")
        self._process.wait(timeout=10)
        os.close(self._to)
        os.close(self._from)

    def resize(self, width: int, height: int) -> None:
        """Gives the page a viewport of that many CSS pixels."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def without_scripts(self) -> None:
        """From the next page on no script runs."""
        self._ask("Emulation.setScriptExecutionDisabled", value=True)

    def open(self, url: str) -> None:
        """Opens `url` and waits until everything it names has loaded."""
        self._ask("Page.navigate", url=url)
        while self._read().get("method") != "Page.loadEventFired":
            pass

    def value(self, expression: str) -> Any:
        """What the JavaScript `expression` (or its promise) gives."""
        answer = self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_until(self, condition: str, *, limit_s: float) -> bool:
        """Whether `condition` becomes true in the page within `limit_s`; asked ten times a second there."""
        return bool(
            self.value(
                f"new Promise(done => {{ const end = Date.now() + {limit_s * 1000};"
                f"const look = () => ({condition}) ? done(true)"
                ": Date.now() > end ? done(false) : setTimeout(look, 100); look(); })"
            )
        )

    def picture(self, path: Path) -> None:
        """Writes what the viewport shows as a PNG."""
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def _ask(self, method: str, **params: object) -> Any:
        self._number += 1
        question: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            question["sessionId"] = self._session
        os.write(self._to, json.dumps(question).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            pass
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            if not part:
                raise AssertionError("Chromium ended")
            self._rest += part
        line, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(line))
