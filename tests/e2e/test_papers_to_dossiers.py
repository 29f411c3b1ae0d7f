"""Real papers through the real reading process: into the right dossier, or told why not."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from paper_office import OMAR, SALMA, Agency, scanned
from PIL import Image

from forms_service.bootstrap import build
from forms_service.reading_process import ReadingRequest, run_reading_of_pages
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.services import ReadingStatus
from tests.ocr.attachments.drawn import drawn_page

pytestmark = pytest.mark.tesseract


def test_a_form_filled_on_a_computer_is_data(agency: Agency) -> None:
    dossier = agency.open()
    pdf = render_filled(agency.spec(), {**SALMA, "person.last.ar": "بناني"}, agency.reference(dossier))
    view = agency.hand_in(dossier, "form.pdf", pdf)
    assert (view.status, view.is_form, view.pages) == (ReadingStatus.READ, True, 1)
    assert agency.answers(dossier) == {**SALMA, "person.last.ar": "بناني"}
    values = agency.services.dossier(agency.salma, dossier).dossier.values
    assert {one.origin for one in values.values()} == {"pdf"}


def test_a_scan_fills_the_dossier_and_the_reviewer_sees_it_beside_the_paper(agency: Agency) -> None:
    dossier = agency.open()
    agency.services.answer(agency.salma, dossier, {"leave.city": "Fès"}, {})
    view = agency.hand_in(dossier, "scan.pdf", scanned(agency.paper(SALMA, agency.reference(dossier))))
    assert (view.status, view.type) == (ReadingStatus.READ, "form")
    answers = agency.answers(dossier)
    for field_id in ("person.registration", "person.mobile", "reason", "leave.begins"):
        assert answers[field_id] == SALMA[field_id], field_id
    assert answers["leave.city"] == "Fès", "what was typed stays"
    found = {one.field_id: one for one in agency.services.extractions(agency.salma, dossier)}
    assert found["leave.city"].conflicts
    assert found["person.registration"].decision == "filled"
    for one in (found["leave.city"], found["person.registration"]):
        assert agency.services.crop(agency.salma, dossier, one.id).startswith(b"\x89PNG")
    assert agency.services.scan_page(agency.salma, dossier, view.id, 0).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("another form", "other_form"),
        ("another version", "other_version"),
        ("another person", "other_reference"),
    ],
)
def test_a_foreign_page_is_refused_in_one_sentence(
    agency: Agency, spec_folder: Path, tmp_path: Path, case: str, code: str
) -> None:
    from forms_service.messages import MESSAGES

    dossier = agency.open()
    if case == "another form":
        pdf = render_filled(agency.spec("other-1"), SALMA, flatten=True)
    elif case == "another version":
        pdf = render_filled(_second_version(spec_folder, tmp_path), SALMA, flatten=True)
    else:
        pdf = agency.paper(OMAR, agency.reference(agency.open(agency.omar)))
    view = agency.hand_in(dossier, "scan.pdf", scanned(pdf), "form")
    assert view.status == ReadingStatus.REFUSED
    assert view.message.fr[:20] == MESSAGES[code].fr[:20]
    assert agency.answers(dossier) == {}
    assert agency.services.attachment_file(agency.salma, dossier, view.id)[0].startswith(b"%PDF")


def _second_version(spec_folder: Path, tmp_path: Path):
    from forms_service.spec_catalogue import SpecCatalogue

    folder = tmp_path / "newer"
    shutil.copytree(spec_folder, folder)
    newer = (
        (folder / "leave-1" / "v1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 2", 1)
    )
    (folder / "leave-1" / "v2.yaml").write_text(newer, encoding="utf-8")
    return SpecCatalogue.load(folder).get("leave-1", 2)


def test_of_two_peoples_pages_only_ones_own_are_taken(agency: Agency) -> None:
    dossier, theirs = agency.open(), agency.open(agency.omar)
    pile = scanned(
        agency.paper(OMAR, agency.reference(theirs)), agency.paper(SALMA, agency.reference(dossier))
    )
    view = agency.hand_in(dossier, "pile.pdf", pile)
    assert view.status == ReadingStatus.READ
    assert any(": 1." in warning.fr for warning in view.warnings)
    assert agency.answers(dossier)["person.registration"] == SALMA["person.registration"]
    assert agency.answers(theirs) == {}


def test_files_that_do_not_open_are_refused_and_nothing_is_lost(agency: Agency) -> None:
    dossier = agency.open()
    agency.services.answer(agency.salma, dossier, {"leave.city": "Fès"}, {})
    blank = render_blank(agency.spec())
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank)) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="o", user="secret"))
    for name, data in (("cut.pdf", blank[: len(blank) // 3]), ("locked.pdf", locked.getvalue())):
        view = agency.hand_in(dossier, name, data, "form")
        assert view.status == ReadingStatus.REFUSED, name
        assert name in view.message.ar
        assert agency.services.attachment_file(agency.salma, dossier, view.id)[0] == data
    assert agency.answers(dossier) == {"leave.city": "Fès"}


def test_a_clerks_stack_finds_and_opens_dossiers(agency: Agency) -> None:
    """Salma's dossier exists; Omar filled in a blank with a printed reference; one blank has none."""
    known = agency.open()
    printed = "6MWU-T4A5-HTG3"
    stack = scanned(
        agency.paper(OMAR, printed),
        agency.paper(SALMA, agency.reference(known)),
        agency.paper({"leave.city": "Agadir"}),
        agency.paper(OMAR, "2222-2222-2223"),
    )
    result = agency.services.intake_scan(agency.clerk, [("stack.pdf", stack), ("note.txt", b"no picture")])
    assert result.found == (known,)
    assert len(result.opened) == 2
    fates = {(one.file, one.page): one for one in result.pages}
    assert [fates["stack.pdf", page].fate for page in (1, 2, 3, 4)] == [
        "filed",
        "filed",
        "filed",
        "invalid_reference",
    ]
    assert fates["stack.pdf", 1].reference == printed
    assert fates["note.txt", 1].fate == "unreadable"
    again = agency.services.intake_scan(agency.clerk, [("again.pdf", scanned(agency.paper(OMAR, printed)))])
    assert again.found == (result.opened[0],)
    opened = agency.services.dossier(agency.clerk, result.opened[0])
    for upload in opened.attachments[:1]:
        agency.services.read_upload(upload.id)
    assert agency.answers(opened.id)["person.registration"] == OMAR["person.registration"]
    (line,) = agency.services.find_dossiers(agency.clerk, "987654321")
    assert line.reference == printed


