"""Papers come in: kept first, handed over in the same transaction, refused with a clear sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.errors import DossierError, UnreadableDocument
from forms_service.services import ReadingStatus
from forms_service.services.uploads import plain_filename, sniff
from forms_service.storage.models import AttachmentRow
from forms_service.storage.sealed_objects import SealedStore

PDF = b"%PDF-1.4\nnot much of a document"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def test_an_upload_is_kept_and_waits_to_be_read(office) -> None:
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, "acte.pdf", PDF, "birth", 2)
    assert (view.status, view.declared_type, view.child) == (ReadingStatus.WAITING, "birth", 2)
    assert office.jobs.keys == [view.id]
    assert office.services.attachment_file(office.applicant, dossier, view.id) == (
        PDF,
        "application/pdf",
        "acte.pdf",
    )


def test_row_and_job_appear_together_or_not_at_all(office, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = office.open()

    def broken(*_args: object) -> None:
        raise ConnectionError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(type(office.jobs), "enqueue", broken)
        with pytest.raises(ConnectionError):
            office.services.upload(office.applicant, dossier, "acte.pdf", PDF)
    assert office.services.dossier(office.applicant, dossier).attachments == ()
    assert office.jobs.keys == []
    assert office.services.upload(office.applicant, dossier, "acte.pdf", PDF).status == "waiting"


def test_a_paper_the_store_cannot_keep_is_not_noted(office, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = office.open()

    def full(_self: object, _content: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedStore, "put", full)
    with pytest.raises(OSError, match="No space"):
        office.services.upload(office.applicant, dossier, "acte.pdf", PDF)
    assert office.services.dossier(office.applicant, dossier).attachments == ()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.pdf", b""),
        ("letter.docx", b"PK\x03\x04"),
        ("virus.pdf", b"MZ\x90\x00"),
        ("page.svg", b"<svg/>"),
    ],
)
def test_a_file_of_a_wrong_type_is_refused_but_kept(office, name: str, data: bytes) -> None:
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, name, data)
    assert view.status == ReadingStatus.REFUSED
    assert name in view.message.ar
    assert name in view.message.fr
    assert office.jobs.keys == []
    assert office.services.attachment_file(office.applicant, dossier, view.id)[0] == data
    assert office.services.dossier(office.applicant, dossier).dossier.attachments == ()


def test_a_file_over_the_limit_is_not_taken(make_office) -> None:
    office = make_office(max_upload_bytes=1024 * 1024)
    dossier = office.open()
    with pytest.raises(UnreadableDocument) as refused:
        office.services.upload(office.applicant, dossier, "big.pdf", PDF + bytes(1024 * 1024))
    assert refused.value.code == "file_too_large"
    assert office.services.dossier(office.applicant, dossier).attachments == ()


def test_a_dossier_takes_a_limited_number_of_papers(make_office) -> None:
    office = make_office(max_uploads=2)
    dossier = office.open()
    for _ in range(2):
        office.services.upload(office.applicant, dossier, "acte.pdf", PDF)
    with pytest.raises(DossierError) as refused:
        office.services.upload(office.applicant, dossier, "acte.pdf", PDF)
    assert refused.value.code == "too_many_uploads"
    assert len(office.services.dossier(office.applicant, dossier).attachments) == 2


def test_an_unknown_document_type_is_refused(office) -> None:
    dossier = office.open()
    with pytest.raises(DossierError) as refused:
        office.services.upload(office.applicant, dossier, "acte.pdf", PDF, "love_letter")
    assert refused.value.code == "unknown_document_type"


def test_an_unread_paper_counts_as_supplied(office) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured"}, {})

    def bank() -> bool:
        report = office.services.completeness(office.applicant, dossier)
        return next(one.satisfied for one in report.required if one.type == "bank")

    assert not bank()
    office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    assert bank()


def test_a_paper_taken_back_counts_no_more_but_stays_in_the_history(office) -> None:
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    office.services.remove_attachment(office.applicant, dossier, view.id)
    after = office.services.dossier(office.applicant, dossier)
    assert after.attachments == ()
    assert after.dossier.attachments == ()
    assert "removed" in [event.action for event in after.events]
    with office.application.database.reading() as session:
        key = session.scalar(select(AttachmentRow.object_key))
    assert office.services.objects.get(key) == PDF
    with pytest.raises(DossierError):
        office.services.attachment_file(office.applicant, dossier, view.id)


def test_a_reading_that_begins_after_the_paper_was_taken_back_does_nothing(office) -> None:
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    office.services.remove_attachment(office.applicant, dossier, view.id)
    office.read_all()
    with office.application.database.reading() as session:
        assert session.get(AttachmentRow, view.id).status == "waiting"


def test_a_paper_of_another_dossier_is_not_reachable_through_ones_own(office) -> None:
    theirs = office.services.open_dossier(office.neighbour, "311-1-14", "ar")
    secret = office.services.upload(office.neighbour, theirs, "acte.pdf", PDF)
    with pytest.raises(DossierError) as refused:
        office.services.attachment_file(office.applicant, office.open(), secret.id)
    assert refused.value.code == "unknown_document"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PDF, "application/pdf"),
        (b"\r\n\r\n" + PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_the_content_tells_the_type(data: bytes, expected: str | None) -> None:
    assert sniff(data) == expected


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\acte.pdf", "acte.pdf"),
        ("شهادة الميلاد.pdf", "شهادة الميلاد.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "document"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_file_names_are_made_harmless(given: str, plain: str) -> None:
    assert plain_filename(given) == plain
