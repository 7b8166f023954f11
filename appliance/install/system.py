"""What the box runs beside: its configuration, the page's certificate, the PINs, and what is started."""

import json
import os
import secrets
import ssl
import tomllib
from pathlib import Path
from typing import Final

from appliance import command
from appliance.install import EXIT_CONFIG, InstallError, files
from appliance.install.files import Change
from appliance.install.guard import VENUE
from appliance.install.ledger import Ledger

ETC: Final = "/etc/venue-appliance"
CONFIGURATION: Final = f"{ETC}/appliance.toml"
CERTIFICATE, KEY = f"{ETC}/tls/page.crt", f"{ETC}/tls/page.key"
SITE, SITE_FROM = f"{ETC}/nginx-page.conf", "/usr/share/venue-appliance/nginx/nginx-page.conf"
MARK: Final = f"{ETC}/unconfigured"
OPEN: Final = Path("run/venue-lockdown/open")
PIN_DIGITS: Final = 8
DAYS: Final = 3650
_OPENSSL, _SYSTEMCTL, _NGINX, _IP = (
    "/usr/bin/openssl",
    "/usr/bin/systemctl",
    "/usr/sbin/nginx",
    "/usr/sbin/ip",
)
_SAMPLE = """\
# Written by the installer so that the box can be looked at. All that may stand here: venue config sample
[venue]
code = {code}
name = {name}
"""


def configuration(*, code: str, name: str) -> Change:
    """The least configuration that holds: it watches nothing, and the check says so in red."""
    text = _SAMPLE.format(
        code=json.dumps(code, ensure_ascii=False), name=json.dumps(name, ensure_ascii=False)
    )
    return Change(path=CONFIGURATION, content=text.encode(), mode=0o644)


def nobodys() -> Change:
    """The mark by which the boot leaves a box open that is no venue's yet; `venue config apply` takes it away."""
    return Change(path=MARK, content=b"By the installer: no venue yet, the boot closes nothing.\n")


def was_somebodys(root: Path) -> bool:
    """Whether something of a venue lies here, though its configuration is gone: such a box stays closed."""
    etc = root / ETC.lstrip("/")
    left = (etc / name for name in ("lockdown.conf", "network.nft", "enrolled"))
    log = root / str(state_directory(root)).lstrip("/") / "log"
    return any(os.path.lexists(path) for path in (*left, *log.glob("events-*")))


def leave_open(root: Path) -> None:
    """This boot began before the box was one: a guard that is restarted in it closes no port. Raises InstallError.

    Where venue-lockdown was started in this boot, though it failed at a device, its directory is there: the box was
    one, and what is closed stays closed.
    """
    path = root / OPEN
    if path.parent.exists():
        return
    try:
        path.parent.mkdir(mode=0o755)
        path.touch(mode=0o644)
    except OSError as error:
        raise InstallError(f"{path}: {error.strerror}") from error


def state_directory(root: Path) -> Path:
    """Where the configuration puts the state; the default where it says nothing that can be read."""
    found = _configured(root, "venue", "state_dir")
    return Path(found) if found.startswith("/") else Path("/var/lib/venue-appliance")


def is_reachable(root: Path) -> bool:
    """Whether the configuration lets anybody at the box over the network once it has started anew."""
    return _configured(root, "network", "mode") in ("route", "bridge", "watch")


def cards_denied() -> list[str]:
    """The ports of [network] whose card hangs on USB and is not let in by the next boot, as `venue` tells them."""
    try:
        asked = command.run([VENUE, "config", "check", "--json", CONFIGURATION], timeout_s=60, check=False)
        return [str(name) for name in json.loads(asked.stdout)["cards_denied"]]
    except (command.CommandError, ValueError, KeyError, TypeError):
        return []


