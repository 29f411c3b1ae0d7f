"""The page of documents is one form: what is chosen or ticked anywhere comes along with any button."""

from __future__ import annotations

import io
import re

import pytest
from web_service import ANSWERS, Service, Visitor

PDF = b"%PDF-1.4\nnot much of a document"


@pytest.fixture
def draft(service: Service) -> str:
    return service.new_dossier(ANSWERS)


def sent_types(service: Service, draft: str) -> list[str | None]:
    view = service.application.services.dossier(service.actor("applicant"), draft)
    return sorted(one.declared_type or "" for one in view.attachments)


def test_going_on_takes_along_what_was_chosen_in_every_place_and_what_was_ticked(
    service: Service, applicant: Visitor, draft: str
) -> None:
    answer = applicant.post(
        f"/dossiers/{draft}/documents",
        {
            "go": "check",
            "exemptions": "shown",
            "on_file": "marriage",
            "as_type.doc-id_assured": "id_assured",
            "files.doc-id_assured": (io.BytesIO(PDF), "carte.pdf"),
            "as_type.doc-bank": "bank",
            "files.doc-bank": (io.BytesIO(PDF), "rib.pdf"),
            "as_type.other": "",
            "files.other": (io.BytesIO(b""), ""),
        },
    )
    assert answer.headers["Location"].endswith(f"/dossiers/{draft}/check")
    assert sent_types(service, draft) == ["bank", "id_assured"]
    view = service.application.services.dossier(service.actor("applicant"), draft)
    assert view.dossier.on_file == {"marriage"}
    page = applicant.get(f"/dossiers/{draft}/check").get_data(as_text=True)
    assert page.count("تم استلام") == 1, "several places, one sentence"
    assert "تم استلام ملفين" in page
    for place in ("check", "missing"):
        assert "تجري قراءة بعض الوثائق" in applicant.get(f"/dossiers/{draft}/{place}").get_data(as_text=True)
    service.read_all()
    assert "تجري قراءة" not in applicant.get(f"/dossiers/{draft}/missing").get_data(as_text=True)


def test_a_refused_file_keeps_its_sender_on_the_page(
    service: Service, applicant: Visitor, draft: str
) -> None:
    answer = applicant.post(
        f"/dossiers/{draft}/documents",
        {
            "go": "check",
            "exemptions": "shown",
            "as_type.doc-id_assured": "id_assured",
            "files.doc-id_assured": (io.BytesIO(b"MZ"), "virus.exe"),
        },
    )
    assert "/documents" in answer.headers["Location"]
    assert "virus.exe" in applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)


def test_sending_one_place_sends_the_others_and_leads_back_to_it(
    service: Service, applicant: Visitor, draft: str
) -> None:
    answer = applicant.post(
        f"/dossiers/{draft}/documents",
        {
            "go": "doc-bank",
            "exemptions": "shown",
            "as_type.doc-id_assured": "id_assured",
            "files.doc-id_assured": (io.BytesIO(PDF), "carte.pdf"),
            "as_type.doc-bank": "bank",
            "files.doc-bank": (io.BytesIO(PDF), "rib.pdf"),
        },
    )
    assert answer.headers["Location"].endswith("/documents#doc-bank")
    assert sent_types(service, draft) == ["bank", "id_assured"]


def test_every_place_of_the_page_belongs_to_the_form_of_the_button_that_goes_on(
    applicant: Visitor, draft: str
) -> None:
    html = applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)
    inputs = re.findall(r'<input[^>]*type="(?:file|checkbox)"[^>]*>', html)
    assert len(inputs) > 4
    assert all('form="papers"' in one for one in inputs)
    names = re.findall(r'name="(files\.[^"]+)"', html)
    assert len(set(names)) * 2 == len(names), (
        "each place has its files and its camera under one name of its own"
    )
    assert re.search(r'<button[^>]*form="papers"[^>]*value="check"', html)


def test_what_its_person_said_is_filed_is_told_as_their_word(
    service: Service, applicant: Visitor, draft: str
) -> None:
    applicant.post(f"/dossiers/{draft}/documents", {"exemptions": "shown", "on_file": "id_assured"})
    for place in ("documents", "check"):
        assert "حسب تصريحكم" in applicant.get(f"/dossiers/{draft}/{place}").get_data(as_text=True)


def posted_by(html: str) -> dict[str, list[str]]:
    """What the page's form posts of what is said to be filed or declared, nothing touched."""
    inputs = re.findall(r'<input form="papers"[^>]*>', html)
    return {
        name: [
            value[1]
            for one in inputs
            if f'name="{name}"' in one
            and ('type="hidden"' in one or " checked" in one)
            and (value := re.search(r'value="([^"]*)"', one))
        ]
        for name in ("on_file", "shown_on_file", "declared", "shown_declared")
    }


def said(service: Service, draft: str) -> tuple[frozenset[str], frozenset[str]]:
    dossier = service.application.services.dossier(service.actor("applicant"), draft).dossier
    return dossier.on_file, dossier.declared


def test_a_window_opened_before_takes_back_nothing_that_another_one_said(
    service: Service, applicant: Visitor, draft: str
) -> None:
    page = f"/dossiers/{draft}/documents"
    old = posted_by(applicant.get(page).get_data(as_text=True))
    applicant.post(page, {"exemptions": "shown", "on_file": "id_assured", "declared": "marriage"})
    answer = applicant.post(page, {"exemptions": "shown", "go": "check", **old})
    assert answer.status_code == 303
    assert said(service, draft) == ({"id_assured"}, {"marriage"})


def test_a_tick_is_taken_back_by_the_page_that_showed_it(
    service: Service, applicant: Visitor, draft: str
) -> None:
    page = f"/dossiers/{draft}/documents"
    applicant.post(page, {"exemptions": "shown", "on_file": "id_assured", "declared": "marriage"})
    shown = posted_by(applicant.get(page).get_data(as_text=True))
    assert shown["on_file"] == shown["shown_on_file"] == ["id_assured"]
    applicant.post(page, {"exemptions": "shown", **shown, "on_file": []})
    assert said(service, draft) == (frozenset(), {"marriage"})


def test_a_dossier_that_becomes_full_names_what_it_did_not_take_and_still_replaces(
    service: Service, applicant: Visitor, draft: str
) -> None:
    page = f"/dossiers/{draft}/documents"
    applicant.post(page, {"as_type": "bank", "files": (io.BytesIO(PDF), "ancien.pdf")})
    view = service.application.services.dossier(service.actor("applicant"), draft)
    (old,) = (one.id for one in view.attachments)
    config = service.application.config
    most = config.max_uploads
    object.__setattr__(config, "max_uploads", 2)
    try:
        answer = applicant.post(
            page,
            {
                "go": "check",
                "replaces.doc-bank": old,
                "as_type.doc-bank": "bank",
                "files.doc-bank": [(io.BytesIO(PDF), "nouveau.pdf"), (io.BytesIO(PDF), "de-trop.pdf")],
            },
        )
    finally:
        object.__setattr__(config, "max_uploads", most)
    assert answer.headers["Location"].partition("#")[0].endswith("/documents")
    after = service.application.services.dossier(service.actor("applicant"), draft)
    assert [one.filename for one in after.attachments] == ["nouveau.pdf"]
    assert "de-trop.pdf" in applicant.get(page).get_data(as_text=True)
