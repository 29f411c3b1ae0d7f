"""Documents drawn for tests, in typefaces and wear that no reader was adjusted on."""

from __future__ import annotations

import random
from datetime import date

import numpy as np

from forms_service.ocr.page_images import PageImage
from samples.drawing.documents import CLASS_OF, Case, draw_document
from samples.drawing.paper import UNSEEN_TYPEFACES
from samples.drawing.people import invent
from samples.drawing.wear import UNSEEN_WEAR

ON = date(2026, 3, 1)


def drawn_page(
    name: str, seed: int = 7, wear: str | None = None, **details: object
) -> tuple[PageImage, dict[str, object], str]:
    """A page, the facts truly on it, and its class."""
    chance = random.Random(f"test {name} {seed}")
    who = invent(chance)
    other = invent(chance, sex="F" if who.sex == "M" else "M")
    typeface = UNSEEN_TYPEFACES[seed % len(UNSEEN_TYPEFACES)]
    drawn = draw_document(name, Case(who, typeface, chance, other, details=dict(details)))
    pixels = drawn.paper.pixels()
    if wear:
        pixels = UNSEEN_WEAR[wear](pixels, chance)
    return page_image(pixels), drawn.facts, CLASS_OF[name]


def page_image(pixels: np.ndarray, page: int = 1) -> PageImage:
    """Pixels as an uploaded page."""
    return PageImage("drawn.png", page, np.ascontiguousarray(pixels), None)
