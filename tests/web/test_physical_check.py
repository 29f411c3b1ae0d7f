"""A request drawn for a check of its papers: what its person is told, and from when on no longer."""

from __future__ import annotations

import html
import io

import pytest
from web_service import ANSWERS, REFUND, Service

from forms_service.services.deposits import Deposits

PDF = b"%PDF-1.4\nnot much of a document"


@pytest.fixture
def every_deposit_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deposits, "_drawn", lambda *_: True)


@pytest.mark.parametrize(
    ("language", "told", "where", "general"),
    [
        ("ar", "اختير طلبكم للمراقبة المادية", "أي وكالة من وكالات", "تخضع بعض طلبات"),
        ("fr", "Votre demande est retenue pour un contrôle physique", "de votre choix", "Certaines demandes"),
    ],
)
@pytest.mark.usefixtures("every_deposit_is_drawn")
def test_whoever_is_drawn_is_told_so_with_what_to_bring_and_where(
    service: Service, language: str, told: str, where: str, general: str
) -> None:
    dossier = service.new_dossier({}, REFUND)
    services, applicant = service.application.services, service.actor("applicant")
    services.upload(applicant, dossier, "cni.pdf", PDF, "id_assured")
    services.deposit(applicant, dossier, True)
    visitor = service.visitor(language).sign_in("applicant")
    name = service.application.catalogue.document_types().label_of("id_assured").as_dict()[language]
    for place in ("deposited", "status"):
        page = html.unescape(visitor.get(f"/dossiers/{dossier}/{place}").get_data(as_text=True))
        notice = page.partition('id="physical-check"')[2].partition("</section>")[0]
        plain, _, folded = notice.partition("<details")
        assert told in plain
        assert where in plain
        assert name in plain
        for paper in ("receipt.pdf", "filled.pdf"):
            assert f"{dossier}/{paper}" in plain
        assert general in folded


def test_nobody_is_sent_to_the_agency_twice(
    service: Service, every_deposit_is_drawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = service.application.services
    applicant, clerk, reviewer = (service.actor(one) for one in ("applicant", "clerk", "reviewer"))
    dossier = service.new_dossier(ANSWERS)
    assert services.deposit(applicant, dossier, True).physical_check
    services.receive_paper(clerk, dossier)
    services.start_review(reviewer, dossier)
    services.request_correction(reviewer, dossier, ["assured.address"], [], "x" * 20)
    services.answer(applicant, dossier, {"assured.address": "12 rue des Orangers"})
    assert not services.deposit(applicant, dossier, True).physical_check
    visitor = service.visitor("fr").sign_in("applicant")
    for place in ("deposited", "status"):
        page = visitor.get(f"/dossiers/{dossier}/{place}").get_data(as_text=True)
        assert 'id="physical-check"' not in page
        assert "a déjà reçu votre dossier papier" in page


def test_a_complement_after_the_paper_file_does_not_ask_for_it_again(
    service: Service, every_deposit_is_drawn: None
) -> None:
    services = service.application.services
    applicant = service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    services.deposit(applicant, dossier, True)
    services.receive_paper(service.actor("clerk"), dossier)
    services.add_paper(applicant, dossier, "cni.pdf", io.BytesIO(PDF).getvalue(), "id_assured")
    assert not services.confirm_complement(applicant, dossier).physical_check
