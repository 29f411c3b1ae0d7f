"""Adding what a deposit lacks, on screen."""

from __future__ import annotations

import io
import re

import pytest
from page_structure import PageStructure
from web_service import ANSWERS, Service, Visitor

PDF = b"%PDF-1.4\nnot much of a document"


@pytest.fixture
def deposited(service: Service) -> str:
    dossier = service.new_dossier(ANSWERS)
    service.application.services.deposit(service.actor("applicant"), dossier, True)
    return dossier


def page(visitor: Visitor, path: str) -> str:
    html = visitor.get(path).get_data(as_text=True)
    assert PageStructure(html).faults() == []
    return html


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_missing_paper_is_added_from_the_page_that_names_it(
    service: Service, deposited: str, language: str
) -> None:
    visitor = service.visitor(language).sign_in("applicant")
    base = f"/dossiers/{deposited}"
    for place in ("/deposited", "/status"):
        assert f"/{language}{base}/complement" in page(visitor, base + place)
    lacking = page(visitor, f"{base}/complement")
    assert 'value="id_assured"' in lacking
    sent = visitor.post(
        f"{base}/complement", {"as_type": "id_assured", "files": (io.BytesIO(PDF), "cni.pdf")}
    )
    assert sent.headers["Location"] == f"/{language}{base}/complement"
    added = page(visitor, f"{base}/complement")
    assert "cni.pdf" in added
    assert 'value="id_assured"' not in added
    assert f"{base}/complement/confirm" in added
    assert visitor.post(f"{base}/complement/confirm").headers["Location"] == f"/{language}{base}/status"
    after = page(visitor, f"{base}/status")
    assert re.search(r'class="notice done"', after)
    assert visitor.get(f"{base}/receipt.pdf").data.startswith(b"%PDF")


def test_a_paper_nobody_asked_for_and_an_empty_file_are_refused_in_words(
    service: Service, deposited: str
) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    base = f"/dossiers/{deposited}/complement"
    visitor.post(base, {"as_type": "no_such", "files": (io.BytesIO(PDF), "x.pdf")})
    assert "inconnu" in page(visitor, base)
    visitor.post(base, {"as_type": "id_assured", "files": (io.BytesIO(b""), "vide.pdf")})
    html = page(visitor, base)
    assert "vide.pdf" in html
    assert f"{base}/confirm" not in html
    visitor.post(base, {"as_type": "id_assured"})
    assert "Aucun fichier" in page(visitor, base)


def test_an_added_paper_is_taken_back(service: Service, deposited: str) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    base = f"/dossiers/{deposited}/complement"
    visitor.post(base, {"as_type": "id_assured", "files": (io.BytesIO(PDF), "cni.pdf")})
    action = re.search(rf'action="/fr({base}/[^/"]+/remove)"', page(visitor, base))
    assert action
    visitor.post(action[1])
    assert "cni.pdf" not in page(visitor, base)


def test_a_draft_has_nothing_to_complement(service: Service) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    draft = service.new_dossier(ANSWERS)
    assert visitor.get(f"/dossiers/{draft}/complement").headers["Location"] == f"/fr/dossiers/{draft}"
