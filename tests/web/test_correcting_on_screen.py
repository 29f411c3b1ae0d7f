"""A correction answered on screen: only what was rejected is asked again, and it shows where it is."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from flask import g
from web_service import ANSWERS, Service, Visitor

from forms_service.storage.models import DossierRow
from forms_service.web.applicant import opened

PDF = b"%PDF-1.4\nnot much of a document"
MESSAGE = "العنوان غير مقروء"


@pytest.fixture
def dossier(service: Service) -> str:
    """Given back for an address, a child's birth and the card that was declined."""
    services, applicant, reviewer = (
        service.application.services,
        service.actor("applicant"),
        service.actor("reviewer"),
    )
    dossier = service.new_dossier({**ANSWERS, "assured.address": "1 rue A"})
    services.answer_group(applicant, dossier, "children", [{"birth": "2020-01-02"}])
    paper = services.upload(applicant, dossier, "carte.pdf", PDF, "id_assured")
    services.deposit(applicant, dossier, True)
    services.start_review(reviewer, dossier)
    services.decide_document(reviewer, dossier, paper.id, False, "unreadable")
    services.request_correction(
        reviewer,
        dossier,
        ["assured.address", "children.1.birth"],
        ["id_assured"],
        MESSAGE,
        {"assured.address": "unreadable"},
    )
    return dossier


def page(visitor: Visitor, path: str) -> str:
    return html.unescape(visitor.get(path).get_data(as_text=True))


@pytest.mark.parametrize(
    ("path", "box", "other"),
    [
        ("section/assured", "q.assured.address", "q.assured.id_no"),
        ("list/children/1", "q.birth.day", "q.first"),
    ],
)
def test_only_what_was_rejected_is_asked_and_the_rest_is_folded(
    applicant: Visitor, dossier: str, path: str, box: str, other: str
) -> None:
    shown = page(applicant, f"/dossiers/{dossier}/{path}")
    asked = shown.partition("asked-again")[2].partition("</section>")[0]
    assert MESSAGE in asked
    assert f'name="{box}"' in asked
    assert f'name="{other}"' not in asked
    assert f'name="{other}"' in shown.partition("</section>\n<details>")[2]


def test_a_page_nothing_is_rejected_on_is_as_ever(applicant: Visitor, dossier: str) -> None:
    assert "asked-again" not in page(applicant, f"/dossiers/{dossier}/section/quality")


def test_the_list_of_tasks_says_what_to_correct_and_why_until_it_is_done(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    listed = page(applicant, f"/dossiers/{dossier}")
    assert listed.count("يجب تصحيحه</span>") == 3
    declined = next(one for one in listed.split("<li>") if "#doc-id_assured" in one)
    assert any(word in declined for word in ("مقروء", "واضح")), "a declined paper says why"
    services = service.application.services
    services.answer(service.actor("applicant"), dossier, {"assured.address": "12 rue des Orangers"})
    assert page(applicant, f"/dossiers/{dossier}").count("يجب تصحيحه</span>") == 2
    saved = applicant.post(f"/dossiers/{dossier}/section/quality", {"q.quality": "assured"})
    assert saved.headers["Location"].endswith(f"/dossiers/{dossier}"), "not on to what nobody asked"


def test_depositing_again_shows_first_what_was_corrected(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    services = service.application.services
    services.answer(service.actor("applicant"), dossier, {"assured.address": "12 rue des Orangers"})
    shown = page(applicant, f"/dossiers/{dossier}/check")
    corrected = shown.partition('id="corrected"')[2].partition("</section>")[0]
    assert "12 rue des Orangers" in corrected
    assert corrected.count("لم يُصحح بعد") == 2
    assert (
        shown.index('id="corrected"')
        < shown.index('id="the-rest"')
        < shown.index("12/03/1988")
        < shown.index('id="declare"')
    )


def test_the_filled_slip_has_a_place_of_its_own(applicant: Visitor, dossier: str) -> None:
    listed = page(applicant, f"/dossiers/{dossier}")
    assert f"/dossiers/{dossier}/documents#the-slip" in listed
    place = (
        page(applicant, f"/dossiers/{dossier}/documents")
        .partition('id="the-slip"')[2]
        .partition("</section>")[0]
    )
    assert "قسيمة التصحيح" in place
    assert 'name="files.the-slip"' in place


def test_questions_are_asked_as_of_the_deposit_by_which_the_dossier_is_judged(
    service: Service, dossier: str
) -> None:
    with service.application.database.writing() as session:
        row = session.get_one(DossierRow, dossier)
        assert row.deposited_at
        row.deposited_at -= timedelta(days=400)  # a child is past a birthday since
        deposited_on = row.deposited_at.astimezone(service.application.services.zone).date()
    with service.app.test_request_context("/ar/"):
        g.actor = service.actor("applicant")
        seen = opened(dossier)
    assert seen.scope.variables["on"] == deposited_on.isoformat()
