"""A correction on paper, from the reviewer's request to the answer back under the reviewer's eyes."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from paper_office import PASSWORD, SALMA, Agency
from PIL import Image, ImageDraw

from core.correction_slip import AskedAgain, requested, slip_code
from core.dossier import DossierState, Origin
from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.reading_forms import form_lookup
from forms_service.rehearsal.material import TUNING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.render.correction_slip import render_slip
from forms_service.render.form_pdf import render_filled
from tests.backends import Backend

pytestmark = pytest.mark.tesseract

DPI = 200
ASKED = ["person.registration", "leave.begins"]
RIGHT = {"person.registration": "123456789", "leave.begins": "2026-02-01"}
WRONG = {**SALMA, "person.registration": "111111111", "leave.begins": "2026-01-02"}


def a_card() -> bytes:
    """A picture of some paper that is not ours."""
    picture = Image.new("L", (1000, 640), 235)
    ImageDraw.Draw(picture).text((80, 80), "ROYAUME DU MAROC", fill=20, font_size=48)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


CARD = a_card()


@dataclass
class Office(Agency):
    """The agency, with a clock that can be moved."""

    now: list[datetime]

    def later(self, **by: float) -> None:
        self.now[0] += timedelta(**by)

    def asked_again(self, fields: list[str] = ASKED, documents: tuple[str, ...] = ("id_assured",)) -> str:
        """A deposited dossier with wrong answers that a reviewer gave back."""
        dossier = self.open()
        self.services.answer(self.salma, dossier, WRONG, {})
        paper = self.services.upload(self.salma, dossier, "cni.png", CARD, "id_assured")
        self.services.give_up_reading(paper.id)  # nothing is asked about what stands on it
        self.later(hours=1)
        self.services.deposit(self.salma, dossier, True)
        self.give_back(dossier, fields, documents, paper.id)
        return dossier

    def give_back(
        self, dossier: str, fields: list[str], documents: tuple[str, ...] = (), paper: str = ""
    ) -> None:
        self.later(hours=1)
        self.services.start_review(self.reviewer, dossier)
        if paper:
            self.services.decide_document(self.reviewer, dossier, paper, False, "unreadable")
        self.services.request_correction(self.reviewer, dossier, fields, documents, "Écrivez lisiblement.")
        self.later(hours=1)

    def slip(self, dossier: str, answers: Mapping[str, object], signed: bool = True) -> bytes:
        """The dossier's slip, printed, filled in and scanned."""
        return self.written(self.services.correction_slip_pdf(self.salma, dossier), dossier, answers, signed)

    def written(self, pdf: bytes, dossier: str, answers: Mapping[str, object], signed: bool = True) -> bytes:
        correction = self.services.dossier(self.clerk, dossier).correction
        spec = self.spec()
        asked = requested(spec, correction.fields, correction.documents).asked
        return filled_by_hand(pdf, form_lookup(self.application.catalogue), spec, asked, answers, signed)


def filled_by_hand(pdf, forms, spec, asked: AskedAgain, answers: Mapping[str, object], signed: bool) -> bytes:
    slip, layout = forms(spec.id, spec.version, slip_code(spec, asked))
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72, grayscale=True).to_numpy()
    blank = np.asarray(page).reshape(page.shape[:2])
    written = {**answers, "slip.sign": signed, "slip.date": "2026-02-20"}
    inked = type_in(blank, 1, slip, layout, written, Typewriter.in_turn(TUNING, 0), random.Random(5))
    out = io.BytesIO()
    Image.fromarray(inked).save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


@pytest.fixture
def office(tmp_path: Path, spec_folder: Path, backend: Backend) -> Iterator[Office]:
    now = [datetime(2026, 2, 20, 9, tzinfo=UTC)]
    application = build(
        backend.config(tmp_path / "var", spec_folder=spec_folder),
        clock=lambda: now[0],
        pick=random.Random(7).randrange,
        draw=lambda: 0.5,
        first_look=NoLook(),
    )
    add = application.services.add_account
    yield Office(
        application,
        add("123456789", PASSWORD, "Salma Bennani", {"applicant"}),
        add("987654321", PASSWORD, "Omar Tazi", {"applicant"}),
        add("agence", PASSWORD, "Agence", {"clerk"}),
        add("controle", PASSWORD, "Contrôle", {"reviewer"}),
        now,
    )
    application.close()


def progress(office: Office, dossier: str):
    return office.services.correction_progress(office.salma, dossier)


def test_the_answers_on_a_slip_take_the_place_of_the_rejected_ones(office: Office) -> None:
    dossier = office.asked_again()
    before = office.answers(dossier)
    assert progress(office, dossier).open_fields() == ["leave.begins", "person.registration"]
    view = office.hand_in(dossier, "photo.png", office.slip(dossier, RIGHT))
    assert (view.is_slip, view.type, view.warnings) == (True, None, ())
    assert "Vérifiez les réponses" in view.message.fr
    after = office.services.dossier(office.salma, dossier).dossier
    assert after.answers() == {**before, **RIGHT}
    assert {after.values[name].origin for name in ASKED} == {Origin.SCAN}
    told = progress(office, dossier)
    assert (told.open_fields(), dict(told.documents)) == ([], {"id_assured": False})
    office.hand_in(dossier, "cni.png", CARD, "id_assured")
    assert progress(office, dossier).complete
    office.services.deposit(office.salma, dossier, True)
    assert office.services.dossier(office.reviewer, dossier).state is DossierState.SUBMITTED
    read = {one.field_id: one for one in office.services.extractions(office.reviewer, dossier)}
    assert {name: read[name].value for name in ASKED} == RIGHT
    assert office.services.crop(office.reviewer, dossier, read["leave.begins"].id).startswith(b"\x89PNG")
    assert progress(office, dossier) is None


