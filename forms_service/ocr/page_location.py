"""Finds out which page of which form a picture shows, and where it lies there.

By the page code and the corner marks; where either is lost, by what is left of both and by the printed
outlines of the answers; where nothing is left of them, by the points of the print itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.form_spec import FormSpec
from core.placement import BoxMm, FormLayout, PageIdentity, Placement, qr_box
from forms_service.ocr.crops import cut, even_light
from forms_service.ocr.feature_matching import FeatureLookup
from forms_service.ocr.outlines import (
    EdgesFound,
    FlatPage,
    edges_found,
    measured_residual_mm,
    offsets_of,
    refined,
    unbent,
)
from forms_service.ocr.page_identity import IdentityMark, find_identity, identity_within
from forms_service.ocr.print_matching import Paper, match_by_features, match_by_print, place_by_features
from forms_service.ocr.printed_words import PrintLookup
from forms_service.ocr.registration import (
    CornerMark,
    Registration,
    find_corner_marks,
    register_by_code,
    register_by_marks,
)

FormLookup = Callable[[str, int, str], "tuple[FormSpec, FormLayout] | None"]
"""Gives the spec and layout of a form, a version and a variant, or None when there is no such paper."""

GOOD_RESIDUAL_MM = 0.1
"""Below this nothing is gained by laying the page any better."""

_CODE_MARGIN_MM = 3.0
_FEW_MARKS = 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a picture says of the page it shows, before the page's own outlines are known.

    Attributes:
        identity: None when neither its code nor its print tells.
        marks: The corner marks that were found.
        registration: How these lay the page, or how its print does; None when there are too few.
        code_corners: Of the page code in the picture, None when it was not read.
        by_print: Whether only the printed outlines tell which page it is.
    """

    identity: PageIdentity | None
    marks: tuple[CornerMark, ...]
    registration: Registration | None
    code_corners: np.ndarray | None
    by_print: bool = False


