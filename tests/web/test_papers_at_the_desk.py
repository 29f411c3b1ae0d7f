"""The agency prints blanks while they are made, and each paper of a dossier only for whom it is meant."""

from __future__ import annotations

import io
import re

import pytest
from page_structure import PageStructure
from pypdf import PdfReader
from web_service import ALLOWANCE, Service, Visitor

from core.placement import COVER
from core.receipt import normalize_reference
from forms_service.render.form_pdf import read_values


@pytest.fixture(scope="module")
def draft(service: Service) -> str:
    return service.new_dossier()


@pytest.fixture(scope="module")
def in_review(service: Service) -> str:
    return service.under_review()


def pdf(answer) -> PdfReader:
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(answer.data))


def test_a_thousand_blanks_come_in_one_streamed_file_with_distinct_references(clerk: Visitor) -> None:
    answer = clerk.post("/agency/blanks", {"form": ALLOWANCE, "copies": "1000", "references": "true"})
    assert answer.is_streamed
    assert "Content-Length" not in answer.headers
    assert f"filename={ALLOWANCE}-x1000.pdf" in answer.headers["Content-Disposition"].replace('"', "")
    pages = pdf(answer).pages
    assert len(pages) % 1000 == 0
    found = [re.findall(r"\w{4}-\w{4}-\w{4}", pages[n].extract_text()) for n in range(0, 60)]
    references = {one for words in found for one in words if normalize_reference(one)}
    assert len(references) == 60 // (len(pages) // 1000)


def test_blanks_in_large_print_take_more_pages(clerk: Visitor) -> None:
    asked = {"form": ALLOWANCE, "copies": "2"}
    usual, large = (pdf(clerk.post("/agency/blanks", {**asked, **more})) for more in ({}, {"large": "true"}))
    assert len(large.pages) > len(usual.pages)
    assert not re.search(r"\w{4}-\w{4}-\w{4}", usual.pages[0].extract_text())


def test_a_copy_for_two_sided_printers_has_an_even_number_of_pages(clerk: Visitor) -> None:
    asked = {"form": ALLOWANCE, "copies": "3", "two_sided": "true"}
    assert len(pdf(clerk.post("/agency/blanks", asked)).pages) % 6 == 0


def test_a_refused_number_keeps_what_was_chosen(clerk: Visitor) -> None:
    html = clerk.post("/agency/blanks", {"form": ALLOWANCE, "copies": "5000", "large": "true"}).get_data(
        as_text=True
    )
    assert re.search(r'id="large"[^>]*checked', html)
    assert not re.search(r'id="references"[^>]*checked', html)
    assert re.search(rf'value="{ALLOWANCE}" selected', html)
    assert "1000" in html


def test_a_person_at_the_counter_gets_a_blank_with_what_is_known(
    service: Service, clerk: Visitor, draft: str
) -> None:
    """Their earlier dossier gives the identity; the new one the reference."""
    services = service.application.services
    earlier = services.dossier(service.actor("clerk"), draft)
    registration = services.find_dossiers(service.actor("clerk"), earlier.reference)[0].registration
    said = {"registration": registration, "form": ALLOWANCE, "then": "blank"}
    offered = clerk.post("/agency/open", said)
    assert offered.status_code == 422
    assert f'/dossiers/{draft}">' in offered.get_data(as_text=True), "the one begun already comes first"
    answer = clerk.post("/agency/open", {**said, "another": registration})
    assert answer.status_code == 303
    html = clerk.get(answer.headers["Location"].removeprefix("/ar")).get_data(as_text=True)
    link = re.search(r'href="/ar(/dossiers/[^"]+/personal.pdf\?print=usual)" target="_blank"', html)
    assert link, "the new dossier stays in sight, its paper opens beside it"
    place = link[1]
    text = pdf(clerk.get(place)).pages[0].extract_text()
    assert registration in "".join(text.split())
    typed = clerk.get(place.partition("?")[0])
    filled = read_values(typed.data)
    assert filled.reference != earlier.reference
    assert {name for name, value in filled.values.items() if value} <= {
        one for one in filled.values if one.startswith("assured.")
    }


def test_everybody_who_may_see_a_dossier_prints_its_cover_sheet(
    service: Service, clerk: Visitor, applicant: Visitor, in_review: str
) -> None:
    import numpy as np
    import pypdfium2

    from forms_service.ocr.page_identity import find_identity

    reviewer = service.visitor("fr").sign_in("reviewer")
    for visitor in (clerk, applicant, reviewer):
        data = visitor.get(f"/dossiers/{in_review}/cover.pdf").data
        page = pypdfium2.PdfDocument(data)[0].render(scale=150 / 72, grayscale=True).to_pil()
        mark = find_identity(np.asarray(page))
        assert mark
        assert mark.identity.variant == COVER


def test_the_summary_is_for_reviewers_only(
    service: Service, clerk: Visitor, applicant: Visitor, in_review: str, draft: str
) -> None:
    reviewer = service.visitor("fr").sign_in("reviewer")
    text = "".join(
        page.extract_text() for page in pdf(reviewer.get(f"/dossiers/{in_review}/summary.pdf")).pages
    )
    assert "Fiche d’examen du dossier" in text
    for visitor in (clerk, applicant):
        assert visitor.get(f"/dossiers/{in_review}/summary.pdf").status_code == 404
    assert reviewer.get(f"/dossiers/{draft}/summary.pdf").status_code == 404, "drafts are private"
    assert service.visitor("fr").get(f"/dossiers/{in_review}/summary.pdf").status_code == 302


def test_nobody_prints_papers_of_somebody_elses_dossier(service: Service, in_review: str, draft: str) -> None:
    stranger = service.visitor("fr").sign_in("applicant", 1)
    for paper in ("cover", "personal", "summary"):
        assert stranger.get(f"/dossiers/{in_review}/{paper}.pdf").status_code == 404


def test_no_two_forms_of_one_dossier_are_saved_under_one_name(service: Service, draft: str) -> None:
    applicant = service.visitor("ar").sign_in("applicant")
    papers = ("blank.pdf", "blank.pdf?print=large", "filled.pdf", "personal.pdf")
    papers += ("personal.pdf?print=usual", "personal.pdf?print=large")
    named = [applicant.get(f"/dossiers/{draft}/{one}").headers["Content-Disposition"] for one in papers]
    assert len(set(named)) == len(papers)


@pytest.mark.parametrize("number", ["176543299", "12"])
def test_a_doubtful_number_is_asked_again_on_the_page_it_was_typed_on(clerk: Visitor, number: str) -> None:
    asked = {"registration": number, "form": ALLOWANCE, "then": "blank", "page": "blanks", "large": "true"}
    answer = clerk.post("/agency/open", asked)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(r'id="personal-large"[^>]* checked', html) and f'value="{number}"' in html
    assert 'id="copies"' in html, "it is the page of blanks"
    assert PageStructure(html).faults() == []
