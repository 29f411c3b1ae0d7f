"""``make soak``: more than two hundred deposits while everything is killed, on PostgreSQL and once on SQLite.

It ends by itself, listens on this machine only, and kills only what it started.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from forms_service.spec_catalogue import default_directory
from tests.failures.installation import ROOT, Installation, Postgres
from tests.failures.storm import Plan, Storm, table


def specs(folder: Path) -> Path:
    """The small form of the tests, and the fund's kinds of papers."""
    place = folder / "specs"
    shutil.copytree(ROOT / "tests" / "third_form", place)
    shutil.copy(default_directory() / "document_types.yaml", place)
    return place


def run(plan: Plan, on_postgres: bool) -> bool:
    """One run; prints its table and gives whether all was well."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    postgres = Postgres() if on_postgres else None
    installation = Installation(folder, specs(folder))
    storm, well = None, False
    try:
        if postgres is not None:
            postgres.start()
            postgres.create("forms")
            installation.database_url = postgres.url("forms")
        storm = Storm(plan, installation, postgres)
        outcome = storm.run()
        sys.stdout.write(f"{table(plan, outcome, 'PostgreSQL' if postgres else 'SQLite')}\n\n")
        sys.stdout.flush()
        well = not any(outcome.wrong.values()) and not outcome.odd
        return well
    finally:
        if storm is not None:
            storm.close()
        if postgres is not None:
            postgres.close()
        if well:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            sys.stdout.write(f"what the processes told lies in {folder}\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--deposits", type=int, default=210)
    asked.add_argument("--kills", type=int, default=8, help="of each kind of process")
    asked.add_argument("--seed", type=int, default=20260220)
    asked.add_argument("--programs", type=int, default=4)
    asked.add_argument("--only", choices=("postgresql", "sqlite"))
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever it started ends with it
    well = True
    for name in ("postgresql", "sqlite"):
        if given.only in (None, name):
            kinds = ("web", "worker", "database") if name == "postgresql" else ("web", "worker")
            kills = dict.fromkeys(kinds, given.kills)
            plan = Plan(given.deposits, given.programs, kills, given.seed, paper_every=2, stacks=4)
            well &= run(plan, name == "postgresql")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
