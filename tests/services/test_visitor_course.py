"""The self-employed without an account: each case of the guide ends where it says, and nothing is told to strangers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import DossierError
from core.localized_text import Language
from forms_service.registers import FileRegisters
from forms_service.services.one_time_codes import CodeGone
from forms_service.services.throttle import LOOKUP_FROM, TooManyAttempts
from forms_service.services.visitor_course import Visit
from tests.services.conftest import PASSWORD, Office
from tests.services.post_room import PostRoom

FORM = "self-employed-registration"
REGISTERS = Path(__file__).resolve().parents[2] / "samples" / "registers"
PHONE = "0661112233"
IDENTITY = {
    "id_kind": "cni",
    "id_expiry": "12/05/2030",
    "phone": PHONE,
    "operator": "iam",
    "email": "",
}
"""What everybody types beside paper number and day of birth."""


@pytest.fixture
def office(office: Office) -> Office:
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    return office


@pytest.fixture
def post(office: Office) -> PostRoom:
    return PostRoom(office.services)


def walked(
    office: Office, number: str, birth: str, client: str = "", **more: str
) -> tuple[Visit, Mapping[str, object]]:
    typed = {**IDENTITY, "id_no": number, "birth": birth, **more}
    visit = office.services.begin_visit(FORM)
    return office.services.go_on(visit, typed, "", language=Language.FR, browser="b", client=client)


def text_at(office: Office, visit: Visit) -> str:
    text = office.services.visit_view(visit).text
    return text.fr if text else ""


def code_sent(office: Office, post: PostRoom) -> str:
    post.deliver(office.jobs.keys)
    return post.code_to(PHONE)


def test_who_has_an_account_is_told_the_number_and_to_sign_in(office: Office, post: PostRoom) -> None:
    office.services.register_applicant("149364188", PASSWORD, "Youssef Bennani")
    visit, problems = walked(office, "BE482913", "17/05/1984")
    assert (visit.step, problems) == ("known_account", {})
    assert "149364188" in text_at(office, visit)


def test_who_has_none_proves_a_telephone_and_gets_number_and_secret_code(
    office: Office, post: PostRoom
) -> None:
    visit, _ = walked(office, "JC310274", "02/11/1991")
    assert visit.step == "one_time_code"
    assert "204817365" not in text_at(office, visit)
    services = office.services
    wrong, problems = services.go_on(visit, {}, "", code="000000", language=Language.FR, browser="b")
    assert wrong.step == "one_time_code" and "code" in problems
    done, problems = services.go_on(
        visit, {}, "", code=code_sent(office, post), language=Language.FR, browser="b"
    )
    assert (done.step, problems) == ("secret_code_sent", {})
    assert "204817365" in text_at(office, done)
    post.deliver(office.jobs.keys)
    secret = re.search(r"code secret : (\S+)\.", post.to(PHONE)[-1].text)
    assert secret is not None
    actor = services.authenticate("204817365", secret[1])
    assert actor is not None and actor.must_change_password and actor.roles == {"applicant"}


def test_a_code_counts_once_and_only_in_the_browser_it_was_asked_for_in(
    office: Office, post: PostRoom
) -> None:
    visit, _ = walked(office, "JC310274", "02/11/1991")
    services, code = office.services, code_sent(office, post)
    services.go_on(visit, {}, "", code=code, language=Language.FR, browser="b")
    with pytest.raises((DossierError, CodeGone)):
        services.go_on(visit, {}, "", code=code, language=Language.FR, browser="b")


def test_who_is_on_no_list_chooses_a_category_and_learns_papers_and_offices(office: Office) -> None:
    visit, _ = walked(office, "Z999888", "01/01/1990")
    assert visit.step == "category"
    services = office.services
    same, problems = services.go_on(visit, {}, "", language=Language.FR)
    assert same.step == "category" and "category" in problems
    visit, _ = services.go_on(visit, {"category": "midwife"}, "", language=Language.FR)
    tables = {one.id: one.table for one in services.visit_view(visit).shows}
    papers = [row[0]["fr"] for row in tables["papers_to_bring"]["rows"]]  # type: ignore[index]
    assert "Copie de l'autorisation d'exercer" in papers
    assert tables["where_to_go"]["rows"][0][0]["ar"] == "الدار البيضاء"  # type: ignore[index]


def test_who_is_not_subject_is_told_why(office: Office) -> None:
    visit, _ = walked(office, "D771902", "30/08/1988")
    assert visit.step == "not_subject"
    assert "déclaré par votre employeur" in text_at(office, visit)


def test_a_paper_number_without_its_day_of_birth_tells_nothing(office: Office) -> None:
    visit, _ = walked(office, "D771902", "30/08/1989")
    assert visit.step == "category" and "employeur" not in text_at(office, visit)


def test_no_code_goes_to_another_telephone_than_the_lists_know(office: Office, post: PostRoom) -> None:
    visit, _ = walked(office, "X204518", "23/01/1979")
    post.deliver(office.jobs.keys)
    assert visit.step == "in_person" and not post.letters


def test_wrong_answers_are_told_beside_their_boxes_and_keep_the_visitor_there(office: Office) -> None:
    visit, problems = walked(office, "JC310274", "02/11/1991", phone="12", id_expiry="01/01/2020")
    assert visit.step == "identity" and set(problems) == {"phone", "id_expiry"}
    assert visit.typed["phone"] == "12"


def test_a_visit_is_read_by_nobody_but_the_service(office: Office) -> None:
    services = office.services
    visit, _ = walked(office, "Z999888", "01/01/1990")
    sealed = services.seal_visit(visit)
    assert "Z999888" not in sealed and services.open_visit(sealed) == visit
    assert services.open_visit(sealed[:-4] + "AAAA") is None


def test_numbers_and_birthdays_cannot_be_tried_through(office: Office) -> None:
    services = office.services
    visit = services.begin_visit(FORM)
    with pytest.raises(TooManyAttempts):
        for number in range(100):
            typed = {**IDENTITY, "id_no": f"Z{number:06d}", "birth": "01/01/1990"}
            services.go_on(visit, typed, "", language=Language.FR, client="10.0.0.9")
    with pytest.raises(TooManyAttempts):
        services.go_on(visit, {**typed, "birth": "02/01/1990"}, "", language=Language.FR, client="10.0.0.9")


def test_one_person_uses_up_one_question_whatever_pages_they_look_at(office: Office) -> None:
    services, client = office.services, "10.0.0.10"
    for number in range(LOOKUP_FROM.most):
        visit, _ = walked(office, f"Z{number:06d}", "01/01/1990", client=client)
        for _ in range(3):
            services.visit_view(visit)
    with pytest.raises(TooManyAttempts):
        walked(office, "Z999999", "01/01/1990", client=client)


def test_courses_in_which_something_is_handed_in_are_walked_by_accounts_only(office: Office) -> None:
    """Of an employer's debts a register tells the employer's account, and nobody who types its number."""
    with_course = {one.id: one.flow for one in office.services.catalogue.forms() if one.flow is not None}
    assert {"debt-remission", FORM} <= with_course.keys()
    for form_id in with_course.keys() - {FORM}:
        with pytest.raises(DossierError) as refused:
            office.services.begin_visit(form_id)
        assert refused.value.code == "unknown_form"


def test_no_dossier_is_opened_on_what_keeps_nothing(office: Office) -> None:
    with pytest.raises(DossierError) as refused:
        office.open(FORM)
    assert refused.value.code == "for_visitors"
