"""One bundle in a process of its own, so that its time and memory are its own: STATE TREE RECIPIENT KIND."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.bundle import Request, SourceSpec
from appliance.backup.job import run
from appliance.backup.sources.directory import Options


def main() -> int:
    """Prints the bundle's name."""
    state, tree, recipient, kind = sys.argv[1:]
    bundle = run(
        Request(
            state_dir=Path(state),
            venue="520100-03",
            recipients=(recipient,),
            sources=(SourceSpec(name="answers", options=Options(path=Path(tree))),),
            kind=kind,
        ),
        log_rows=[],
        now=datetime.now(UTC),
    )
    print(bundle.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
