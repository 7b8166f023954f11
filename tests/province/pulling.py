"""One round of the pull over what a test serves, and what came of it."""

import os
import threading
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from appliance.backup.bundle import NAMESPACE, Published
from appliance.backup.keys import KEY_NAME
from appliance.backup.manifest import encode
from appliance.backup.outbox import bundles_in
from appliance.backup.sshsig import sign
from appliance.backup.verify import trusted_manifest
from appliance.province import venues
from appliance.province.fetch import Budget
from appliance.province.pull import Pull
from appliance.province.received import SIGNERS_NAME
from appliance.province.talk import Told
from appliance.province.wish import Wish
from tests.province.served import Handler, Lie
from tests.province.two import Two

LONGEST_S = 120.0


def pulled(two: Two, **wish: object) -> list[Told]:
    """One round; what it told. It ends, or the test does."""
    told: list[Told] = []
    how = {"once": True, "at_once": 4, "longest_wait_s": 0.05, "tries": 3, "answered_s": 0} | wish
    pull = Pull(two.home, Wish(**how), budget=Budget(), told=told.append)  # type: ignore[arg-type]
    faults: list[BaseException] = []

    def run() -> None:
        try:
            pull.run()
        except BaseException as error:  # noqa: BLE001 - a thread begins here: raised again below
            faults.append(error)

    round_ = threading.Thread(target=run, daemon=True)
    round_.start()
    round_.join(LONGEST_S)
    if round_.is_alive():
        pull.stop()
        raise AssertionError(f"one round did not end in {LONGEST_S:.0f} s; it told {told[-5:]}")
    for fault in faults:
        raise fault
    return told


def here(two: Two) -> list[Published]:
    """What the province has of the venue."""
    return bundles_in(two.home / "received" / two.venue)


def alarms(told: list[Told]) -> list[str]:
    """What was wrong."""
    return [one.detail for one in told if one.kind in ("alarm", "fault")]


def listed_but_down(two: Two, *codes: str) -> None:
    """Venues that are known and do not answer, before all others."""
    with (two.home / SIGNERS_NAME).open("a", encoding="utf-8") as file:
        file.writelines(two.signers.replace(two.venue, code) for code in codes)
    down = [venues.Venue(code=code, address="127.0.0.1:1") for code in codes]
    venues.write(two.home, [*down, *venues.read(two.home)])


def grow(two: Two, size: int = 3_000_000) -> None:
    """Answers that no compression makes small."""
    (two.answers / "1" / "scan.bin").write_bytes(os.urandom(size))


def cut_once(name: str, at: int) -> Lie:
    """The first answer with the sealed file of `name` breaks off after `at` bytes."""
    done = []

    def lie(handler: Handler, path: str) -> bool:
        if path.endswith(name + ".tar.zst.age") and not done:
            done.append(path)
            handler.cut(handler.server.served.two.state / "outbox" / Path(path).name, at)
            return True
        return False

    return lie


def signed_anew(two: Two, bundle: Published, **fields: object) -> None:
    """The manifest of `bundle` with other `fields`, signed by the venue's own key: what a thief of its card can do."""
    manifest, _ = trusted_manifest(bundle, two.signers)
    raw = encode(replace(manifest, **fields))  # type: ignore[arg-type]
    key = load_ssh_private_key((two.state / "keys" / KEY_NAME).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    bundle.manifest.write_bytes(raw)
    bundle.signature.write_bytes(sign(raw, key=key, namespace=NAMESPACE))
