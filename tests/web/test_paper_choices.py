"""What a paper may be said to be: by kind, what is missing first, nothing twice; and what of a paper is no remark."""

from __future__ import annotations

from collections import Counter

import pytest
from web_service import ALLOWANCE, ANSWERS, Service

from core.localized_text import Language
from forms_service.ocr.attachments.warnings import warn
from forms_service.services.paper_notes import notes, remarks
from forms_service.web.paper_choices import PaperKind, paper_choices


def offered(kinds: list[PaperKind]) -> list[tuple[str, str]]:
    return [paper for kind in kinds for paper in kind.papers]


@pytest.mark.parametrize("language", Language)
def test_no_paper_is_offered_twice_and_no_two_are_called_alike(service: Service, language: Language) -> None:
    with service.app.test_request_context(f"/{language.value}/agency/intake"):
        service.app.preprocess_request()
        papers = offered(paper_choices())
    assert max(Counter(one for one, _ in papers).values()) == 1
    assert max(Counter(name for _, name in papers).values()) == 1
    types = {one for one, _ in papers}
    assert {"bank_attestation", "cheque_specimen", "marriage", "filiation"} <= types
    assert not {"bank", "divorce_or_abandon", "form", "form_311_1_14"} & types


def test_what_the_dossier_waits_for_stands_first_and_other_forms_papers_are_left_out(
    service: Service,
) -> None:
    services, clerk = service.application.services, service.actor("clerk")
    dossier_id = service.new_dossier(ANSWERS)
    report = services.completeness(clerk, dossier_id)
    with service.app.test_request_context("/ar/agency/intake"):
        service.app.preprocess_request()
        kinds = paper_choices(services.dossier(clerk, dossier_id).spec, report)
        kept = paper_choices(services.dossier(clerk, dossier_id).spec, report, now="miner_cert")
    assert services.dossier(clerk, dossier_id).spec.id == ALLOWANCE
    assert kinds[0].title == "ما زال منتظرا في هذا الملف"
    missing = {
        one for need in report.required if not need.satisfied for one in (need.type, *need.alternatives)
    }
    assert {one for one, _ in kinds[0].papers} <= missing
    assert "id_assured" in {one for one, _ in kinds[0].papers}
    assert "miner_cert" not in {one for one, _ in offered(kinds)}
    assert "miner_cert" in {one for one, _ in offered(kept)}, "what it is now stays to be seen"


def test_a_file_of_two_papers_is_worth_a_note_and_no_remark() -> None:
    two = warn("several_documents", seen="شهادة / extrait").message
    other = warn("unrecognised").message
    assert notes([two, other]) == [two]
    assert remarks([two, other]) == [other]
