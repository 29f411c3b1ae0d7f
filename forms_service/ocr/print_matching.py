"""Tells which page a picture shows by what is printed on it, when its code cannot be read.

A code may be smudged, cut off or covered by a stamp.  Every page of a form has its own pattern of
printed boxes, though: laid by the corner marks that are left, the page whose outlines stand where they
should is the one, provided that no other page comes near it.  Whose dossier it belongs to, only the
code could have told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.form_spec import FormSpec
from core.placement import BoxMm, FormLayout, PageIdentity
from forms_service.ocr.crops import even_light
from forms_service.ocr.outlines import is_seen, refine
from forms_service.ocr.registration import CornerMark, Registration, register_by_few_marks

Paper = tuple[str, int, str]
"""A form, its version and its variant."""

LEAST_SHARE = 0.8
"""Share of a page's outlines that must be seen where they belong."""

LEAST_LEAD = 0.25
"""By how much the share must exceed that of every other page."""

_FEWEST_FRAMES = 5


@dataclass(frozen=True, slots=True)
class PrintMatch:
    """The page that a picture shows, and where it lies there."""

    identity: PageIdentity
    registration: Registration
    share: float


def match_by_print(
    pixels: np.ndarray,
    marks: Sequence[CornerMark],
    registration: Registration | None,
    papers: Sequence[Paper],
    forms: Callable[[str, int, str], tuple[FormSpec, FormLayout] | None],
) -> PrintMatch | None:
    """The page of ``papers`` whose print the picture shows; None when none does, or two could.

    Args:
        marks: The corner marks that were found; at least one.
        registration: How three or four of them lay the page, if there are as many.
    """
    rough = registration or register_by_few_marks(marks)
    if rough is None:
        return None
    matches = sorted(
        _matches(pixels, rough, papers, forms, needs_refining=registration is None),
        key=lambda match: -match.share,
    )
    if not matches or matches[0].share < LEAST_SHARE:
        return None
    if len(matches) > 1 and matches[0].share - matches[1].share < LEAST_LEAD:
        return None
    return matches[0]


def _matches(
    pixels: np.ndarray,
    rough: Registration,
    papers: Sequence[Paper],
    forms: Callable[[str, int, str], tuple[FormSpec, FormLayout] | None],
    *,
    needs_refining: bool,
) -> Iterator[PrintMatch]:
    laid = None if needs_refining else even_light(rough.rectify(pixels))
    for paper in papers:
        known = forms(*paper)
        if known is None:
            continue
        layout = known[1]
        for page in layout.pages_with_answers():
            frames = list(dict.fromkeys(one.frame for one in layout.on_page(page) if one.frame))
            if len(frames) < _FEWEST_FRAMES:
                continue
            registration = refine(rough, pixels, frames) if needs_refining else rough
            view = laid if laid is not None else even_light(registration.rectify(pixels))
            identity = PageIdentity(paper[0], paper[1], page, layout.pages, "", paper[2])
            yield PrintMatch(identity, registration, _share_seen(view, frames))


def _share_seen(page: np.ndarray, frames: Sequence[BoxMm]) -> float:
    return sum(is_seen(page, frame) for frame in frames) / len(frames)
