"""Filled values against a drawing made without HarfBuzz or our own code.

The reference joins letters with arabic-reshaper, orders them with python-bidi and lets Pillow set
them letter by letter; both pictures must carry the same ink.
"""

from __future__ import annotations

import arabic_reshaper
import numpy as np
import pypdfium2
import pytest
from bidi import get_display
from PIL import Image, ImageDraw, ImageFont

from core.placement import BoxMm
from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out
from forms_service.render.typography import REGULAR
from forms_service.spec_catalogue import SpecCatalogue

DPI = 300
PX_PER_MM = DPI / 25.4
RESHAPER = arabic_reshaper.ArabicReshaper({"delete_harakat": False})

VALUES = [
    ("assured.last", "El Khattabi"),
    ("assured.last", "Aït Ben-Haddou"),
    ("assured.last.ar", "الخطابي"),
    ("assured.last.ar", "آيت واحمان"),
    ("assured.last.ar", "سلام لالة"),
    ("assured.address", "12, rue Ibn Sina, étage 3"),
    ("assured.address", "تجزئة الأمل رقم 27"),
    ("assured.address", "شقة 12، زنقة N'Guyen"),
    ("assured.email", "salma.bennani@exemple.ma"),
]


def filled_crop(field_id: str, value: str) -> np.ndarray:
    spec = SpecCatalogue.load().get("311-1-14")
    (place,) = lay_out(spec).layout.of_field(field_id)
    page = pypdfium2.PdfDocument(render_filled(spec, {field_id: value}, flatten=True))[place.page - 1]
    image = np.asarray(page.render(scale=DPI / 72, grayscale=True).to_pil())
    box: BoxMm = place.box.inset(0.5)
    rows = slice(round(box.y * PX_PER_MM), round(box.bottom * PX_PER_MM))
    return image[rows, round(box.x * PX_PER_MM) : round(box.right * PX_PER_MM)]


def trimmed(image: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(image < 128)
    assert rows.size, "nothing was drawn"
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def reference(value: str) -> np.ndarray:
    """The same words set large by Pillow, letter by letter."""
    text = get_display(RESHAPER.reshape(value), base_dir="R" if any(c >= "\u0600" for c in value) else "L")
    font = ImageFont.truetype(REGULAR, 400, layout_engine=ImageFont.Layout.BASIC)
    canvas = Image.new("L", (round(font.getlength(text)) + 800, 1000), 255)
    ImageDraw.Draw(canvas).text((400, 200), text, font=font, fill=0)
    return trimmed(np.asarray(canvas))


def grown(ink: np.ndarray) -> np.ndarray:
    """An ink mask, two pixels wider to every side."""
    padded = np.pad(ink, 2)
    shifts = [(row, column) for row in range(5) for column in range(5)]
    return np.any([padded[r : r + ink.shape[0], c : c + ink.shape[1]] for r, c in shifts], axis=0)


@pytest.mark.parametrize(("field_id", "value"), VALUES, ids=[value for _, value in VALUES])
def test_a_filled_value_carries_the_ink_of_an_independent_drawing(field_id: str, value: str) -> None:
    ours = trimmed(filled_crop(field_id, value))
    theirs = reference(value)
    height, width = ours.shape
    assert (
        abs(theirs.shape[1] * height / theirs.shape[0] / width - 1) < 0.06
    )  # the crop rounds to whole pixels
    resized = np.asarray(Image.fromarray(theirs).resize((width, height), Image.Resampling.BOX))
    ink_ours, ink_theirs = ours < 140, resized < 140
    assert (ink_ours & grown(ink_theirs)).sum() >= 0.97 * ink_ours.sum()
    assert (ink_theirs & grown(ink_ours)).sum() >= 0.97 * ink_theirs.sum()


def test_the_comparison_would_notice_unjoined_or_reversed_letters() -> None:
    ours = trimmed(filled_crop("assured.last.ar", "الخطابي"))
    wrong = reference("يباطخلا")
    height, width = ours.shape
    resized = np.asarray(Image.fromarray(wrong).resize((width, height), Image.Resampling.BOX))
    ink_ours, ink_wrong = ours < 140, resized < 140
    assert (ink_ours & grown(ink_wrong)).sum() < 0.97 * ink_ours.sum()
