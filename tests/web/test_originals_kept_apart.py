"""Nobody meets what hid in somebody else's file: copies are clean, originals come only when asked for, saved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select
from web_service import ANSWERS, Service
from werkzeug.test import TestResponse

from forms_service.services import ReadingStatus
from forms_service.storage.models import AuditRow
from forms_service.web.downloads import named_as_it_is
from tests.hostile_files import ADDRESS, MARK, MARKED

PLANTED = (MARK, ADDRESS)
ORIGINALS = {"documents.file", "documents.take_original", "papers.original_file"}
"""Where an original comes out as it is: for whoever sent it, or for staff who asked for it."""


def hidden(body: bytes) -> bool:
    """Whether anything that was planted is in there, packed or not."""
    if any(one in body for one in PLANTED):
        return True
    if body[:5] != b"%PDF-":
        return False
    with pikepdf.open(io.BytesIO(body)) as document:
        inside = [one.read_raw_bytes() for one in document.objects if isinstance(one, pikepdf.Stream)]
        plain = io.BytesIO()
        document.save(plain, qdf=True)
    return any(one in part for one in PLANTED for part in (*inside, plain.getvalue()))


@pytest.fixture(scope="module")
def planted(service: Service) -> Iterator[dict[str, Any]]:
    """A deposited dossier with a marked original of every kind, two of them read."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    papers = {
        kind: services.upload(applicant, dossier, name, make()).id for kind, (name, make) in MARKED.items()
    }
    for kind in ("pdf", "jpeg"):
        services.read_upload(papers[kind])
    services.deposit(applicant, dossier, True)
    services.start_review(service.actor("reviewer"), dossier)
    service.jobs.keys.clear()
    yield {"dossier": dossier, "papers": papers}


def as_staff(service: Service, planted: dict[str, Any], kind: str, role: str = "reviewer") -> TestResponse:
    path = f"/dossiers/{planted['dossier']}/documents/{planted['papers'][kind]}/file"
    return service.visitor("fr").sign_in(role).get(path)


def test_what_is_planted_is_found_where_it_is() -> None:
    for name, make in MARKED.values():
        assert hidden(make()), name


