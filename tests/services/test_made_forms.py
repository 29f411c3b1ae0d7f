"""A dossier done wholly on screen needs no printed form; the declaration stands for the signature."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_service.storage.models import AttachmentRow, DossierRow
from forms_service.storage.objects import ObjectsUnavailable

PDF = b"%PDF-1.4\nnot much of a document"
REFUND, ALLOWANCE = "310-1-32", "311-1-14"
ANSWERS = {
    "assured.last": "Amrani",
    "assured.last.ar": "العمراني",
    "assured.first": "Fatima",
    "assured.registration": "123456782",
}


def form_need(office, actor, dossier: str):
    required = office.services.completeness(actor, dossier).required
    return next(one for one in required if one.type == "form")


def broken(office, actor, dossier: str) -> set[str]:
    return {one.rule.partition(":")[0] for one in office.services.completeness(actor, dossier).findings}


@pytest.fixture(params=[REFUND, ALLOWANCE])
def dossier(office, request) -> str:
    dossier = office.open(request.param)
    office.services.answer(office.applicant, dossier, ANSWERS, {})
    return dossier


def form_uploads(office, dossier: str):
    return [one for one in office.services.dossier(office.reviewer, dossier).attachments if one.is_form]


def test_on_screen_the_form_is_not_missing(office, dossier: str) -> None:
    assert form_need(office, office.applicant, dossier).satisfied
    assert "V19" not in broken(office, office.applicant, dossier)
    view = office.services.dossier(office.applicant, dossier)
    assert view.made_at_deposit == {"form"}
    assert view.attachments == ()


def test_the_deposit_makes_the_form_of_the_answers_and_the_receipt_names_it(office, dossier: str) -> None:
    import io

    from pypdf import PdfReader

    receipt = office.services.deposit(office.applicant, dossier, True)
    assert {one.label.fr for one in receipt.received if one.type == "form"} == {
        "Le formulaire (déclaration à l'écran tenant lieu de signature)"
    }, "nobody signed it"
    assert "form" not in {one.type for one in receipt.missing}
    (form,) = form_uploads(office, dossier)
    assert (form.type, form.status, form.made_on_screen) == ("form", "read", True)
    view = office.services.dossier(office.applicant, dossier)
    assert form.filename == f"{view.spec.id}-{receipt.reference}.pdf"
    data, media_type, _ = office.services.attachment_file(office.reviewer, dossier, form.id)
    assert media_type == "application/pdf"
    pages = PdfReader(io.BytesIO(data)).pages
    text = "".join(page.extract_text() for page in pages)
    assert "Amrani" in text
    assert receipt.reference in text
    assert not any(page.get("/Annots") for page in pages), "nobody can change it any more"
    assert form.pages == len(pages)
    picture = office.services.attachment_page_image(office.reviewer, dossier, form.id, 0, 600)
    assert picture.startswith(b"\x89PNG")
    assert form_need(office, office.reviewer, dossier).satisfied
    assert "V19" not in broken(office, office.reviewer, dossier)
    assert view.made_at_deposit == frozenset()


def test_the_statement_beside_the_signature_is_made_with_the_deposit(office) -> None:
    dossier = office.open(ALLOWANCE)
    office.services.deposit(office.applicant, dossier, True)
    given = office.services.dossier(office.applicant, dossier).dossier.values["decl.true"]
    assert (given.value, given.origin, given.by) == (True, "screen", office.applicant.id)


def test_signed_paper_that_was_handed_in_counts_and_nothing_is_made(office, dossier: str) -> None:
    office.services.upload(office.applicant, dossier, "signed.pdf", PDF, "form")
    assert office.services.dossier(office.applicant, dossier).made_at_deposit == frozenset()
    office.services.deposit(office.applicant, dossier, True)
    (form,) = office.services.dossier(office.reviewer, dossier).attachments
    assert (form.filename, form.made_on_screen) == ("signed.pdf", False)


def test_a_clerk_who_deposits_for_somebody_needs_their_signed_paper(office) -> None:
    for registration in ("111111119", "123456782"):  # nobody with an account; somebody with one
        dossier = office.services.open_dossier(office.clerk, ALLOWANCE, "fr", registration)
        assert not form_need(office, office.clerk, dossier).satisfied
        assert "V19" in broken(office, office.clerk, dossier)
        assert office.services.dossier(office.clerk, dossier).made_at_deposit == frozenset()
        receipt = office.services.deposit(office.clerk, dossier, True)
        assert "form" in {one.type for one in receipt.missing}
        assert form_uploads(office, dossier) == []


def test_paper_that_a_clerk_scanned_meets_the_demand(office) -> None:
    dossier = office.services.open_dossier(office.clerk, ALLOWANCE, "fr", "111111119")
    office.services.upload(office.clerk, dossier, "signed.pdf", PDF, "form")
    assert form_need(office, office.clerk, dossier).satisfied


def test_after_a_correction_the_form_says_the_new_answers(office, dossier: str) -> None:
    services = office.services
    services.deposit(office.applicant, dossier, True)
    (first,) = form_uploads(office, dossier)
    services.start_review(office.reviewer, dossier)
    services.request_correction(office.reviewer, dossier, ["assured.last"], [], "nom")
    services.answer(office.applicant, dossier, {"assured.last": "Bennani"}, {})
    assert services.dossier(office.applicant, dossier).made_at_deposit == {"form"}
    receipt = services.deposit(office.applicant, dossier, True)
    (second,) = form_uploads(office, dossier)
    assert second.id != first.id
    assert [one.count for one in receipt.received if one.type == "form"] == [1]
    assert services.attachment_file(office.reviewer, dossier, second.id)[0] != (
        office.application.services.objects.get(_object_of(office, first.id))
    )


def _object_of(office, attachment_id: str) -> str:
    with office.application.database.reading() as session:
        return session.get_one(AttachmentRow, attachment_id).object_key


def test_a_deposit_that_fails_leaves_no_half(office, dossier: str, monkeypatch) -> None:
    """The last step of the transaction fails, as a killed process would: nothing of it is there."""

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(office.services), "_keep_declarations", killed)
    with pytest.raises(KeyboardInterrupt):
        office.services.deposit(office.applicant, dossier, True)
    with office.application.database.reading() as session:
        assert session.scalars(select(AttachmentRow)).all() == []
        row = session.get_one(DossierRow, dossier)
        assert (row.state, row.receipt) == ("draft", None)
    monkeypatch.undo()
    office.services.deposit(office.applicant, dossier, True)
    assert len(form_uploads(office, dossier)) == 1


def test_a_form_that_does_not_say_so_is_always_demanded_on_paper(office, monkeypatch) -> None:
    from dataclasses import replace

    spec = office.application.catalogue.get(REFUND)
    strict = replace(spec, documents=tuple(replace(one, made_on_screen=False) for one in spec.documents))
    monkeypatch.setattr(type(office.services), "spec_of", lambda _self, _row: strict)
    dossier = office.open(REFUND)
    assert not form_need(office, office.applicant, dossier).satisfied
    receipt = office.services.deposit(office.applicant, dossier, True)
    assert "form" in {one.type for one in receipt.missing}


def test_health_needs_the_database_and_the_store_of_papers(office, monkeypatch) -> None:
    office.services.health()

    def away() -> None:
        raise ObjectsUnavailable("away")

    monkeypatch.setattr(office.services.objects, "check", away)
    with pytest.raises(OSError, match="away"):
        office.services.health()
