"""Printed words that were struck, written over or covered are told; pages left as printed are not."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.placement import PAGE_HEIGHT_MM, BoxMm, PageIdentity
from forms_service.ocr.crops import even_light
from forms_service.ocr.page_images import PageImage, load_pages
from forms_service.ocr.page_location import identify, lay
from forms_service.ocr.page_messages import PageCode, places_named
from forms_service.ocr.printed_words import PrintedWords
from forms_service.ocr.registration import find_corner_marks, register_by_marks
from forms_service.ocr.scan import read_scan
from forms_service.reading_forms import form_lookup, printed_words
from forms_service.rehearsal.altered_print import ALTERATIONS
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import BY_NAME, spoil
from forms_service.rehearsal.material import TUNING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

SAMPLES = Path(__file__).parents[2] / "samples"
FORM = "310-1-32"
DAMAGE = ("clean 200 dpi", "mixed", "noisy", "phone photo", "fit to page", "light copy", "highlighter")


@cache
def _filled() -> np.ndarray:
    spec = _catalogue().get(FORM)
    rng, layout = random.Random(4), lay_out(spec).layout
    answers = invent_answers(spec, layout, TUNING, rng)
    return type_in(blank_pages(spec)[0], 1, spec, layout, answers, Typewriter.in_turn(TUNING, 0), rng)


@cache
def _catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@cache
def _words() -> PrintedWords:
    words = printed_words(_catalogue())(PageIdentity(FORM, 1, 1, 2))
    assert words is not None
    return words


def _label(number: int) -> BoxMm:
    labels = [one for one in _words().places() if 8.0 <= one.width <= 30.0 and one.height < 6.0]
    return labels[number % len(labels)]


def _seen(page: np.ndarray, damage: str) -> list[BoxMm]:
    spoilt = spoil(page, BY_NAME[damage], np.random.default_rng(6))
    registration = register_by_marks(find_corner_marks(spoilt.pixels))
    assert registration is not None
    return _words().altered(even_light(registration.rectify(spoilt.pixels)))


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_page_left_as_printed_raises_no_alarm(damage: str) -> None:
    assert _seen(_filled(), damage) == []


@pytest.mark.parametrize("name", ["written over", "pasted over, blank", "blacked out"])
@pytest.mark.parametrize("number", [3, 40])
def test_altered_words_are_told_where_they_stand(name: str, number: int) -> None:
    label = _label(number)
    altered = ALTERATIONS[name](_filled(), label, np.random.default_rng(number))
    found = _seen(altered, "clean 200 dpi")
    assert [one for one in found if one.overlaps(label)]
    assert not [one for one in found if not one.overlaps(label.inset(-4.0))]


@pytest.mark.parametrize("damage", ["clean 200 dpi", "mixed", "noisy", "phone photo", "light copy"])
def test_a_thin_line_through_words_is_told_and_nothing_else(damage: str) -> None:
    noticed = 0
    for number in (3, 17, 40):
        label = _label(number)
        struck = ALTERATIONS["struck out thinly"](_filled(), label, np.random.default_rng(number))
        found = _seen(struck, damage)
        noticed += any(one.overlaps(label) for one in found)
        assert not [one for one in found if not one.overlaps(label.inset(-4.0))]
    assert noticed >= 2  # the palest pens on the poorest pictures may be missed


def _lower_half_beside(page: np.ndarray) -> np.ndarray:
    """The page as a fold leaves it where no boxes tell how it lies: its lower half 0.9 mm off."""
    upper = page.shape[0] // 2
    off = round(0.9 * page.shape[0] / PAGE_HEIGHT_MM)
    return np.vstack([page[:upper], np.full((off, page.shape[1]), page.max()), page[upper:-off]])


def test_a_half_that_lies_beside_its_print_is_not_altered_but_words_struck_in_it_are() -> None:
    labels = [one for one in _words().places() if 8.0 <= one.width <= 30.0 and one.height < 6.0]
    label = next(one for one in labels if one.y > 0.7 * PAGE_HEIGHT_MM)
    struck = ALTERATIONS["blacked out"](_filled(), label, np.random.default_rng(3))
    assert _words().altered(_lower_half_beside(_filled())) == []
    found = _words().altered(_lower_half_beside(struck))
    assert [one for one in found if one.overlaps(label)]
    assert not [one for one in found if not one.overlaps(label.inset(-4.0))]


@pytest.mark.tesseract
def test_a_reviewer_is_told_of_it_and_the_answers_are_read_all_the_same() -> None:
    altered = ALTERATIONS["blacked out"](_filled(), _label(3), np.random.default_rng(1))
    images = [PageImage("page.png", 1, altered)]
    reading = read_scan(images, form_lookup(_catalogue()), printed=printed_words(_catalogue()))
    assert PageCode.ALTERED_PRINT in [one.code for one in reading.problems]
    assert reading.pages[0].code is PageCode.READ
    assert reading.as_dict()["pages"][0]["altered_print"]
    untouched = read_scan(
        [PageImage("page.png", 1, _filled())], form_lookup(_catalogue()), printed=printed_words(_catalogue())
    )
    assert untouched.problems == []
    assert {name: one.value for name, one in reading.fields.items()} == {
        name: one.value for name, one in untouched.fields.items()
    }


def test_places_are_named_from_the_top_once_each() -> None:
    named = places_named([0.9, 0.1, 0.2])
    assert named.fr == "en haut de la page, en bas de la page"
    assert named.ar == "أعلى الصفحة، أسفل الصفحة"


def test_a_form_nobody_published_has_no_print_to_compare_with() -> None:
    assert printed_words(_catalogue())(PageIdentity("999-9-99", 1, 1, 1)) is None


SAMPLE_PAGES = (
    "310-1-32/samira-lahlou/scan-2.tif",
    "311-1-14/naima-fassi/scan-2.tif",
    "311-1-14/hamid-tazi/scan-3.tif",
    "bad/two-people-mixed.tif",
    "bad/page-of-another-form.tif",
)
"""Black and white pages: a rule, a dash or a long stroke a hair off its place once passed for a pen's line."""


@pytest.mark.parametrize("name", SAMPLE_PAGES)
def test_sample_pages_that_nobody_altered_raise_no_alarm(name: str) -> None:
    forms, words_of = form_lookup(_catalogue()), printed_words(_catalogue())
    for image in load_pages((SAMPLES / name).read_bytes(), name):
        sighting = identify(image.pixels, (), forms)
        who = sighting.identity
        assert who is not None
        known = forms(who.form_id, who.version, who.variant)
        words = words_of(who)
        assert known is not None and words is not None
        registration = lay(image.pixels, sighting, known[1].on_page(who.page))
        assert registration is not None and registration.trusted
        assert words.altered(even_light(registration.rectify(image.pixels))) == []
