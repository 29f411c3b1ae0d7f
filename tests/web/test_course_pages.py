"""A request on its own course, on screen: page by page, in both languages, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.localized_text import LocalizedText
from core.stages import DossierEvent
from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.services import Actor
from forms_service.services.course_views import OfferView
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.models import HonourDeclarationRow
from forms_service.web import create_app
from forms_service.web.course import _new_terms, _rank
from tests.backends import Backend
from tests.web.web_service import JobsByHand, Service, Visitor

IDENTITY = {
    "q.person.registration": "149364188",
    "q.person.mobile": "0612345678",
    "q.person.first": "Youssef",
    "q.person.first.ar": "يوسف",
    "q.person.last": "Bennani",
    "q.person.last.ar": "بناني",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[Service]:
    jobs = JobsByHand()
    application = build(
        backend.config(tmp_path_factory.mktemp("course"), demo=True),
        catalogue=SpecCatalogue.load(Path(__file__).parents[1] / "flow_form"),
        jobs=jobs,
        first_look=NoLook(),
    )
    yield Service(application, jobs, create_app(application))
    application.close()


def words(page: str) -> str:
    """What a page says, without its marks for direction."""
    return re.sub(r"\s+", " ", re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", " ", page)))


def post(person: Visitor, dossier: str, action: str, **typed: object) -> str:
    answer = person.post(f"/dossiers/{dossier}/course", {"action": action, **typed})
    assert answer.status_code in (303, 422), answer.get_data(as_text=True)[-600:]
    return answer.location or answer.get_data(as_text=True)


def seen(person: Visitor, dossier: str, page: str = "course") -> str:
    return person.get(f"/dossiers/{dossier}/{page}").get_data(as_text=True)


@pytest.fixture(params=["ar", "fr"])
def person(service: Service, request: pytest.FixtureRequest) -> Visitor:
    return service.visitor(request.param).sign_in("applicant")


def test_whoever_begins_is_led_through_the_steps_and_told_why_not_yet(
    service: Service, person: Visitor
) -> None:
    dossier = service.new_dossier(form="course-1")
    assert person.get(f"/dossiers/{dossier}").location.endswith("/course")
    page = seen(person, dossier)
    assert page.count('aria-current="step"') == 1 and page.count('class="ahead"') >= 3
    refused = post(person, dossier, "go_on")
    assert (
        "اكتبوا أولا رقمكم" if person.language == "ar" else "Indiquez d&#39;abord votre numéro"
    ) in refused
    assert post(person, dossier, "go_on", **IDENTITY).endswith("/course")
    assert 'class="done"' in seen(person, dossier)
    post(person, dossier, "simulate", **{"q.debt.principal": "1000", "q.mode": "instalments"})
    page = seen(person, dossier)
    assert 'name="q.instalments"' in page, "a new question comes up before anything is done"
    post(
        person,
        dossier,
        "choose",
        **{"q.debt.principal": "1000", "q.mode": "instalments", "q.instalments": "3"},
    )
    page = seen(person, dossier)
    assert "333,34" in page and page.count('name="accept"') == 2 and 'name="code"' in page
    assert "pay_all" not in page, "what the answers rule out is not offered while another way is open"
    unticked = post(person, dossier, "register", code="000000")
    assert 'href="#accept-1"' in unticked
    assert post(person, dossier, "back").endswith("/course")
    assert "q.debt.principal" in seen(person, dossier)


def test_what_is_accepted_deposited_followed_and_delivered(service: Service, person: Visitor) -> None:
    dossier = service.new_dossier(form="course-1")
    post(person, dossier, "go_on", **IDENTITY)
    post(person, dossier, "choose", **{"q.debt.principal": "1000", "q.mode": "integral"})
    assert 'id="still-missing"' not in seen(person, dossier)
    after = post(person, dossier, "pay_all", accept="terms")
    assert after.endswith("/deposited")
    with service.application.database.reading() as session:
        kept = session.scalars(select(HonourDeclarationRow).where(HonourDeclarationRow.dossier_id == dossier))
        assert {one.declaration for one in kept} == {"deposit", "terms"}
    status = seen(person, dossier, "status")
    label = "تم التكفل بالطلب" if person.language == "ar" else "Demande prise en charge"
    assert label in words(status) and 'name="action"' not in status
    paper = re.search(r'href="/\w\w(/dossiers/[^"]+/papers/[^"]+\.pdf)"', status)
    for who in (person, service.visitor(person.language).sign_in("clerk")):
        assert who.get(paper[1]).get_data().startswith(b"%PDF-")
    assert service.visitor().sign_in("applicant", 1).get(paper[1]).status_code == 404


def registered(service: Service) -> tuple[str, Actor]:
    """A request that waits for guarantees, prepared without its pages."""
    services, owner = service.application.services, service.actor("applicant")
    dossier = service.new_dossier({"person.registration": "149364188", "person.last": "Bennani"}, "course-1")
    services.answer(owner, dossier, {"debt.principal": "900", "mode": "instalments", "instalments": "2"})
    with service.application.database.writing() as session:
        row = services.get_dossier(session, owner, dossier, to_change=True)
        here = services.standing(session, row)
        row.deposited_at = services.now()
        from core.flow_engine import Move

        services.advance(session, row, owner, "register", Move(here.flow.step("registered")))
    return dossier, owner


@pytest.mark.parametrize("role", ["clerk", "reviewer"])
def test_staff_see_what_they_may_do_and_do_it(service: Service, role: str) -> None:
    dossier, _ = registered(service)
    staff = service.visitor("fr").sign_in(role)
    address = f"/dossiers/{dossier}/status" if role == "clerk" else f"/review/{dossier}"
    page = staff.get(address).get_data(as_text=True)
    assert page.count('class="offer"') == 2
    assert "Rappel des garanties – à partir du" in words(page)
    refused = staff.post(f"/dossiers/{dossier}/course/act", {"action": "give_up", "from": "review"})
    assert refused.status_code == 303
    assert "Indiquez le motif" in words(staff.get(address).get_data(as_text=True))
    staff.post(f"/dossiers/{dossier}/course/act", {"action": "guarantees_in", "from": "review"})
    page = words(staff.get(address).get_data(as_text=True))
    assert "Fait : Garanties déposées" in page and "Accord de paiement (PDF)" in page


def test_depositing_again_leads_onward_and_stands_before_giving_up() -> None:
    def offer(name: str, to: str, does: DossierEvent | None = None) -> OfferView:
        label = LocalizedText(name, name)
        return OfferView(name, label, to, None, (), False, False, False, does)

    again, back = offer("again", "asked", DossierEvent.DEPOSIT), offer("back", "asked")
    assert [_rank(one, {"asked"}) for one in (again, offer("give_up", "over"), back)] == [0, 0, 2]


def test_what_an_answer_makes_one_accept_is_shown_before_it_is_missed(service: Service) -> None:
    words = LocalizedText("ضمانات", "garanties")

    def course(*accepts: str) -> SimpleNamespace:
        offer = OfferView(
            "pay", words, "paid", None, tuple((one, words) for one in accepts), False, False, False, None
        )
        return SimpleNamespace(way=(), offers=(offer,))

    for before, ticked, is_new in (((), [], True), ((), ["guarantees"], False), (("guarantees",), [], False)):
        with service.app.test_request_context("/", method="POST", data={"accept": ticked}):
            assert _new_terms(course(*before), course("guarantees"), ["pay"]) is is_new