def identify(
    pixels: np.ndarray,
    papers: Sequence[Paper],
    forms: FormLookup,
    features: FeatureLookup | None = None,
    printed: PrintLookup | None = None,
) -> Sighting:
    """Tell which page a picture shows.

    Args:
        papers: The forms, versions and variants that a page without a readable code may be of.
        features: Gives the points by which a blank is found again where no corner mark is left; none, and
            such pages stay unknown.
        printed: Gives the words of a page, on which a page found by its points is checked.
    """
    marks = find_corner_marks(pixels)
    registration = register_by_marks(marks)
    code = _code_in_place(pixels, registration) or find_identity(pixels)
    identity = code.identity if code else _identity_by_place(pixels, registration)
    if identity is None:
        match = match_by_print(pixels, marks, registration, papers, forms)
        if match is None and features is not None and papers:
            match = match_by_features(pixels, papers, forms, features, printed)
        if match is not None:
            return Sighting(match.identity, tuple(marks), match.registration, None, by_print=True)
    return Sighting(identity, tuple(marks), registration, code.corners if code else None)


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page that lies over its layout.

    Attributes:
        page: Upright, flat and evenly lit, at 300 dpi.
        outlines: Where the edges of its answers' printed outlines were found.
    """

    registration: Registration
    page: np.ndarray
    outlines: EdgesFound


def lay(
    pixels: np.ndarray,
    sighting: Sighting,
    placements: Sequence[Placement],
    features: FeatureLookup | None = None,
) -> Registration | None:
    """Tell where the page lies, as exactly as its marks, its code and its outlines allow."""
    laid = lay_flat(pixels, sighting, placements, features)
    return laid.registration if laid else None


def lay_flat(
    pixels: np.ndarray,
    sighting: Sighting,
    placements: Sequence[Placement],
    features: FeatureLookup | None = None,
) -> LaidPage | None:
    """Lay the page over its layout, as exactly as its marks, its code and its outlines allow.

    Args:
        features: Gives the points of the page's print, by which it is laid where marks and code do not do.
    """
    frames = _outlines([placement.frame for placement in placements if placement.frame])
    if sighting.registration is not None:
        laid = _checked(pixels, sighting.registration, frames)
        if laid.registration.residual_mm <= GOOD_RESIDUAL_MM:
            return laid
        flat = _improved(pixels, laid.registration, frames)
    elif sighting.code_corners is not None:
        rough = register_by_code(list(sighting.marks), sighting.code_corners)
        flat = _bent(refined(FlatPage.of(rough, pixels), pixels, frames), pixels, frames)
    else:
        flat = None
    enough = flat is not None and flat.registration.trusted
    may_be_matched = sighting.identity is not None and len(sighting.marks) <= _FEW_MARKS
    if not enough and features is not None and may_be_matched:
        flat = _by_features(pixels, sighting.identity, features, frames, flat)
    if flat is None:
        return None
    page = even_light(flat.page)
    return LaidPage(flat.registration, page, edges_found(page, frames))


def _outlines(frames: list[BoxMm]) -> list[BoxMm]:
    """Each printed outline once: twins share theirs."""
    return list(dict.fromkeys(frames))


def _checked(pixels: np.ndarray, registration: Registration, frames: list[BoxMm]) -> LaidPage:
    """The page as its marks lay it, with what its printed outlines say of that."""
    page = even_light(registration.rectify(pixels))
    outlines = edges_found(page, frames)
    measured = measured_residual_mm(offsets_of(outlines)) or 0.0
    checked = replace(registration, residual_mm=max(registration.residual_mm, measured), bend=None)
    return LaidPage(checked, page, outlines)


def _improved(pixels: np.ndarray, checked: Registration, frames: list[BoxMm]) -> FlatPage:
    """The registration brought into place on the outlines, if they agree better then."""
    flat = FlatPage.of(checked, pixels)
    better = refined(flat, pixels, frames)
    laid = min((flat, better), key=lambda one: one.registration.residual_mm)
    return _bent(laid, pixels, frames)


def _bent(flat: FlatPage, pixels: np.ndarray, frames: list[BoxMm]) -> FlatPage:
    return flat if flat.registration.residual_mm <= GOOD_RESIDUAL_MM else unbent(flat, pixels, frames)


def _by_features(
    pixels: np.ndarray,
    identity: PageIdentity,
    features: FeatureLookup,
    frames: list[BoxMm],
    otherwise: FlatPage | None,
) -> FlatPage | None:
    """The page laid by the points of its print, where that is better than what there is."""
    rough = place_by_features(pixels, identity, features)
    if rough is None:
        return otherwise
    checked = _checked(pixels, rough, frames).registration
    if checked.residual_mm <= GOOD_RESIDUAL_MM:
        by_print = FlatPage.of(checked, pixels)
    else:
        by_print = _improved(pixels, checked, frames)
    return min((one for one in (otherwise, by_print) if one), key=lambda one: one.registration.residual_mm)


def _code_in_place(pixels: np.ndarray, registration: Registration | None) -> IdentityMark | None:
    """The code where it must stand, if the corner marks tell: much less to search than a whole picture."""
    if registration is None or not registration.trusted:
        return None
    place = registration.image_box(qr_box().inset(-_CODE_MARGIN_MM), pixels.shape)
    return None if place.is_empty else identity_within(pixels, place)


def _identity_by_place(pixels: np.ndarray, registration: Registration | None) -> PageIdentity | None:
    """Look for the code where it must stand: enlarged and alone it is read more often."""
    if registration is None:
        return None
    page = even_light(registration.rectify(pixels))
    patch = cut(page, qr_box(), -_CODE_MARGIN_MM)
    for factor, smoothing in ((2.0, 0.0), (2.0, 3.0), (1.0, 2.0)):
        view = cv2.resize(patch, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        if smoothing:
            view = cv2.GaussianBlur(view, (0, 0), smoothing)
        if found := find_identity(view):
            return found.identity
    return None