def _configured(root: Path, section: str, key: str) -> str:
    content = files.content_of(root / CONFIGURATION.lstrip("/")) or b""
    try:
        found = tomllib.loads(content.decode())[section][key]
    except (UnicodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def apply(ledger: Ledger) -> list[str]:
    """Writes what holds early in the boot by `venue config apply`; the files that changed. Raises InstallError."""
    checked = command.run([VENUE, "config", "check", CONFIGURATION], timeout_s=60, check=False)
    if checked.code != 0:
        said = checked.stderr.strip() or checked.stdout.decode("utf-8", "replace").strip()
        raise InstallError(
            f"the configuration does not hold, the boot is left as it was:\n{said}", EXIT_CONFIG
        )

    def run() -> None:
        try:
            command.run([VENUE, "config", "apply", CONFIGURATION], timeout_s=60)
        except command.CommandError as error:
            raise InstallError(str(error)) from error

    return ledger.watched(ETC, run)


def addresses() -> list[str]:
    """The box's own IPv4 addresses that others can reach; none where there is no network."""
    try:
        done = command.run([_IP, "-json", "-4", "address", "show", "scope", "global"], timeout_s=10)
        return [str(a["local"]) for interface in json.loads(done.stdout) for a in interface["addr_info"]]
    except (command.CommandError, ValueError, KeyError, TypeError):
        return []


def certificate(ledger: Ledger, host: str) -> list[Change]:
    """A key and a certificate of its own for the page, where there is none: until the province gives one.

    Raises InstallError.
    """
    if files.content_of(ledger.at(CERTIFICATE)) and files.content_of(ledger.at(KEY)) and not _strangers(ledger):
        return []
    if not Path(_OPENSSL).exists():
        raise InstallError("openssl is missing: no certificate for the page could be made")
    work = ledger.place / "certificate"
    work.mkdir(mode=0o700, exist_ok=True)
    names = ",".join([f"DNS:{host}", f"DNS:{host}.local", *(f"IP:{address}" for address in addresses())])
    argv = [
        *(_OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-sha256", "-days", str(DAYS), "-subj", f"/CN={host}", "-addext", f"subjectAltName={names}"),
        *("-keyout", str(work / "page.key"), "-out", str(work / "page.crt")),
    ]
    try:
        command.run(argv, timeout_s=120)
        key, made = (files.content_of(work / name) or b"" for name in ("page.key", "page.crt"))
    except command.CommandError as error:
        raise InstallError(f"no certificate for the page: {error}") from error
    finally:
        for name in ("page.key", "page.crt"):
            (work / name).unlink(missing_ok=True)
        work.rmdir()
    return [
        Change(path=KEY, content=key, mode=0o600, secret=True),
        Change(path=CERTIFICATE, content=made, mode=0o644),
    ]


def _strangers(ledger: Ledger) -> bool:
    """Whether a key of ours lies beside a certificate of another one: who was killed between the two left them so."""
    if KEY not in ledger.entries:
        return False
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(ledger.at(CERTIFICATE), ledger.at(KEY), password="")
    except ssl.SSLError as error:
        return error.reason == "KEY_VALUES_MISMATCH"
    except OSError:
        return False
    return False


def site() -> list[Change]:
    """The page's site for nginx, which does not start without a certificate."""
    return [Change(path=SITE, link=SITE_FROM)] if Path(_NGINX).exists() else []


def booted() -> bool:
    """Whether systemd runs this machine, so that something can be started."""
    return Path("/run/systemd/system").is_dir()


def lockdown_ran() -> bool:
    """Whether venue-lockdown ran in this boot."""
    argv = [_SYSTEMCTL, "is-active", "--quiet", "venue-lockdown"]
    return command.run(argv, timeout_s=30, check=False).code == 0


def serve() -> None:
    """nginx with the page's site. Raises InstallError where nginx does not take it."""
    if not Path(_NGINX).exists():
        return
    try:
        command.run([_NGINX, "-t", "-q"], timeout_s=60)
        command.run([_SYSTEMCTL, "reload-or-restart", "nginx.service"], timeout_s=120)
    except command.CommandError as error:
        raise InstallError(f"the page is not served: {error}") from error


def start_guard() -> bool:
    """Starts the guard and the page's socket where they do not run; whether anything was started.

    Without what they want beside them: USB and the line are closed by the next boot, not under the technician's hands.
    """
    started = False
    for unit in ("venue-page.socket", "venue-guard.service"):
        if command.run([_SYSTEMCTL, "is-active", "--quiet", unit], timeout_s=30, check=False).code == 0:
            continue
        try:
            command.run([_SYSTEMCTL, "start", "--job-mode=ignore-dependencies", unit], timeout_s=240)
        except command.CommandError as error:
            raise InstallError(f"{unit} did not start: systemctl status {unit} says why: {error}") from error
        started = True
    return started


def has_pin(root: Path, role: str) -> bool:
    """Whether the role has a PIN; nothing else of the file is looked at."""
    try:
        found = json.loads(
            (root / str(state_directory(root)).lstrip("/") / "pins.json").read_text(encoding="ascii")
        )
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and role in found


def set_technician_pin(given: str) -> str:
    """Sets the technician's PIN by `venue pin`: the one that was given, or a new one. Raises InstallError."""
    pin = given or f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
    try:
        command.run(
            [VENUE, "pin", "technician"], timeout_s=60, environ=_environ() | {"VENUE_PIN_TECHNICIAN": pin}
        )
    except command.CommandError as error:
        raise InstallError(f"the technician's PIN was not set: {error}") from error
    return pin


def code_for_chief() -> str:
    """A code with which the chief examiner sets the own PIN once, as `venue pin` prints it. Raises InstallError."""
    try:
        done = command.run([VENUE, "pin", "code", "chief"], timeout_s=60, environ=_environ())
    except command.CommandError as error:
        raise InstallError(f"no code for the chief: {error}") from error
    return done.stdout.decode("utf-8", "replace").strip()


def _environ() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("VENUE_PIN")}