@pytest.mark.parametrize("kind", MARKED)
def test_staff_get_a_copy_with_nothing_hidden(service: Service, planted: dict[str, Any], kind: str) -> None:
    answer = as_staff(service, planted, kind)
    assert answer.status_code == 200
    assert not hidden(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    if answer.mimetype == "application/pdf":
        with pikepdf.open(io.BytesIO(answer.data)) as document:
            assert len(document.pages) == 1
            assert set(document.Root.keys()) == {"/Type", "/Pages"}
            assert not {"/Annots", "/AA"} & set(document.pages[0].keys())
    else:
        with Image.open(io.BytesIO(answer.data)) as copy:
            assert copy.size in ((320, 240), (200, 200))
            assert not copy.getexif() and "comment" not in copy.info and "xmp" not in copy.info


def test_a_copy_shows_what_the_page_shows(service: Service, planted: dict[str, Any]) -> None:
    import pypdfium2

    drawn = []
    for data in (MARKED["pdf"][1](), as_staff(service, planted, "pdf").data):
        with pypdfium2.PdfDocument(data) as document:
            picture = document[0].render(scale=1, grayscale=True).to_numpy()
            drawn.append((picture[230, 80].item(), picture[160, 100].item(), picture[20, 280].item()))
    assert drawn[0] == drawn[1]
    assert drawn[0][0] < 20 < 100 < drawn[0][1] < 150 < drawn[0][2]


def test_whoever_sent_a_file_gets_it_back_saved_and_never_shown(
    service: Service, planted: dict[str, Any]
) -> None:
    for kind, (name, make) in MARKED.items():
        answer = as_staff(service, planted, kind, "applicant")
        assert answer.data == make()
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_an_original_is_behind_a_warning_and_taking_it_is_on_record(
    service: Service, planted: dict[str, Any]
) -> None:
    reviewer = service.visitor("fr").sign_in("reviewer")
    path = f"/dossiers/{planted['dossier']}/documents/{planted['papers']['pdf']}/original"
    warned = reviewer.get(path)
    assert "peut nuire" in warned.get_data(as_text=True)
    assert "Non analysé par" in warned.get_data(as_text=True)
    taken = reviewer.post(path)
    assert taken.data == MARKED["pdf"][1]()
    assert taken.headers["Content-Disposition"].startswith("attachment")
    lines = select(AuditRow).where(
        AuditRow.dossier_id == planted["dossier"], AuditRow.action == "paper_downloaded"
    )
    with service.application.database.reading() as session:
        told = [one.details for one in session.scalars(lines.order_by(AuditRow.at))][-1]
    assert (told["what"], told["attachment"]) == ("take_original", planted["papers"]["pdf"])
    applicant = service.visitor("fr").sign_in("applicant")
    assert applicant.get(path).status_code == 404
    assert applicant.post(path).status_code == 404


def test_programs_get_copies_unless_they_ask_for_the_original(
    service: Service, planted: dict[str, Any], program: Any
) -> None:
    path = f"/dossiers/{planted['dossier']}/attachments/{planted['papers']['jpeg']}/file"
    reviewer = program("reviewer")
    assert not hidden(reviewer.send("GET", path).data)
    taken = reviewer.send("GET", f"{path}?original=true")
    assert taken.data == MARKED["jpeg"][1]()
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert reviewer.send("GET", f"{path}?original=perhaps").status_code == 422
    assert program("applicant").send("GET", path).data == MARKED["jpeg"][1]()


def test_no_other_address_gives_anything_of_an_original(service: Service, planted: dict[str, Any]) -> None:
    """Every address below the dossier, for everybody who may open it."""
    values = {"dossier_id": planted["dossier"], "page": 0, "lang": "fr", "number": 1}
    asked = set()
    for role in ("applicant", "clerk", "reviewer"):
        visitor = service.visitor("fr").sign_in(role)
        for rule in service.app.url_map.iter_rules():
            if "dossier_id" not in rule.arguments or "GET" not in (rule.methods or ()):
                continue
            for paper in (planted["papers"]["pdf"], planted["papers"]["jpeg"]):
                known = {**values, "attachment_id": paper, "scan_id": paper}
                given = {name: known.get(name, "x") for name in rule.arguments}
                try:
                    _, path = rule.build(given)
                except (TypeError, ValueError):
                    continue
                answer = visitor.client.get(path)
                if answer.status_code == 200:
                    asked.add(rule.endpoint)
                    if rule.endpoint not in ORIGINALS:
                        assert not hidden(answer.data), (role, path)
                if "attachment_id" not in rule.arguments:
                    break
    assert {"documents.page_image", "reviewer.dossier", "deposit.status"} <= asked


def test_a_file_that_cannot_be_copied_leads_to_the_warning(service: Service) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier()
    paper = services.upload(applicant, dossier, "broken.pdf", b"%PDF-1.7 and nothing else")
    assert paper.status is ReadingStatus.WAITING
    answer = service.visitor("fr").sign_in("clerk").get(f"/dossiers/{dossier}/documents/{paper.id}/file")
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    assert "copie sûre" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "media_type", "saved_as"),
    [
        ("acte.pdf", "application/pdf", "acte.pdf"),
        ("ACTE.PDF", "application/pdf", "ACTE.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("facture.exe", "application/pdf", "facture.exe.pdf"),
        ("page.html", None, "page.html.bin"),
        ("عقد الازدياد", "image/png", "عقد الازدياد.png"),
    ],
)
def test_a_file_is_saved_as_what_it_is(name: str, media_type: str | None, saved_as: str) -> None:
    assert named_as_it_is(name, media_type) == saved_as


def test_a_hostile_name_stays_a_name(service: Service) -> None:
    """Neither the page nor the header gives it more to say."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier()
    name = '../../etc/x\r\nSet-Cookie: a=b"; filename="y\u202egpj.<script>alert(1)</script>' + "z" * 10_000
    paper = services.upload(applicant, dossier, name, MARKED["pdf"][1]())
    visitor = service.visitor("fr").sign_in("applicant")
    page = visitor.get(f"/dossiers/{dossier}/documents").get_data(as_text=True)
    assert "<script>alert" not in page and "\u202e" not in page
    answer = visitor.get(f"/dossiers/{dossier}/documents/{paper.id}/file")
    assert answer.headers.getlist("Set-Cookie") == [
        one for one in answer.headers.getlist("Set-Cookie") if not one.startswith("a=b")
    ]
    told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment; filename=") and "/" not in told.replace("%2F", "")
    assert len(told) < 1000
    kept = services.dossier(applicant, dossier).attachments[0].filename
    assert kept.isprintable() and len(kept) <= 120
