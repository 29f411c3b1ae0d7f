"""Twenty-four deposits over HTTP while web, worker and database are killed: all of it is there, once, and done.

The same run as ``make soak`` in small; its figures are in ``docs/operations/failures.md``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failures.installation import Installation, Postgres
from tests.failures.storm import Plan, Storm, table

PLAN = Plan(
    deposits=24,
    programs=3,
    kills={"web": 1, "worker": 1, "database": 1},
    seed=41,
    paper_every=6,
    stacks=1,
    webs=1,
    workers=1,
)


@pytest.mark.tesseract
def test_what_was_confirmed_survives_kills(postgres: Postgres, spec_folder: Path, tmp_path: Path) -> None:
    postgres.create("storm")
    installation = Installation(tmp_path, spec_folder, postgres.url("storm"), is_hurried=PLAN.workers == 1)
    storm = Storm(PLAN, installation, postgres)
    try:
        outcome = storm.run()
    finally:
        storm.close()
    told = table(PLAN, outcome, "PostgreSQL")
    assert not any(outcome.wrong.values()), told
    assert outcome.odd == [], told
    assert (len(outcome.done), outcome.papers, len(outcome.stacks)) == (24, 4, 1)
    assert outcome.killed == PLAN.kills and outcome.resent > 0, "they were really killed under way"
