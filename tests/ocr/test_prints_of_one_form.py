"""Pages of a large print and of a usual one: never one pile, yet both are the form's answers."""

from __future__ import annotations

from core.extraction import BoxPx, Extraction, Verdict
from core.placement import PageIdentity
from forms_service.ocr.page_messages import PageCode, page_sentence
from forms_service.ocr.page_reader import PageReading
from forms_service.ocr.scan import _assembled
from tests.ocr.drawn_form import FORM_ID, form, lookup


def _read(index: int, page: int, variant: str, reference: str = "26-1") -> PageReading:
    """A page as if read: every answer says which print it is from."""
    identity = PageIdentity(FORM_ID, 1, page, 2, reference, variant)
    extractions = tuple(
        Extraction(name, variant, variant, 0.95, index, BoxPx(0, 0, 9, 9), Verdict.ACCEPT, "test")
        for name in {place.field_id for place in form()[1].on_page(page)}
    )
    sentence = page_sentence(PageCode.READ, form=FORM_ID, page=page)
    return PageReading(index, "a.jpg", index, identity, True, 0.1, PageCode.READ, sentence, extractions)


def test_two_prints_of_one_dossier_are_two_piles_and_neither_is_a_duplicate():
    reading = _assembled([_read(0, 1, ""), _read(1, 1, "L"), _read(2, 2, "")], lookup)
    assert [(one.variant, one.pages) for one in reading.sets] == [("", (1, 2)), ("L", (1,))]
    assert [page.code for page in reading.pages] == [PageCode.READ, PageCode.OTHER_VARIANT, PageCode.READ]
    assert [page["variant"] for page in reading.as_dict()["pages"]] == ["", "L", ""]
    assert [one["variant"] for one in reading.as_dict()["others"]] == ["L"]


def test_a_page_is_not_missing_when_the_other_print_shows_what_it_asks():
    both = _assembled([_read(0, 1, "L"), _read(1, 2, "")], lookup)
    assert [one.missing for one in both.sets] == [(), ()]
    assert PageCode.MISSING_PAGE not in [one.code for one in both.problems]
    alone = _assembled([_read(0, 1, "L")], lookup)
    assert [one.missing for one in alone.sets] == [(2,)]


def test_another_dossiers_pages_do_not_stand_in_for_missing_ones():
    reading = _assembled([_read(0, 1, "L"), _read(1, 2, "", reference="26-2")], lookup)
    assert [one.missing for one in reading.sets] == [(2,), (1,)]
