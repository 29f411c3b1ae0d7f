"""Tells which page a picture shows by what is printed on it, when its code cannot be read.

A code may be smudged, cut off or covered by a stamp.  Every page of a form has its own pattern of
printed boxes, though: laid by the corner marks that are left – or, where none is, by the points of its
print – the page whose outlines and words stand where they should is the one, provided that no other
page comes near it.  Whose dossier it belongs to, only the code could have told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.form_spec import FormSpec
from core.placement import BoxMm, FormLayout, PageIdentity
from forms_service.ocr.crops import even_light
from forms_service.ocr.feature_matching import VIEWS, FeatureLookup, FeatureMatch, match_features
from forms_service.ocr.outlines import is_seen, refine
from forms_service.ocr.printed_words import PrintLookup
from forms_service.ocr.registration import CornerMark, Registration, register_by_few_marks

Paper = tuple[str, int, str]
"""A form, its version and its variant."""

LEAST_SHARE = 0.8
"""Share of a page's outlines that must be seen where they belong."""

LEAST_LEAD = 0.25
"""By how much the share must exceed that of every other page."""

_FEWEST_FRAMES = 5
_FEWEST_WORDS = 10
_CLEAR_OF_EDGE_MM = 1.5

_FEWEST_OWN_FRAMES = 2
_WHOLE = 0.98
_SAME_PLACE_MM = 0.6
_OWN_SEEN = 0.8
_OTHERS_SEEN = 0.3
"""Two versions of one page are told apart by the outlines that only one of them has."""

FormLookup = Callable[[str, int, str], "tuple[FormSpec, FormLayout] | None"]


@dataclass(frozen=True, slots=True)
class PrintMatch:
    """The page that a picture shows, and where it lies there."""

    identity: PageIdentity
    registration: Registration
    share: float
    frames: tuple[BoxMm, ...] = ()


def match_by_print(
    pixels: np.ndarray,
    marks: Sequence[CornerMark],
    registration: Registration | None,
    papers: Sequence[Paper],
    forms: FormLookup,
) -> PrintMatch | None:
    """The page of ``papers`` whose print the picture shows; None when none does, or two could.

    Args:
        marks: The corner marks that were found; at least one.
        registration: How three or four of them lay the page, if there are as many.
    """
    rough = registration or register_by_few_marks(marks)
    if rough is None:
        return None
    matches = _matches(pixels, rough, papers, forms, needs_refining=registration is None)
    return _plain(pixels, list(matches))


def match_by_features(
    pixels: np.ndarray,
    papers: Sequence[Paper],
    forms: FormLookup,
    features: FeatureLookup,
    printed: PrintLookup | None,
) -> PrintMatch | None:
    """The page of ``papers`` whose print the picture shows, though no corner mark is left.

    Args:
        features: Gives the points by which each page's print is found again.
        printed: Gives the words of each page, which must stand where they belong as its outlines must.
    """
    pages = [(one, known) for one in every_page(papers, forms) if (known := features(one)) is not None]
    for view in VIEWS:
        candidates = match_features(pixels, pages, view)
        if found := _plain(pixels, [_checked(pixels, one, forms, printed) for one in candidates]):
            return found
    return None


def place_by_features(
    pixels: np.ndarray, identity: PageIdentity, features: FeatureLookup
) -> Registration | None:
    """How the print of a page that is known lies in the picture, roughly."""
    known = features(identity)
    for view in VIEWS if known else ():
        if found := match_features(pixels, [(identity, known)], view):
            return found[0].registration
    return None


def every_page(papers: Sequence[Paper], forms: FormLookup) -> Iterator[PageIdentity]:
    """The pages that have boxes to read, of every paper."""
    for form_id, version, variant in papers:
        known = forms(form_id, version, variant)
        for page in known[1].pages_with_answers() if known else ():
            yield PageIdentity(form_id, version, page, known[1].pages, "", variant)


