"""Documents drawn for tests, in typefaces and wear that no reader was adjusted on."""

from __future__ import annotations

import random
from datetime import date
from functools import lru_cache

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
    """A page, the facts truly on it, and its class; drawn once, and given anew to everybody who asks."""
    pixels, facts = _drawn(name, seed, wear, tuple(sorted(details.items())))
    return page_image(pixels.copy()), dict(facts), CLASS_OF[name]


Details = tuple[tuple[str, object], ...]


@lru_cache(maxsize=12)
def _drawn(name: str, seed: int, wear: str | None, details: Details) -> tuple[np.ndarray, dict[str, object]]:
    pixels, facts, state = _clean(name, seed, details)
    if wear:
        chance = random.Random()
        chance.setstate(state)
        pixels = UNSEEN_WEAR[wear](pixels.copy(), chance)
    return pixels, facts


@lru_cache(maxsize=12)
def _clean(
    name: str, seed: int, details: Details
) -> tuple[np.ndarray, dict[str, object], tuple[object, ...]]:
    """The page before anybody used it, and how chance goes on from there."""
    chance = random.Random(f"test {name} {seed}")
    who = invent(chance)
    other = invent(chance, sex="F" if who.sex == "M" else "M")
    typeface = UNSEEN_TYPEFACES[seed % len(UNSEEN_TYPEFACES)]
    drawn = draw_document(name, Case(who, typeface, chance, other, details=dict(details)))
    return drawn.paper.pixels(), drawn.facts, chance.getstate()


def page_image(pixels: np.ndarray, page: int = 1) -> PageImage:
    """Pixels as an uploaded page."""
    return PageImage("drawn.png", page, np.ascontiguousarray(pixels), None)
