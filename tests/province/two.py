"""A province and a venue in two directories, and bundles made by the one for the other."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.backup.bundle import Published, Request, SourceSpec
from appliance.backup.counts import Counting
from appliance.backup.job import run
from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import bundles
from appliance.backup.signers import signers_in
from appliance.backup.sources.directory import Options
from appliance.province.keys import RECIPIENTS_NAME, init
from appliance.province.received import SIGNERS_NAME

NOW = datetime(2026, 9, 5, 3, 15, tzinfo=UTC)


@dataclass
class Two:
    """`root` holds all of it; the venue is known to the province once `known` was called."""

    root: Path
    venue: str = "520100-03"
    made: int = field(default=0)

    def __post_init__(self) -> None:
        if not self.home.exists():
            init(self.home)
        (self.answers / "1").mkdir(parents=True)
        for seat in range(1, 4):
            (self.answers / "1" / f"{seat:02}.ans").write_text(f"答案 {seat}\n" * 50, encoding="utf-8")
        (self.answers / "last").symlink_to("1/03.ans")

    @property
    def home(self) -> Path:
        """The province's."""
        return self.root / "home"

    @property
    def state(self) -> Path:
        """The venue's."""
        return self.root / self.venue / "state"

    @property
    def answers(self) -> Path:
        """What is backed up."""
        return self.root / self.venue / "answers"

    @property
    def signers(self) -> str:
        """The venue's own `allowed_signers`."""
        return allowed_signers(self.state).read_text(encoding="utf-8")

    def publish(self, kind: str = "full", *, sitting: str = "") -> Published:
        """One more bundle of the venue; of the answers, four are expected."""
        recipient = self.home.joinpath(RECIPIENTS_NAME).read_text(encoding="utf-8").strip()
        counting = Counting(expected={"": 4}, pattern="*/*.ans")
        source = SourceSpec(name="answers", options=Options(path=self.answers), counting=counting)
        request = Request(
            state_dir=self.state,
            venue=self.venue,
            sources=(source,),
            recipients=(recipient,),
            kind=kind,
            sitting=sitting,
        )
        self.made += 1
        run(request, log_rows=[b'{"seq": 1}'], now=NOW + timedelta(minutes=self.made))
        return bundles(self.state)[-1]

    def known(self) -> None:
        """The province knows the venue's key."""
        with (self.home / SIGNERS_NAME).open("a", encoding="utf-8") as file:
            file.write(self.signers)

    def prints(self) -> list[tuple[str, str]]:
        """(venue, fingerprint) of its keys, as the technician reads them out."""
        return [(venue, told) for venue, _, told in signers_in(self.signers)]

    def new_box(self) -> None:
        """Another box at the same venue: nothing of the old one's state is there."""
        shutil.rmtree(self.state)
