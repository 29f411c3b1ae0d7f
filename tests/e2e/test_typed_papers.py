"""Forms that viewers stored badly: nothing doubtful is taken unseen, nothing typed is lost unsaid."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from paper_office import SALMA, Agency

from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.services import ReadingStatus

pytestmark = pytest.mark.tesseract


def edited(pdf: bytes, edit: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        edit(document)
        document.save(out)
    return out.getvalue()


def test_what_a_viewer_stored_back_to_front_waits_for_a_person(agency: Agency) -> None:
    def store_as_drawn(document: pikepdf.Pdf) -> None:
        for note in document.pages[0].Annots:
            if str(note.get("/T", "")) == "person.last.ar":
                note.V = pikepdf.String("\ufef2\ufee7\ufe8e\ufee8\ufe91")

    dossier = agency.open()
    pdf = edited(render_filled(agency.spec(), SALMA, agency.reference(dossier)), store_as_drawn)
    view = agency.hand_in(dossier, "form.pdf", pdf)
    assert view.status == ReadingStatus.READ
    found = {one.field_id: one for one in agency.services.extractions(agency.salma, dossier)}
    doubtful = found["person.last.ar"]
    assert (doubtful.value, doubtful.verdict, doubtful.reason) == ("بناني", "review", "order_mended")
    assert agency.answers(dossier) == SALMA, "the rest is taken, the doubtful value is not"


@pytest.mark.parametrize("case", ["cut off", "made dynamic"])
def test_a_typed_form_whose_values_are_lost_is_not_taken_for_a_blank_scan(agency: Agency, case: str) -> None:
    def make_dynamic(document: pikepdf.Pdf) -> None:
        document.Root.AcroForm.XFA = document.make_stream(b"<xdp:xdp/>")

    dossier = agency.open()
    pdf = render_filled(agency.spec(), SALMA, agency.reference(dossier))
    pdf = pdf[:-40] if case == "cut off" else edited(pdf, make_dynamic)
    view = agency.hand_in(dossier, "form.pdf", pdf, "form")
    assert view.status == ReadingStatus.REFUSED
    assert ("incomplet" if case == "cut off" else "XFA") in view.message.fr
    assert agency.answers(dossier) == {}


def test_a_blank_handed_in_by_mistake_gives_no_answers(agency: Agency) -> None:
    dossier = agency.open()
    agency.hand_in(dossier, "form.pdf", render_blank(agency.spec(), agency.reference(dossier)), "form")
    assert agency.answers(dossier) == {}