def _plain(pixels: np.ndarray, matches: list[PrintMatch]) -> PrintMatch | None:
    """The one that is seen well enough, if no other could be meant."""
    matches = sorted(matches, key=lambda match: -match.share)
    if not matches or matches[0].share < LEAST_SHARE:
        return None
    best, *others = matches
    near = [one for one in others if best.share - one.share < LEAST_LEAD]
    return best if all(_differs(pixels, best, one) for one in near) else None


def _differs(pixels: np.ndarray, best: PrintMatch, other: PrintMatch) -> bool:
    """Whether the picture shows the outlines that only ``best`` has, and not those of ``other``."""
    own, others = _only_in(best.frames, other.frames), _only_in(other.frames, best.frames)
    if best.identity.form_id != other.identity.form_id or len(own) + len(others) < _FEWEST_OWN_FRAMES:
        return False
    page = even_light(best.registration.rectify(pixels))
    seen, seen_of_other = (
        _share_seen(page, frames) if frames else default for frames, default in ((own, 1.0), (others, 0.0))
    )
    return seen >= _OWN_SEEN and seen_of_other <= _OTHERS_SEEN


def _only_in(frames: Sequence[BoxMm], other: Sequence[BoxMm]) -> list[BoxMm]:
    def edges(box: BoxMm) -> np.ndarray:
        return np.array([box.x, box.y, box.right, box.bottom])

    return [
        one for one in frames if all(abs(edges(one) - edges(two)).max() > _SAME_PLACE_MM for two in other)
    ]


def _checked(
    pixels: np.ndarray, match: FeatureMatch, forms: FormLookup, printed: PrintLookup | None
) -> PrintMatch:
    """What the outlines and the words that are in the picture say of a candidate."""
    identity = match.identity
    known = forms(identity.form_id, identity.version, identity.variant)
    frames = _frames(known[1], identity.page) if known else []
    registration = refine(match.registration, pixels, frames)

    def is_shown(box: BoxMm) -> bool:
        return registration.share_inside(box.inset(-_CLEAR_OF_EDGE_MM), pixels.shape) > _WHOLE

    shown = [one for one in frames if is_shown(one)]
    page = even_light(registration.rectify(pixels))
    share = _share_seen(page, shown) if len(shown) >= _FEWEST_FRAMES else 0.0
    words = printed(identity) if printed else None
    if words is not None and share:
        part = _around(shown)
        standing = words.share_standing(page, lambda one: part.overlaps(one) and is_shown(one), _FEWEST_WORDS)
        share = min(share, standing)
    return PrintMatch(identity, registration, share, tuple(shown))


def _around(frames: Sequence[BoxMm]) -> BoxMm:
    """The part of the page on which the outlines lay it; farther off, words may stand a little beside."""
    left, top = min(one.x for one in frames), min(one.y for one in frames)
    right, bottom = max(one.right for one in frames), max(one.bottom for one in frames)
    return BoxMm(left, top, right - left, bottom - top)


def _frames(layout: FormLayout, page: int) -> list[BoxMm]:
    return list(dict.fromkeys(one.frame for one in layout.on_page(page) if one.frame))


def _matches(
    pixels: np.ndarray,
    rough: Registration,
    papers: Sequence[Paper],
    forms: FormLookup,
    *,
    needs_refining: bool,
) -> Iterator[PrintMatch]:
    laid = None if needs_refining else even_light(rough.rectify(pixels))
    for identity in every_page(papers, forms):
        known = forms(identity.form_id, identity.version, identity.variant)
        frames = _frames(known[1], identity.page) if known else []
        if len(frames) < _FEWEST_FRAMES:
            continue
        registration = refine(rough, pixels, frames) if needs_refining else rough
        view = laid if laid is not None else even_light(registration.rectify(pixels))
        yield PrintMatch(identity, registration, _share_seen(view, frames), tuple(frames))


def _share_seen(page: np.ndarray, frames: Sequence[BoxMm]) -> float:
    return sum(is_seen(page, frame) for frame in frames) / len(frames)
