"""What people are shown of a form that was typed: our own copy, for viewers draw Arabic as they can.

The values are data; in the uploaded file their letters may stand apart, or not at all.  Whatever else
the file shows (a signature drawn in, a stamp) is kept: such pages stay as they were uploaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from core.dossier import answers_from_paper
from core.errors import FormsError
from core.form_spec import FormSpec
from core.placement import BoxMm, PageIdentity, Placement, WidgetKind
from forms_service.ocr.page_images import PageImage, load_pages

_BORDER_MM = 0.8
_DIFFERENT = 110
"""Steps of gray between ink and paper; two drawings of one line differ by less."""


def as_we_draw_it(
    spec: FormSpec,
    typed: Mapping[str, object],
    reference: str,
    uploaded: Sequence[PageImage],
    identities: Sequence[PageIdentity | None],
) -> list[PageImage]:
    """The pages of a typed form with its values drawn by us, where they show nothing but values.

    Args:
        typed: Values as they were typed; those that cannot be drawn keep the looks they came with.
        identities: Of each uploaded page, its form page.
    """
    from forms_service.render.answer_misfits import misfits
    from forms_service.render.form_pdf import render_filled
    from forms_service.render.layout import VARIANTS, lay_out

    variant = next((one.variant for one in identities if one), None)
    if variant not in VARIANTS:
        return list(uploaded)
    answers, problems = answers_from_paper(spec, typed)  # type: ignore[arg-type]
    drawn = {name: answer for name, answer in answers.items() if name not in problems}
    for name in misfits(spec, drawn):
        del drawn[name]
    try:
        ours = load_pages(render_filled(spec, drawn, reference, variant=variant), "")
    except FormsError:
        return list(uploaded)
    layout = lay_out(spec, variant).layout
    return [
        _page(image, ours[identity.page - 1], layout.on_page(identity.page), set(typed) - set(drawn))
        if identity is not None and identity.page <= len(ours)
        else image
        for image, identity in zip(uploaded, identities, strict=True)
    ]


def _page(image: PageImage, ours: PageImage, places: Sequence[Placement], undrawn: set[str]) -> PageImage:
    if image.pixels.shape != ours.pixels.shape:
        return image
    elsewhere = cv2.absdiff(image.pixels, ours.pixels) > _DIFFERENT
    pixels = ours.pixels.copy()
    for place in places:
        if place.widget is WidgetKind.SIGNATURE:
            continue
        box = _cut(place.box, pixels)
        elsewhere[box] = False
        if place.field_id in undrawn:
            pixels[box] = image.pixels[box]
    # Edges of letters may fall one pixel apart; a stroke of a pen is wider.
    if cv2.erode(elsewhere.astype(np.uint8), np.ones((2, 2), np.uint8)).any():
        return image
    return replace(image, pixels=pixels)


def _cut(box: BoxMm, pixels: np.ndarray) -> tuple[slice, slice]:
    """A box and its border on a picture of an A4 page."""
    scale = pixels.shape[1] / 210
    left, top = box.x - _BORDER_MM, box.y - _BORDER_MM
    right, bottom = box.right + _BORDER_MM, box.bottom + _BORDER_MM
    rows = slice(max(0, int(top * scale)), int(bottom * scale) + 1)
    return rows, slice(max(0, int(left * scale)), int(right * scale) + 1)
