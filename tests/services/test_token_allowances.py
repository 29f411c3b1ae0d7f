"""A token may send so many requests a minute, whichever process answers them."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.storage.api_models import AccessTokenRow


def asked(services, token_id: str, times: int) -> int:
    """How many of so many requests are answered."""
    return sum(services.wait_before_request(token_id) == 0 for _ in range(times))


@pytest.fixture
def limited(make_office):
    office = make_office(requests_a_minute=40)
    office.services.make_token(office.applicant, "program", ["dossiers:read"])
    with office.application.database.reading() as session:
        return office, session.scalar(select(AccessTokenRow.id))


def test_a_minute_has_its_number_and_the_next_one_again(limited) -> None:
    office, token = limited
    office.clock.now = office.clock.now.replace(second=48)
    assert asked(office.services, token, 60) == 40
    assert office.services.wait_before_request(token) == 12
    office.clock.move(seconds=12)
    assert asked(office.services, token, 60) == 40


def test_two_processes_together_answer_no_more_than_one(limited) -> None:
    office, token = limited
    other = build(
        office.application.config,
        clock=office.clock,
        catalogue=office.application.catalogue,
        jobs=office.jobs,
        first_look=NoLook(),
    )
    try:
        answered = 0
        for _ in range(30):
            answered += asked(office.services, token, 1) + asked(other.services, token, 1)
        assert answered == 40
    finally:
        other.close()


def test_most_requests_write_nothing(make_office) -> None:
    office = make_office(requests_a_minute=600)
    office.services.make_token(office.applicant, "program", ["dossiers:read"])
    with office.application.database.reading() as session:
        token = session.scalar(select(AccessTokenRow.id))
    begun: list[str] = []
    event.listen(
        office.application.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: (
            begun.append(statement) if statement.startswith("UPDATE") else None
        ),
    )
    assert asked(office.services, token, 600) == 600
    assert len(begun) <= 20


def test_what_is_refused_costs_the_database_nothing(limited) -> None:
    """Else a token that floods would keep everybody from the one writer."""
    office, token = limited
    assert asked(office.services, token, 41) == 40
    begun: list[object] = []
    event.listen(office.application.database.engine, "begin", begun.append)
    assert asked(office.services, token, 30) == 0
    assert begun == []
    office.clock.move(seconds=60)
    assert asked(office.services, token, 41) == 40
    assert begun, "a new minute is asked for"


def test_tokens_do_not_spend_each_others(limited) -> None:
    office, token = limited
    office.services.make_token(office.applicant, "another", ["dossiers:read"])
    with office.application.database.reading() as session:
        other = session.scalar(select(AccessTokenRow.id).where(AccessTokenRow.name == "another"))
    assert asked(office.services, token, 50) == 40
    assert asked(office.services, other, 50) == 40
