"""The page's certificate: made once, and anew where a killed run left a key beside another one's certificate."""

import shutil
import ssl
from pathlib import Path

import pytest

from appliance.install import system
from appliance.install.ledger import Ledger
from tests.install.roots import pi

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def put(ledger: Ledger, count: int = 2) -> list[str]:
    """Makes the first `count` of the changes that are asked for, as a run does that is killed then."""
    changes = system.certificate(ledger, "venue-box")[:count]
    return [change.path for change in changes if ledger.apply(change)]


def fits(ledger: Ledger) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            ledger.at(system.CERTIFICATE), ledger.at(system.KEY)
        )
    except ssl.SSLError:
        return False
    return True


def test_killed_between_key_and_certificate_both_are_made_anew(tmp_path: Path) -> None:
    ledger = Ledger(pi(tmp_path))
    (ledger.place / "before").mkdir(parents=True)
    assert put(ledger) == [system.KEY, system.CERTIFICATE] and fits(ledger)
    assert put(ledger) == [], "once"
    ledger.at(system.KEY).unlink()
    assert put(ledger, 1) == [system.KEY] and not fits(ledger)
    assert put(ledger) == [system.KEY, system.CERTIFICATE] and fits(ledger)


def test_a_certificate_that_somebody_put_there_is_his_whatever_it_is(tmp_path: Path) -> None:
    ledger = Ledger(pi(tmp_path))
    ledger.at(system.KEY).parent.mkdir(parents=True)
    for name in (system.KEY, system.CERTIFICATE):
        ledger.at(name).write_text("the province's")
    assert put(ledger) == []
