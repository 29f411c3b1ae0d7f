"""The reviewers' queue in pages: ordered and cut by the database, each dossier on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from forms_service.services.review_queue import PAGE, QueueWish
from forms_service.storage.models import CorrectionRow, DossierRow, ExtractionRow
from tests.services.prepared_readings import read, scan

WAITING = 130


@pytest.fixture
def queue(office, arrives) -> list[str]:
    """Many dossiers that wait, the oldest first; two have doubts and one was given back for a while."""
    first = office.open()
    arrives(first, scan(read("assured.last", "Omrani", "review"), read("assured.city", "Fes", "review")))
    office.services.deposit(office.applicant, first, True)
    with office.application.database.writing() as session:
        row = session.get_one(DossierRow, first)
        held = {one.name: getattr(row, one.name) for one in DossierRow.__table__.columns}
        copies = [
            {
                **held,
                "id": f"copy-{number:03}",
                "reference": f"COPY{number:08}",
                "deposited_at": held["deposited_at"] + timedelta(hours=number),
            }
            for number in range(1, WAITING)
        ]
        session.execute(insert(DossierRow), copies)
        reading = session.query(ExtractionRow).filter_by(dossier_id=first, field_id="assured.city").one()
        doubt = {one.name: getattr(reading, one.name) for one in ExtractionRow.__table__.columns}
        session.execute(insert(ExtractionRow), [{**doubt, "id": "late-doubt", "dossier_id": "copy-100"}])
        asked = held["deposited_at"]
        session.add(
            CorrectionRow(
                dossier_id="copy-001",
                fields=[],
                documents=[],
                reasons={},
                message="x",
                asked_by=office.reviewer.id,
                asked_at=asked,
                answered_at=asked + timedelta(days=300),
            )
        )
    return [first, *(one["id"] for one in copies)]


@pytest.fixture
def loaded() -> Iterator[list[str]]:
    """The dossiers that are read from the database meanwhile."""
    seen: list[str] = []
    event.listen(DossierRow, "load", note := lambda row, _: seen.append(row.id))
    yield seen
    event.remove(DossierRow, "load", note)


def paged(office, order: str, **more: object) -> list[str]:
    pages = [
        office.services.queue_page(office.reviewer, QueueWish(order=order, page=page, **more))
        for page in range(1, 4)
    ]
    assert {one.pages for one in pages} == {3}
    assert {one.total for one in pages} == {WAITING}
    return [one.id for page in pages for one in page.dossiers]


def test_each_order_holds_every_dossier_once_and_reads_only_what_it_shows(office, queue, loaded) -> None:
    assert paged(office, "age") == queue
    given_back = [one for one in queue if one != "copy-001"]
    assert paged(office, "deadline") == [*given_back, "copy-001"], "its time stood still meanwhile"
    doubtful = [queue[0], "copy-100"]
    assert paged(office, "doubt") == [*doubtful, *(one for one in queue if one not in doubtful)]
    assert len(loaded) <= 3 * WAITING + 3 * 3, "a page reads its own dossiers, not the queue"


def test_a_page_beyond_the_last_is_the_last(office, queue) -> None:
    found = office.services.queue_page(office.reviewer, QueueWish(page=99))
    assert (found.page, len(found.dossiers)) == (3, WAITING - 2 * PAGE)
