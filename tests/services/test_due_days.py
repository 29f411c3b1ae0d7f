"""The time for a decision stands still while the applicant has the dossier, unless the office says otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from core.localized_text import Language
from forms_service.config import Config, InvalidSetting
from forms_service.services.review_queue import QueueWish
from tests.services.test_sharing_dossiers import deposited


def corrected_once(office) -> str:
    """Deposited on 2 March, given back on the 12th, handed in again on the 22nd."""
    services, dossier = office.services, deposited(office)
    services.start_review(office.reviewer, dossier)
    office.clock.move(days=10)
    services.request_correction(office.reviewer, dossier, ["assured.last"], [], "Quel nom ?")
    office.clock.move(days=10)
    services.answer(office.applicant, dossier, {"assured.last": "Amrani"})
    services.deposit(office.applicant, dossier, True)
    return dossier


@pytest.mark.parametrize(
    "clock, due",
    [("stops", date(2026, 5, 11)), ("runs", date(2026, 5, 1)), ("restarts", date(2026, 5, 21))],
)
def test_the_time_for_a_decision_after_a_correction(make_office, clock: str, due: date) -> None:
    office = make_office(correction_clock=clock)
    dossier = corrected_once(office)
    (line,) = office.services.queue_page(office.reviewer, QueueWish(order="deadline")).dossiers
    assert (line.id, line.due_on) == (dossier, due)
    other = deposited(office)  # on the 22nd: due on the 21st of May
    order = [
        one.id for one in office.services.queue_page(office.reviewer, QueueWish(order="deadline")).dossiers
    ]
    assert order == [dossier, other]


def test_who_waited_for_no_answer_comes_first_by_deadline(office) -> None:
    slow = corrected_once(office)
    office.clock.now = office.clock.now.replace(day=5)
    plain = deposited(office)  # on the 5th, after the other's deposit; due on the 4th of May, before it
    by = {
        order: [
            one.id for one in office.services.queue_page(office.reviewer, QueueWish(order=order)).dossiers
        ]
        for order in ("age", "deadline")
    }
    assert by == {"age": [slow, plain], "deadline": [plain, slow]}


def test_the_applicant_is_asked_to_answer_within_the_days_set(make_office) -> None:
    office = make_office(correction_days=15)
    dossier = deposited(office)
    office.services.start_review(office.reviewer, dossier)
    office.services.request_correction(office.reviewer, dossier, ["assured.last"], [], "Quel nom ?")
    asked = office.services.dossier(office.applicant, dossier).correction
    assert office.services.answer_due(asked.at) == date(2026, 3, 17)
    office.clock.move(days=40)
    assert office.services.deposit(office.applicant, dossier, True), "a late answer is taken all the same"


def test_a_clock_nobody_knows_is_refused_at_the_start() -> None:
    assert Config.from_environment({"FORMS_CORRECTION_CLOCK": "runs"}).correction_clock == "runs"
    with pytest.raises(InvalidSetting) as refused:
        Config.from_environment({"FORMS_CORRECTION_CLOCK": "jumps"})
    assert "stops / runs / restarts" in refused.value.message.in_language(Language.FR)
