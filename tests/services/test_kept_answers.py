"""Whatever is sent twice is done once: by two threads at a time, and after a process died half-way."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from forms_service.sealing import Seal
from forms_service.services import kept_answers
from forms_service.services.kept_answers import TAKEN_OVER_AFTER, Attempt, KeptAnswer, leave_attempt
from forms_service.storage.api_models import KeptAnswerRow
from tests.services.conftest import Office
from tests.services.prepared_readings import refused

ANSWER = KeptAnswer(201, {"Location": "/somewhere"}, b'{"id": 1}')


@pytest.fixture(autouse=True)
def no_attempt_outlives_its_test() -> Iterator[None]:
    yield
    leave_attempt()


def begin(office: Office, key: str = "k", fingerprint: str = "f") -> Attempt | KeptAnswer:
    return office.services.begin_request(office.applicant.id, key, fingerprint)


def count(office: Office) -> int:
    return office.services.dossiers(office.applicant).total


def test_the_same_request_gets_the_same_answer(office: Office) -> None:
    attempt = begin(office)
    assert isinstance(attempt, Attempt)
    office.open()
    office.services.end_request(attempt, ANSWER)
    assert begin(office) == ANSWER


def test_a_copy_of_the_database_tells_no_secret_that_was_shown_once(office: Office) -> None:
    """An answer kept when it was given, and one kept with what the request did."""
    shown = KeptAnswer(201, {}, b'{"secret": "whsec_c2hvd24gb25jZQ"}')
    office.services.end_request(begin(office, "given"), shown)
    told = begin(office, "told")
    kept_answers.answer_by(lambda _made: shown)
    office.open()
    leave_attempt()
    with office.application.database.reading() as session:
        rows = session.scalars(select(KeptAnswerRow)).all()
    assert {one.key: one.stage for one in rows} == {"given": "answered", "told": "answered"}
    for row in rows:
        assert row.body and b"whsec" not in row.body and b"c2hvd24" not in row.body
    assert begin(office, "given") == begin(office, "told") == shown
    office.services.end_request(told, None)


def test_answers_sealed_with_another_secret_are_lost_and_nothing_is_repeated(office: Office) -> None:
    office.services.end_request(begin(office), ANSWER)
    object.__setattr__(office.services.adapters, "seal", Seal("another secret"))
    with refused("answer_lost"):
        begin(office)


def test_another_request_with_the_same_key_is_refused(office: Office) -> None:
    office.services.end_request(begin(office), ANSWER)
    with refused("idempotency_key_reused"):
        begin(office, fingerprint="other")
    assert isinstance(office.services.begin_request(office.clerk.id, "k", "other"), Attempt)


def test_a_request_under_way_is_not_begun_again(office: Office) -> None:
    attempt = begin(office)
    with refused("request_under_way"):
        begin(office)
    office.services.end_request(attempt, ANSWER)


def test_a_request_that_came_to_nothing_may_be_sent_again(office: Office) -> None:
    office.services.end_request(begin(office), None)
    assert isinstance(begin(office), Attempt)


def test_a_request_whose_process_died_before_it_took_effect_is_taken_over(office: Office) -> None:
    begin(office)
    leave_attempt()
    office.clock.now += TAKEN_OVER_AFTER
    assert isinstance(begin(office), Attempt)
    office.open()
    assert count(office) == 1


def test_a_slow_attempt_that_was_taken_over_cannot_commit(office: Office) -> None:
    slow = begin(office)
    office.clock.now += TAKEN_OVER_AFTER
    leave_attempt()
    fast = begin(office)
    office.open()
    office.services.end_request(fast, ANSWER)
    kept_answers._current.set(kept_answers._UnderWay(slow))
    with refused("request_under_way"):
        office.open()
    leave_attempt()
    assert count(office) == 1


def test_a_request_whose_process_died_after_it_took_effect_is_never_done_again(office: Office) -> None:
    begin(office)
    office.open()
    leave_attempt()
    with refused("request_under_way"):
        begin(office)
    office.clock.now += TAKEN_OVER_AFTER
    with refused("answer_lost"):
        begin(office)
    assert count(office) == 1


def test_answers_are_forgotten_in_time(office: Office) -> None:
    office.services.end_request(begin(office), ANSWER)
    office.clock.now += office.application.config.answers_kept
    office.clock.move(seconds=1)
    assert isinstance(begin(office), Attempt)


@pytest.mark.parametrize("threads", [8])
def test_many_at_once_do_it_once(office: Office, threads: int) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(threads)

    def send() -> None:
        together.wait()
        try:
            attempt = begin(office)
        except Exception as error:
            outcomes.append(getattr(error, "code", repr(error)))
            return
        if isinstance(attempt, KeptAnswer):
            outcomes.append("again")
            return
        office.open()
        office.services.end_request(attempt, ANSWER)
        outcomes.append("done")

    running = [threading.Thread(target=send) for _ in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert outcomes.count("done") == 1 and set(outcomes) <= {"done", "again", "request_under_way"}
    assert count(office) == 1
