"""Wherever it is told what is missing, a paper that does not serve is told with what to do."""

from __future__ import annotations

import html
import re

import pytest
from web_service import ANSWERS, Service, Visitor

from forms_service.ocr.attachments.warnings import warn
from forms_service.storage.models import AttachmentRow

PDF = b"%PDF-1.4\nnot much of a document"


def sent(service: Service, seen_as: str | None, code: str) -> tuple[str, str]:
    """A dossier with a paper sent as the applicant's card, and how it was read."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    paper = services.upload(applicant, dossier, "papier.pdf", PDF, "id_assured")
    with services.database.writing() as session:
        row = session.get_one(AttachmentRow, paper.id)
        row.status, row.type, row.seen_as = "read", "id_assured", seen_as
        row.warnings = [warn(code, seen="un acte", expected="la carte").message.as_dict()]
    return dossier, paper.id


def page(visitor: Visitor, path: str) -> str:
    return html.unescape(visitor.get(path).get_data(as_text=True))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_another_kind_is_missing_on_every_page_and_says_what_to_do(service: Service, language: str) -> None:
    dossier, paper = sent(service, "marriage_act", "other_kind")
    seen = service.application.catalogue.document_types().label_of("marriage_act").as_dict()[language]
    visitor = service.visitor(language).sign_in("applicant")
    for place in ("missing", "check"):
        told = [
            one for one in page(visitor, f"/dossiers/{dossier}/{place}").split("<li>") if "papier.pdf" in one
        ]
        assert len(told) == 1
        assert seen in told[0]
    documents = page(visitor, f"/dossiers/{dossier}/documents")
    card = documents.partition('id="doc-')[2]
    assert f"/documents/{paper}/keep" in card
    assert re.search(rf'name="replaces\.[^"]+" value="{paper}"', card)
    assert 'class="tag bad"' in card


def test_insisting_makes_it_count(service: Service) -> None:
    dossier, paper = sent(service, "marriage_act", "other_kind")
    visitor = service.visitor("fr").sign_in("applicant")
    assert "papier.pdf" in page(visitor, f"/dossiers/{dossier}/missing")
    visitor.post(f"/dossiers/{dossier}/documents/{paper}/keep")
    report = service.application.services.completeness(service.actor("applicant"), dossier)
    assert next(one for one in report.required if one.type == "id_assured").satisfied


def test_an_unsure_reading_counts_with_a_remark_that_leads_to_its_paper(service: Service) -> None:
    dossier, paper = sent(service, None, "type_mismatch")
    visitor = service.visitor("fr").sign_in("applicant")
    check = page(visitor, f"/dossiers/{dossier}/check")
    to_know = check.partition('aria-labelledby="to-know"')[2].partition("</section>")[0]
    assert f"#attachment-{paper}" in to_know
    assert "ressemble à « un acte »" in to_know
    entry = next(one for one in check.split("<dt>") if "#doc-id_assured" in one)
    assert re.findall(r'class="tag (\w+)">([^<]+)', entry) == [("warn", "Jointe, avec des remarques")]


@pytest.mark.parametrize(
    ("seen_as", "is_form", "where"),
    [(None, False, "/deposited"), ("blank", False, None), (None, True, None)],
    ids=["nothing to remark", "blank", "a form"],
)
def test_a_reading_that_finds_nothing_holds_no_deposit_up(
    service: Service, seen_as: str | None, is_form: bool, where: str | None
) -> None:
    from forms_service.services.base import SYSTEM
    from forms_service.storage.models import DossierRow

    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    paper = services.upload(applicant, dossier, "carte.pdf", PDF, "id_assured")
    shown = services.dossier(applicant, dossier).revision
    with services.database.writing() as session:
        row = session.get_one(AttachmentRow, paper.id)
        row.status, row.type, row.seen_as, row.is_form = "read", "id_assured", seen_as, is_form
        services.touch(session, session.get_one(DossierRow, dossier), SYSTEM, "read", {"attachment": row.id})
    said = {"declaration": "true", "revision": str(shown)}
    answer = service.visitor("fr").sign_in("applicant").post(f"/dossiers/{dossier}/deposit", said)
    assert answer.status_code == (303 if where else 409)
    assert where is None or answer.headers["Location"].endswith(where)
