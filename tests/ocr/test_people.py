"""Pages printed without a reference: two people's are told apart, one person's twice are not."""

from __future__ import annotations

import pytest

from core.extraction import BoxPx, Extraction, Verdict
from core.placement import PageIdentity
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.page_messages import PageCode, page_sentence
from forms_service.ocr.page_reader import PageReading
from forms_service.ocr.people import people_apart
from forms_service.ocr.scan import _assembled, read_scan
from tests.ocr.drawn_form import FORM_ID, form, lookup
from tests.ocr.test_scan import _answers, _codes, _page

ONE = {"assured.id_no": "AB123456", "assured.registration": "123456789", "assured.city": "Fès"}
OTHER = {"assured.id_no": "CD654321", "assured.registration": "987654321", "assured.city": "Rabat"}


def _read(
    index: int, values: dict, page: int = 1, verdict=Verdict.ACCEPT, reference: str = ""
) -> PageReading:
    identity = PageIdentity(FORM_ID, 1, page, 2, reference)
    extractions = tuple(
        Extraction(name, str(value), value, 0.95, index, BoxPx(0, 0, 9, 9), verdict, "tesseract")
        for name, value in values.items()
    )
    sentence = page_sentence(PageCode.READ, form=FORM_ID, page=page)
    return PageReading(index, "a.jpg", index, identity, True, 0.1, PageCode.READ, sentence, extractions)


def _dealt(*readings: PageReading) -> list[list[int]]:
    return [[one.index for one in pages] for pages in people_apart(readings, form()[0])]


def test_several_clear_differences_make_two_people():
    assert _dealt(_read(0, ONE), _read(1, OTHER)) == [[0], [1]]


def test_one_difference_or_an_unclear_one_does_not():
    corrected = ONE | {"assured.id_no": "AB123457", "assured.city": "Meknès"}
    assert _dealt(_read(0, ONE), _read(1, corrected)) == [[0, 1]]
    assert _dealt(_read(0, ONE), _read(1, OTHER, verdict=Verdict.REVIEW)) == [[0, 1]]


def test_a_page_again_goes_to_its_own_person():
    assert _dealt(_read(0, ONE), _read(1, OTHER), _read(2, OTHER), _read(3, ONE)) == [[0, 3], [1, 2]]


@pytest.mark.parametrize("order", [(1, 2, 1, 2), (1, 1, 2, 2), (2, 1, 1, 2)])
def test_pages_that_name_nobody_follow_their_order(order):
    people = iter((ONE, OTHER))
    pages = [_read(n, next(people) if page == 1 else {}, page) for n, page in enumerate(order)]
    dealt = _dealt(*pages)
    assert [sorted(order[index] for index in pile) for pile in dealt] == [[1, 2], [1, 2]]


def test_the_second_person_is_read_apart_and_nothing_of_either_is_lost():
    reading = _assembled([_read(0, ONE), _read(1, OTHER), _read(2, {"amount": "12.00"}, 2)], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.OTHER_PERSON, PageCode.READ]
    assert {name: one.value for name, one in reading.fields.items()} == ONE | {"amount": "12.00"}
    assert all(reading.fields[name].verdict is Verdict.ACCEPT for name in ONE)
    by_order = reading.fields["amount"]
    assert (by_order.verdict, by_order.reason) == (Verdict.REVIEW, Doubt.OWNER_UNCERTAIN)
    (other,) = reading.as_dict()["others"]
    assert {name: one["value"] for name, one in other["fields"].items()} == OTHER
    assert (other["form"], other["reference"], other["person"]) == (FORM_ID, None, 2)
    told = [one for one in reading.problems if one.code is PageCode.OTHER_PERSON]
    assert [one.pages for one in told] == [(1,)]
    assert "autre personne" in told[0].message.fr
    assert "شخصا آخر" in told[0].message.ar


def test_what_a_duplicate_says_differently_is_kept_beside_the_answer():
    corrected = ONE | {"assured.id_no": "AB123457"}
    reading = _assembled([_read(0, ONE), _read(1, corrected)], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.DUPLICATE]
    kept = reading.fields["assured.id_no"]
    assert (kept.value, kept.verdict, kept.reason) == ("AB123456", Verdict.REVIEW, Doubt.PAGES_DISAGREE)
    (aside,) = reading.as_dict()["set_aside"]
    assert (aside["field"], aside["value"], aside["page"]) == ("assured.id_no", "AB123457", 1)
    assert reading.as_dict()["others"] == []


def test_pages_with_one_reference_are_one_dossier_whatever_they_say():
    reading = _assembled([_read(0, ONE, reference="26-1"), _read(1, OTHER, reference="26-1")], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.DUPLICATE]
    assert {one["value"] for one in reading.as_dict()["set_aside"]} == set(OTHER.values())


@pytest.mark.tesseract
def test_two_people_on_photocopies_of_one_blank_form():
    reading = read_scan(
        [_page(1, reference=""), _page(1, seed=2, reference=""), _page(1, reference="")], lookup
    )
    assert _codes(reading) == [PageCode.READ, PageCode.OTHER_PERSON, PageCode.DUPLICATE]
    for seed, fields in ((1, reading.fields), (2, reading.apart[0].fields)):
        for name in ("assured.birth", "assured.id_no", "assured.registration", "spouse.mobile"):
            assert (fields[name].value or None) == (_answers(seed)[name] or None), (seed, name)
