"""What the queue and the figures count in indexes is what going through every row counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, select

from forms_service.ocr.doubts import Doubt
from forms_service.services import presenting
from forms_service.services.presenting import open_doubts, summaries
from forms_service.services.review_queue import QueueWish
from forms_service.storage.models import AttachmentRow, DossierRow, ExtractionRow
from tests.services.conftest import PASSWORD
from tests.services.prepared_readings import extractions, read, scan

UNSEEN = {"reason": Doubt.BOX_NOT_SEEN.value, "raw": ""}


@pytest.fixture
def waiting(office, arrives) -> list[str]:
    """Dossiers read in every way there is: once, twice, partly unseen, settled by others, taken back."""
    services = office.services
    made = [office.open() for _ in range(7)]
    plain, twice, unseen, mended, reviewed, taken_back, sure = made
    unsure = scan(read("assured.last", "Omrani", "review"), read("assured.city", "Fes", "review"))
    for one in (plain, twice, mended, reviewed, taken_back):
        arrives(one, unsure)
    arrives(twice, scan(read("assured.last", "Omrani", "review"), read("assured.city", "Fès", "accept")))
    arrives(
        unseen, scan(read("assured.last", "Omrani", "review"), read("spouse.last", None, "review", **UNSEEN))
    )
    last = arrives(taken_back, scan(read("assured.first", "Adam", "review")))
    arrives(sure, scan(read("assured.last", "Omrani")))
    with office.application.database.writing() as session:
        session.get_one(AttachmentRow, last).removed_at = office.clock.now
    found = extractions(office, mended)
    services.confirm_answers(office.applicant, mended, {}, {found["assured.last"].id: "El Omrani"})
    for one in (mended, reviewed, taken_back):
        services.deposit(office.applicant, one, True)
    services.start_review(office.reviewer, reviewed)
    found = extractions(office, reviewed)
    services.correct_value(office.reviewer, found["assured.last"].id, "El Amrani")
    return made


@pytest.fixture
def plans(office) -> Iterator[list[str]]:
    """How SQLite finds the rows of each query meanwhile."""
    found: list[str] = []
    engine = office.application.database.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what lies in its tables, and these hold a handful")

    def explain(_: Connection, cursor, statement: str, given, *_more: object) -> None:
        if statement.startswith("SELECT"):
            asked = cursor.connection.execute("explain query plan " + statement, given)
            found.extend(line[-1] for line in asked)

    event.listen(engine, "before_cursor_execute", explain)
    yield found
    event.remove(engine, "before_cursor_execute", explain)


def test_queue_and_figures_count_as_whoever_opens_every_reading_does(office, waiting, monkeypatch) -> None:
    opened: list[str] = []

    def noted(session, row, spec) -> int:
        opened.append(row.id)
        return open_doubts(session, row, spec)

    with office.application.database.reading() as session:
        rows = [session.get_one(DossierRow, one) for one in waiting]
        plainly = [open_doubts(session, one, office.services.spec_of(one)) for one in rows]
        monkeypatch.setattr(presenting, "open_doubts", noted)
        counted = [one.to_review for one in summaries(session, rows, office.services.catalogue)]
    assert counted == plainly
    assert counted[0] == 2 and counted[4] == 1 and counted[5] == 2 and counted[6] == 0, "not all alike"
    assert not {waiting[0], waiting[5], waiting[6]} & set(opened), "an index tells of those"
    as_the_figures_say(office)


def as_the_figures_say(office) -> None:
    """The figures by field against the rows themselves."""
    operator = office.services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})
    day = office.services.today()
    counted = {one.field_id: one for one in office.services.statistics(operator, day, day).fields}
    with office.application.database.reading() as session:
        standing = select(ExtractionRow).join(AttachmentRow).join(DossierRow)
        standing = standing.where(AttachmentRow.removed_at.is_(None), DossierRow.deposited_at.is_not(None))
        rows = [one for one in session.scalars(standing) if one.verdict != "empty"]
    assert {name: one.read for name, one in counted.items()} == Counter(one.field_id for one in rows)
    doubtful = Counter(one.field_id for one in rows if one.verdict == "review")
    assert {name: one.doubtful for name, one in counted.items() if one.doubtful} == doubtful
    by_reviewer, before = counted["assured.last"].corrected, counted["assured.last"].mended
    assert (by_reviewer, before) == (1, 1)


def test_queue_and_figures_read_no_wide_rows_to_count(office, plans) -> None:
    office.services.queue_page(office.reviewer, QueueWish())
    operator = office.services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})
    office.services.statistics(operator, office.services.today(), office.services.today())
    assert any("extraction USING COVERING INDEX ix_extraction_counted" in one for one in plans)
    assert any("dossier USING COVERING INDEX ix_dossier_queue" in one for one in plans)
    assert any("dossier USING COVERING INDEX ix_dossier_arrivals" in one for one in plans)
    assert any("audit USING COVERING INDEX ix_audit_action" in one for one in plans)
    whole = {"SCAN extraction", "SCAN audit", "SCAN attachment", "SCAN account", "SCAN dossier"}
    assert not whole & set(plans)
