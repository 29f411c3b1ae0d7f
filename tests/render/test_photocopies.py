"""What a black and white laser printer and a light or dark photocopier leave of every print of the forms."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cache

import cv2
import numpy as np
import pytest

from core.localized_text import Language
from core.placement import BoxMm, WidgetKind
from forms_service.ocr.engine import text_engine
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.registration import find_corner_marks, register_by_marks
from forms_service.rehearsal.degradations import PRINTED, photocopy
from forms_service.render.artwork import Words
from forms_service.render.form_pdf import render_blank
from forms_service.render.layout import VARIANTS, lay_out
from tests.render.conftest import ROOT, load, page_pixels

FORMS = ("311-1-14", "310-1-32")
COPIES = {how.name: how.copied_at for how in PRINTED if how.copied_at is not None}
REFERENCE = "26-000417"
PX_PER_MM = 300 / 25.4
SEARCHED_MM = 0.35

every_print = pytest.mark.parametrize("variant", VARIANTS, ids=["usual", "large"])
every_form = pytest.mark.parametrize("form_id", FORMS)
every_copy = pytest.mark.parametrize("copied", sorted(COPIES))


@cache
def _spec(form_id: str):
    return load(ROOT / "form_specs" / form_id / "v1.yaml")


@cache
def _blank(form_id: str, variant: str) -> bytes:
    return render_blank(_spec(form_id), REFERENCE, variant=variant)


@cache
def _page(form_id: str, variant: str, page: int) -> np.ndarray:
    return page_pixels(_blank(form_id, variant), page - 1, dpi=300)


@cache
def _copy(form_id: str, variant: str, copied: str, page: int) -> np.ndarray:
    return photocopy(_page(form_id, variant, page), COPIES[copied])


def test_a_copy_is_black_and_white_and_a_dark_one_darker() -> None:
    light, dark = (_copy(FORMS[0], "", name, 1) for name in ("light copy", "dark copy"))
    assert set(np.unique(light)) == set(np.unique(dark)) == {0, 255}
    assert (dark == 0).sum() > 1.2 * (light == 0).sum()


@every_form
@every_print
@every_copy
def test_marks_and_code_are_found_on_every_copy(form_id: str, variant: str, copied: str) -> None:
    form = lay_out(_spec(form_id), variant)
    for page in (1, form.layout.pages):
        pixels = _copy(form_id, variant, copied, page)
        registration = register_by_marks(find_corner_marks(pixels))
        assert registration is not None and registration.residual_mm < 0.3
        mark = find_identity(pixels)
        assert mark is not None and mark.identity == form.identity(page, REFERENCE)


@every_form
@every_print
@every_copy
def test_every_stroke_around_a_box_stays_whole(form_id: str, variant: str, copied: str) -> None:
    layout = lay_out(_spec(form_id), variant).layout
    for page in layout.pages_with_answers():
        pixels = _copy(form_id, variant, copied, page)
        for place in layout.on_page(page):
            frame = place.frame
            assert frame is not None
            x, y, right, bottom = frame.x, frame.y, frame.right, frame.bottom
            strokes = [
                (x, y, right, y),
                (x, bottom, right, bottom),
                (x, y, x, bottom),
                (right, y, right, bottom),
            ]
            if place.widget is WidgetKind.COMB:
                cell = place.box.width / (place.comb or 1)
                inner = [place.box.x + number * cell for number in range(1, place.comb or 1)]
                strokes += [(at, y, at, bottom) for at in inner]
            for stroke in strokes:
                assert _wholeness(pixels, *stroke) >= 0.95, (page, place.field_id, stroke)


def _wholeness(pixels: np.ndarray, x1: float, y1: float, x2: float, y2: float) -> float:
    """Share of a stroke's length on which ink is found within a third of a millimetre."""
    reach = SEARCHED_MM
    if y1 == y2:
        box, axis = BoxMm(x1 + 1, y1 - reach, x2 - x1 - 2, 2 * reach), 0
    else:
        box, axis = BoxMm(x1 - reach, y1 + 1, 2 * reach, y2 - y1 - 2), 1
    return float((_patch(pixels, box) == 0).any(axis=axis).mean())


@pytest.mark.tesseract
@every_form
@every_copy
def test_labels_can_still_be_read(form_id: str, copied: str) -> None:
    """Judged by a recogniser, which gives up before people do: nine letters of ten survive."""
    assert _readable(form_id) >= 0.95
    assert _readable(form_id, copied) >= 0.9


@cache
def _readable(form_id: str, copied: str | None = None) -> float:
    """Share of the letters of French labels that are read on the print, or on a copy of it."""
    words = [
        piece
        for piece in lay_out(_spec(form_id)).artwork[0]
        if isinstance(piece, Words) and piece.language is Language.FR and len(piece.text) > 5
    ]
    pixels = _copy(form_id, "", copied, 1) if copied else _page(form_id, "", 1)
    likeness = [_likeness(pixels, piece) for piece in words[::2]]
    return sum(likeness) / len(likeness)


def _likeness(pixels: np.ndarray, words: Words) -> float:
    patch = _patch(pixels, words.box.inset(-0.7))
    enlarged = cv2.resize(patch, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    found = text_engine().read(enlarged, "fra")
    return SequenceMatcher(None, words.text, found.text.strip(), autojunk=False).ratio()


def _patch(pixels: np.ndarray, box: BoxMm) -> np.ndarray:
    top, left = round(box.y * PX_PER_MM), round(box.x * PX_PER_MM)
    return pixels[top : round(box.bottom * PX_PER_MM), left : round(box.right * PX_PER_MM)]