def test_a_slip_in_an_agencys_stack_finds_its_dossier(office: Office) -> None:
    dossier = office.asked_again()
    fields = {one.id for one in office.services.dossier(office.clerk, dossier).attachments}
    result = office.services.intake_scan(office.clerk, [("pile.png", office.slip(dossier, RIGHT))])
    assert (result.opened, result.found) == ((), (dossier,))
    assert [one.fate for one in result.pages] == ["filed"]
    (new,) = [
        one for one in office.services.dossier(office.clerk, dossier).attachments if one.id not in fields
    ]
    office.services.read_upload(new.id)
    assert {name: office.answers(dossier)[name] for name in ASKED} == RIGHT


def test_only_what_the_request_asks_is_touched(office: Office) -> None:
    """A slip printed for more than the open request asks is of an earlier one."""
    dossier = office.asked_again(["person.registration"])
    earlier = office.written(
        office.services.correction_slip_pdf(office.salma, dossier),
        dossier,
        {"person.registration": "123456789"},
    )
    office.services.deposit(office.salma, dossier, True)
    office.give_back(dossier, ["leave.begins"])
    before = office.answers(dossier)
    view = office.hand_in(dossier, "earlier.png", earlier)
    assert view.is_slip
    assert "demande de correction antérieure" in view.message.fr
    assert office.answers(dossier) == before
    assert office.services.attachment_file(office.salma, dossier, view.id)[0] == earlier
    assert not [
        one for one in office.services.extractions(office.reviewer, dossier) if one.scan_id == view.id
    ]


def test_a_slip_nobody_waits_for_stays_with_the_clerk(office: Office) -> None:
    dossier = office.asked_again()
    slip = office.slip(dossier, RIGHT)
    office.services.deposit(office.salma, dossier, True)
    reference = "6MWU-T4A5-HTG3"
    spec = office.spec()
    asked = requested(spec, ASKED).asked
    forms = form_lookup(office.application.catalogue)
    unknown = filled_by_hand(render_slip(spec, asked, reference), forms, spec, asked, RIGHT, True)
    anonymous = filled_by_hand(render_slip(spec, asked), forms, spec, asked, RIGHT, True)
    stack = [("late.png", slip), ("nobodys.png", unknown), ("bare.png", anonymous)]
    result = office.services.intake_scan(office.clerk, stack)
    fates = {one.file: one for one in result.pages}
    assert {one.fate for one in fates.values()} == {"slip_not_expected"}
    assert "n'attend aucune correction" in fates["late.png"].message.fr
    assert "ne désigne aucun dossier" in fates["nobodys.png"].message.fr
    assert (result.opened, office.answers(dossier)["leave.begins"]) == ((), WRONG["leave.begins"])
    waiting, count = office.services.left_pages(office.clerk)
    assert count == 3
    assert all(one.picture for one in waiting)


def test_a_bare_slip_can_be_filed_by_hand(office: Office) -> None:
    dossier = office.asked_again()
    spec = office.spec()
    asked = requested(spec, ASKED).asked
    bare = filled_by_hand(
        render_slip(spec, asked), form_lookup(office.application.catalogue), spec, asked, RIGHT, True
    )
    office.services.intake_scan(office.clerk, [("bare.png", bare)])
    ((page,), _) = office.services.left_pages(office.clerk)
    reference = office.reference(dossier)
    assert office.services.file_left_page(office.clerk, page.id, reference=reference) == dossier
    office.services.read_upload(office.services.dossier(office.clerk, dossier).attachments[-1].id)
    assert {name: office.answers(dossier)[name] for name in ASKED} == RIGHT


def test_an_answer_given_meanwhile_is_not_replaced(office: Office) -> None:
    dossier = office.asked_again()
    slip = office.slip(dossier, RIGHT, signed=False)
    office.services.answer(office.salma, dossier, {"leave.begins": "2026-02-03"})
    view = office.hand_in(dossier, "slip.png", slip)
    answers = office.answers(dossier)
    assert (answers["leave.begins"], answers["person.registration"]) == ("2026-02-03", "123456789")
    read = {one.field_id: one for one in office.services.extractions(office.reviewer, dossier)}
    assert (read["leave.begins"].reason, read["leave.begins"].decision) == ("conflict", None)
    assert any("Aucune signature" in one.fr for one in view.warnings)


def test_what_is_left_blank_is_still_asked(office: Office) -> None:
    dossier = office.asked_again()
    view = office.hand_in(dossier, "slip.png", office.slip(dossier, {"leave.begins": "2026-02-01"}))
    assert progress(office, dossier).open_fields() == ["person.registration"]
    assert "N° d'immatriculation" in view.message.fr
    assert office.answers(dossier)["person.registration"] == WRONG["person.registration"]


def test_a_slip_and_the_form_in_one_upload_are_told_apart(office: Office) -> None:
    dossier = office.asked_again()
    reference = office.reference(dossier)
    form = render_filled(office.spec(), {**SALMA, "leave.city": "Oujda"}, reference, flatten=True)
    slip = Image.open(io.BytesIO(office.slip(dossier, RIGHT)))
    page = pypdfium2.PdfDocument(form)[0].render(scale=DPI / 72, grayscale=True).to_pil()
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=[slip], resolution=DPI)
    view = office.hand_in(dossier, "both.pdf", out.getvalue())
    assert (view.type, view.is_slip) == ("form", False)
    answers = office.answers(dossier)
    assert {name: answers[name] for name in ASKED} == RIGHT
    assert answers["leave.city"] == WRONG["leave.city"]
