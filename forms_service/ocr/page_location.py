"""Finds out which page of which form a picture shows, and where it lies there.

By the page code and the corner marks; where either is lost, by what is left of both and by the printed
outlines of the answers; where nothing is left of them, by the points of the print itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from core.form_spec import FormSpec
from core.placement import BoxMm, FormLayout, PageIdentity, Placement, qr_box
from forms_service.ocr.crops import cut, even_light
from forms_service.ocr.feature_matching import FeatureLookup
from forms_service.ocr.outlines import CHECK_REACH_MM, edge_offsets, measured_residual_mm, refine, unbent
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.print_matching import Paper, match_by_features, match_by_print, place_by_features
from forms_service.ocr.printed_words import PrintLookup
from forms_service.ocr.registration import (
    TRUSTED_RESIDUAL_MM,
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
    code = find_identity(pixels)
    identity = code.identity if code else _identity_by_place(pixels, registration)
    if identity is None:
        match = match_by_print(pixels, marks, registration, papers, forms)
        if match is None and features is not None and papers:
            match = match_by_features(pixels, papers, forms, features, printed)
        if match is not None:
            return Sighting(match.identity, tuple(marks), match.registration, None, by_print=True)
    return Sighting(identity, tuple(marks), registration, code.corners if code else None)


def lay(
    pixels: np.ndarray,
    sighting: Sighting,
    placements: Sequence[Placement],
    features: FeatureLookup | None = None,
) -> Registration | None:
    """Lay the page over its layout, as exactly as its marks, its code and its outlines allow.

    Args:
        features: Gives the points of the page's print, by which it is laid where marks and code do not do.
    """
    frames = _outlines([placement.frame for placement in placements if placement.frame])
    laid = _best(pixels, list(sighting.marks), sighting.registration, sighting.code_corners, frames)
    enough = laid is not None and laid.residual_mm <= TRUSTED_RESIDUAL_MM
    if enough or features is None or sighting.identity is None or len(sighting.marks) > _FEW_MARKS:
        return laid
    rough = place_by_features(pixels, sighting.identity, features)
    by_print = _best(pixels, [], rough, None, frames) if rough is not None else None
    return min((one for one in (laid, by_print) if one), key=lambda one: one.residual_mm, default=None)


def _outlines(frames: list[BoxMm]) -> list[BoxMm]:
    """Each printed outline once: twins share theirs, ticks are too small to be measured on."""
    return list(dict.fromkeys(frames))


def _best(
    pixels: np.ndarray,
    marks: list[CornerMark],
    by_marks: Registration | None,
    code_corners: np.ndarray | None,
    frames: list[BoxMm],
) -> Registration | None:
    """The registration with what the printed outlines say of it; refined where they doubt it."""
    if by_marks is not None:
        page = by_marks.rectify(pixels)
        measured = measured_residual_mm(edge_offsets(page, frames, CHECK_REACH_MM))
        checked = Registration(
            by_marks.page_to_image, max(by_marks.residual_mm, measured or 0.0), by_marks.marks
        )
        if checked.residual_mm <= GOOD_RESIDUAL_MM:
            return checked
        refined = refine(checked, pixels, frames)
        laid = min((checked, refined), key=lambda one: one.residual_mm)
    elif code_corners is not None:
        laid = refine(register_by_code(marks, code_corners), pixels, frames)
    else:
        return None
    return laid if laid.residual_mm <= GOOD_RESIDUAL_MM else unbent(laid, pixels, frames)


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
