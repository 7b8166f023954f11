"""The ledger beside what another program writes: what is kept of it, and what is not."""

from pathlib import Path

from appliance.install.ledger import Ledger

ETC = "/etc/venue-appliance"


def test_of_files_that_nobody_touched_no_copy_stays_and_of_the_others_one_to_put_back(tmp_path: Path) -> None:
    place = tmp_path / ETC.lstrip("/")
    place.mkdir(parents=True)
    (place / "smb.credentials").write_text("password=Kx7-Passw0rd\n")
    (place / "lockdown.conf").write_text("grant 1-1 0424:9514\n")

    def apply() -> None:
        assert len(list((tmp_path / "var/lib/venue-install/before").iterdir())) == 2, (
            "before anything is touched"
        )
        (place / "lockdown.conf").write_text("grant 1-2 0424:9514\n")

    ledger = Ledger(tmp_path)
    assert ledger.watched(ETC, apply) == [f"{ETC}/lockdown.conf"]
    (kept,) = (tmp_path / "var/lib/venue-install/before").iterdir()
    assert kept.read_text() == "grant 1-1 0424:9514\n"
    again = Ledger(tmp_path)
    assert again.restore(f"{ETC}/lockdown.conf")
    assert (place / "lockdown.conf").read_text() == "grant 1-1 0424:9514\n"
    assert (place / "smb.credentials").read_text() == "password=Kx7-Passw0rd\n"