def test_logs_and_history_hold_nobodys_data(agency: Agency, capfd: pytest.CaptureFixture[str]) -> None:
    dossier = agency.open()
    agency.hand_in(dossier, "Bennani.pdf", scanned(agency.paper(SALMA)))
    agency.hand_in(dossier, "Bennani-cut.pdf", b"%PDF-1.4 cut")
    agency.services.deposit(agency.salma, dossier, True)
    events = repr(
        [(one.action, one.details) for one in agency.services.dossier(agency.salma, dossier).events]
    )
    told = "".join(capfd.readouterr()) + events
    assert "deposited" in events
    for secret in ("Bennani", "Salma", "123456789", "0612345678", "Rabat"):
        assert secret not in told


def test_everything_is_still_there_after_a_restart(agency: Agency) -> None:
    dossier = agency.open()
    agency.services.answer(agency.salma, dossier, {"leave.city": "Fès"}, {})
    agency.services.upload(agency.salma, dossier, "scan.pdf", scanned(agency.paper(SALMA)))
    receipt = agency.services.deposit(agency.salma, dossier, True)
    pdf = agency.services.receipt_pdf(agency.salma, dossier)
    again = build(agency.application.config)
    try:
        assert again.services.authenticate("123456789", "a long enough password") == agency.salma
        assert again.services.receipt_pdf(agency.salma, dossier) == pdf
        assert again.services.check_receipt_pdf(pdf).outcome == "genuine"
        assert again.services.dossier(agency.salma, dossier).reference == receipt.reference
    finally:
        again.close()


def test_a_paper_in_the_file_of_a_form_is_filed_for_itself(agency: Agency) -> None:
    """The card lies in front: the answers still stand on the form's own page, and are cut out of it."""
    dossier = agency.open()
    card, true, _ = drawn_page("identity_card", 6)
    form = agency.paper(SALMA, agency.reference(dossier))
    front = io.BytesIO()
    Image.fromarray(card.pixels).save(front, "PDF", resolution=200)
    sheets = len(pikepdf.open(io.BytesIO(form)).pages) + 1
    config, reference = agency.application.config, agency.reference(dossier)
    request = ReadingRequest("read", "both.pdf", str(config.spec_folder), "leave-1", 1, reference)
    request = replace(request, on="2026-02-20")
    file = scanned(front.getvalue(), form)
    with run_reading_of_pages(request, file, config.reading, config.scratch_folder) as outcome:
        result = outcome.result
    assert (result["is_form"], len(result["pages"])) == (True, sheets)
    (other,) = result["others"]
    assert (other["document_class"], other["facts"]["number"]) == ("identity_card", true["number"])
    assert other["pages"] == [sheets - 1], "the form's pages come first"
    assert result["pages"][-1]["image"] == "page-0.png"
    read = {one["field_id"]: one for one in result["extractions"]}
    assert read["person.registration"]["value"] == SALMA["person.registration"]
    assert result["pages"][read["person.registration"]["page"]]["ours"]
    assert not any(" 1" in one["fr"] for one in result["warnings"]), "the card is no unidentified page"
