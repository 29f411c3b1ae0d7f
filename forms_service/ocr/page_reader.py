"""Reads one page image from end to end: whose page, where it lies, what is written on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.extraction import BoxPx, Extraction
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.placement import COVER, BoxMm, FormLayout, PageIdentity, Placement, qr_box
from forms_service.ocr.crops import cut, even_light
from forms_service.ocr.debug_images import write_debug_image
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.outlines import CHECK_REACH_MM, edge_offsets, is_seen, measured_residual_mm, refine
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import PageCode, page_sentence
from forms_service.ocr.print_matching import Paper, match_by_print
from forms_service.ocr.registration import (
    CornerMark,
    Registration,
    find_corner_marks,
    register_by_code,
    register_by_marks,
)

FormLookup = Callable[[str, int, str], "tuple[FormSpec, FormLayout] | None"]
"""Gives the spec and layout of a form, a version and a variant, or None when there is no such paper."""

USABLE_RESIDUAL_MM = 1.5
"""Beyond this the boxes would be cut beside their answers; nothing is read."""

WHOLE_SHARE = 0.98
"""Share of an answer's box that must be in the picture."""

NOT_SHOWN = frozenset({Doubt.OUTSIDE_PICTURE, Doubt.BOX_NOT_SEEN})
"""Doubts that mean: this part of the page is not on the picture."""

_CODE_MARGIN_MM = 3.0


@dataclass(frozen=True, slots=True)
class PageReading:
    """What became of one page image.

    Attributes:
        index: Its number in the order given, from 0.
        registered: Whether its boxes could be found on it.
        residual_mm: How far a box may be off; None when not registered.
        readings: Its answers with their boxes in the picture's own pixels.
    """

    index: int
    file: str
    page: int
    identity: PageIdentity | None
    registered: bool
    residual_mm: float | None
    code: PageCode
    message: LocalizedText
    extractions: tuple[Extraction, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract, with the page's code and sentence added."""
        who = self.identity
        return {
            "file": self.file,
            "page": self.page,
            "form": who.form_id if who else None,
            "version": who.version if who else None,
            "variant": who.variant if who else None,
            "form_page": who.page if who else None,
            "reference": who.reference or None if who else None,
            "registered": self.registered,
            "residual_mm": None if self.residual_mm is None else round(self.residual_mm, 3),
            "code": self.code.value,
            "message": self.message.as_dict(),
        }


def read_page(
    image: PageImage,
    index: int,
    forms: FormLookup,
    engine: TextEngine,
    debug_directory: Path | None = None,
    papers: Sequence[Paper] = (),
) -> PageReading:
    """Identify, lay, and read one page image; what fails is told, never raised.

    Args:
        papers: The forms, versions and variants that a page without a readable code may be of.
    """
    marks = find_corner_marks(image.pixels)
    registration = register_by_marks(marks)
    mark = find_identity(image.pixels)
    identity = mark.identity if mark else _identity_by_place(image.pixels, registration)
    match = match_by_print(image.pixels, marks, registration, papers, forms) if identity is None else None
    if match is not None:
        identity, registration = match.identity, match.registration
    if identity is None:
        code = PageCode.CODE_UNREADABLE if marks else PageCode.UNIDENTIFIED
        return _unread(image, index, None, code)
    if identity.variant == COVER:
        return _unread(image, index, identity, PageCode.COVER_SHEET)
    known = forms(identity.form_id, identity.version, identity.variant)
    if known is None:
        return _unread(image, index, identity, PageCode.UNKNOWN_FORM)
    spec, layout = known
    if identity.page > layout.pages:
        return _unread(image, index, identity, PageCode.WRONG_PAGE_COUNT)
    placements = layout.on_page(identity.page)
    frames = _outlines([placement.frame for placement in placements if placement.frame])
    registration = _best(image.pixels, marks, registration, mark.corners if mark else None, frames)
    if registration is None or registration.residual_mm > USABLE_RESIDUAL_MM:
        return _unread(image, index, identity, PageCode.NOT_REGISTERED)
    page = even_light(registration.rectify(image.pixels))
    outside = _outside(placements, registration, image.pixels.shape, spec)
    fields = _unseen_doubted(read_fields(page, placements, spec, engine, outside), page, placements)
    if not registration.trusted:
        fields = [one.doubted(Doubt.UNCERTAIN_POSITION) for one in fields]
    if debug_directory is not None:
        write_debug_image(
            debug_directory, f"{index + 1:03d}-{Path(image.file).stem}-{image.page}", page, fields
        )
    code = PageCode.KNOWN_BY_PRINT if match else PageCode.READ
    if any(one.doubt in NOT_SHOWN for one in fields):
        code = PageCode.PARTLY_OUTSIDE
    return PageReading(
        index,
        image.file,
        image.page,
        identity,
        True,
        registration.residual_mm,
        code,
        _sentence(code, identity),
        tuple(_extraction(one, index, registration, image.pixels.shape) for one in fields),
    )


def _outside(
    placements: Sequence[Placement], registration: Registration, shape: tuple[int, ...], spec: FormSpec
) -> dict[str, Doubt]:
    """The fields of which any part lies beyond the picture's edges; twins share their fate."""
    cut_off: set[str] = set()
    for place in placements:
        twin = spec.field(place.field_id).twin
        box = place.frame if twin and place.frame else place.box
        if registration.share_inside(box, shape) < WHOLE_SHARE:
            cut_off |= {place.field_id, twin} if twin else {place.field_id}
    printed = {place.field_id for place in placements}
    return dict.fromkeys(sorted(cut_off & printed), Doubt.OUTSIDE_PICTURE)


def _unseen_doubted(
    fields: list[FieldReading], page: np.ndarray, placements: Sequence[Placement]
) -> list[FieldReading]:
    """The readings, those doubted whose printed box cannot be seen where it should be."""
    unseen = {place.field_id for place in placements if place.frame and not is_seen(page, place.frame)}
    return [
        one.without_box() if one.field.id in unseen and one.doubt is not Doubt.OUTSIDE_PICTURE else one
        for one in fields
    ]


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
        if checked.trusted:
            return checked
        refined = refine(checked, pixels, frames)
        return min((checked, refined), key=lambda one: one.residual_mm)
    if code_corners is None:
        return None
    return refine(register_by_code(marks, code_corners), pixels, frames)


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


def _unread(image: PageImage, index: int, identity: PageIdentity | None, code: PageCode) -> PageReading:
    return PageReading(index, image.file, image.page, identity, False, None, code, _sentence(code, identity))


def _sentence(code: PageCode, identity: PageIdentity | None) -> LocalizedText:
    if identity is None:
        return page_sentence(code)
    return page_sentence(
        code,
        form=identity.form_id,
        version=identity.version,
        page=identity.page,
        pages=identity.pages,
        reference=identity.reference,
    )


def _extraction(
    reading: FieldReading, index: int, registration: Registration, shape: tuple[int, ...]
) -> Extraction:
    boxes = [registration.image_box(box, shape) for box in reading.boxes]
    around = BoxPx(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
    return Extraction(
        reading.field.id,
        reading.raw,
        reading.value,
        reading.confidence,
        index,
        around,
        reading.verdict,
        reading.engine,
        reading.doubt.value if reading.doubt else None,
    )
