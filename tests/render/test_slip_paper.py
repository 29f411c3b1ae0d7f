"""A correction slip on paper: one page, big boxes, in the same places whatever is said around them."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pypdfium2
import pytest

from core.correction_slip import AskedAgain, asked_by, requested, slip_code, slip_fields
from core.errors import DossierError
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.placement import PageIdentity, WidgetKind, corner_mark_boxes, qr_box
from forms_service.render.artwork import Panel, Words
from forms_service.render.correction_slip import SlipNotes, lay_out_slip, render_slip
from forms_service.render.paper_grid import BODY_BOTTOM
from tests.render.conftest import ROOT, load

PLACES = Path(__file__).with_name("slip_places.json")
REFERENCE = "7K2M-9QXA-4D1C"
TYPICAL = ("assured.birth", "spouse.last", "spouse.work", "children.2.birth")
LONG = LocalizedText("سبب طويل جدا يفسر لماذا " * 12, "Une raison vraiment très longue, expliquée " * 12)


def asked(spec: FormSpec, *fields: str, documents: tuple[str, ...] = ()) -> AskedAgain:
    return requested(spec, fields, documents).asked


def wordy(what: AskedAgain) -> SlipNotes:
    """Notes longer than any room."""
    return SlipNotes(
        "فاطمة الزهراء العلوي الإدريسي " * 4,
        "21/11/2026",
        LONG.fr * 3,
        dict.fromkeys(what.fields, LONG),
        dict.fromkeys(what.documents, LONG),
    )


def test_a_usual_slip_is_one_page_with_big_boxes(allowance: FormSpec) -> None:
    what = asked(allowance, *TYPICAL, documents=("id_assured", "school.2"))
    layout = lay_out_slip(allowance, what).layout
    assert layout.pages == 1
    assert {place.field_id for place in layout.placements} == {*what.fields, "slip.date", "slip.sign"}
    for place in layout.placements:
        assert place.frame is not None
        if place.widget is WidgetKind.COMB and place.field_id != "slip.date":
            assert place.box.width / place.comb >= 8.0
        if place.widget in (WidgetKind.TEXT, WidgetKind.COMB):
            assert place.frame.height >= 8.5


@pytest.mark.parametrize("count", [1, 5, 10, 16, 40])
def test_whatever_is_asked_has_its_place(allowance: FormSpec, count: int) -> None:
    """Many answers are set closely, then on more pages; none is lost and none lies over another."""
    fields = [one.id for one in slip_fields(allowance)][:count]
    slip = lay_out_slip(allowance, asked(allowance, *fields, documents=("marriage",)))
    placed = {place.field_id for place in slip.layout.placements}
    assert set(fields) <= placed
    assert slip.layout.pages == 1 or count > 10
    zones = (*corner_mark_boxes(), qr_box())
    for page in range(1, slip.layout.pages + 1):
        frames = list(dict.fromkeys(place.frame for place in slip.layout.on_page(page)))
        assert not [pair for pair in combinations(frames, 2) if pair[0].overlaps(pair[1])]
        assert max((frame.bottom for frame in frames), default=0) <= BODY_BOTTOM
        assert not [frame for frame in frames for zone in zones if frame.overlaps(zone)]
        for place in slip.layout.on_page(page):
            assert place.frame.height >= (4.0 if place.widget is WidgetKind.TICK else 7.0)


def test_boxes_follow_from_the_code_alone(allowance: FormSpec) -> None:
    what = asked(allowance, *TYPICAL, documents=("id_assured",))
    slip = lay_out_slip(allowance, what)
    again = lay_out_slip(allowance, asked_by(allowance, slip.code))
    assert again.layout == slip.layout

    def boxes(notes: SlipNotes) -> set:
        (page,) = slip.pages(REFERENCE, notes)
        return {piece.box for piece in page if isinstance(piece, Panel) and piece.fill == 1.0}

    frames = {place.frame for place in slip.layout.placements}
    assert frames <= boxes(SlipNotes())
    assert boxes(wordy(what)) == boxes(SlipNotes())


def test_however_much_is_said_no_words_meet(allowance: FormSpec) -> None:
    what = asked(allowance, *TYPICAL, documents=("id_assured", "school.2"))
    slip = lay_out_slip(allowance, what)
    (page,) = slip.pages(REFERENCE, wordy(what))
    words = [piece.box.inset(0.3) for piece in page if isinstance(piece, Words) and piece.text.strip()]
    frames = [place.frame for place in slip.layout.placements if place.widget is not WidgetKind.TICK]
    assert not [pair for pair in combinations(words, 2) if pair[0].overlaps(pair[1])]
    assert not [one for one in words for frame in frames if one.overlaps(frame)]
    assert all(one.x >= 10.0 and one.right <= 200.0 for one in words)


def test_the_paper_says_whose_it_is_and_why(allowance: FormSpec) -> None:
    what = asked(allowance, "assured.birth", documents=("id_assured",))
    why = LocalizedText("غير مقروءة", "Illisible")
    notes = SlipNotes("Fatima Alaoui", "21/11/2026", "Merci.", {"assured.birth": why}, {"id_assured": why})
    document = pypdfium2.PdfDocument(render_slip(allowance, what, REFERENCE, notes))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    for words in (
        "Bulletin de correction",
        "قسيمة التصحيح",
        REFERENCE,
        "Fatima Alaoui",
        "Illisible",
        "Merci.",
    ):
        assert words in text, words
    assert text.count("Illisible") == 2
    assert "Adresse" not in text


def test_the_page_identity_names_dossier_and_slip(refund: FormSpec) -> None:
    what = asked(refund, "bank.rib")
    slip = lay_out_slip(refund, what)
    identity = slip.identity(1, REFERENCE)
    assert identity == PageIdentity("310-1-32", 1, 1, 1, REFERENCE, slip_code(refund, what))
    (rib,) = slip.layout.of_field("bank.rib")
    assert rib.comb == 24
    assert rib.box.width / 24 >= 5.0


def test_a_slip_for_what_the_form_lacks_is_refused(refund: FormSpec) -> None:
    with pytest.raises(DossierError) as caught:
        render_slip(refund, AskedAgain(("spouse.last",)))
    assert caught.value.code == "unknown_field"


@pytest.mark.parametrize("number", range(3))
def test_slips_that_are_out_stay_readable(number: int) -> None:
    """People keep slips for weeks: boxes laid out otherwise would be read beside their answers.

    A new setting of the slip takes another letter than ``C``, and this one stays as it is.
    """
    known = json.loads(PLACES.read_text(encoding="utf-8"))[number]
    spec = load(ROOT / "form_specs" / known["form"] / "v1.yaml")
    slip = lay_out_slip(spec, asked_by(spec, known["code"]))
    assert slip.layout.pages == known["pages"]
    assert [
        [place.field_id, place.choice, place.page, *place.box.as_list()] for place in slip.layout.placements
    ] == known["places"]
