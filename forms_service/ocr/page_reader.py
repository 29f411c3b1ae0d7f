"""Reads one page image from end to end: whose page, where it lies, what is written on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.extraction import BoxPx, Extraction
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.placement import COVER, BoxMm, PageIdentity, Placement, WidgetKind
from forms_service.ocr.debug_images import write_debug_image
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.feature_matching import FeatureLookup
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.outlines import is_whole
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_location import FormLookup, LaidPage, identify, lay_flat
from forms_service.ocr.page_messages import PageCode, page_sentence
from forms_service.ocr.print_matching import Paper
from forms_service.ocr.printed_words import PrintedWords, PrintLookup
from forms_service.ocr.registration import Registration
from forms_service.ocr.tick_boxes import is_blackened

USABLE_RESIDUAL_MM = 1.5
"""Beyond this the boxes would be cut beside their answers; nothing is read."""

WHOLE_SHARE = 0.998
"""Share of an answer's box, a little inwards, that must be in the picture: a letter is a fiftieth of a line."""

_SPARED_MM = 0.5
"""What may be cut off a box's edge: nobody writes there."""

_SURE_MARGIN_MM = 1.0

NOT_SHOWN = frozenset({Doubt.OUTSIDE_PICTURE, Doubt.BOX_NOT_SEEN})
"""Doubts that mean: this part of the page is not on the picture."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """What became of one page image.

    Attributes:
        index: Its number in the order given, from 0.
        registered: Whether its boxes could be found on it.
        residual_mm: How far a box may be off; None when not registered.
        readings: Its answers with their boxes in the picture's own pixels.
        altered: Where its printed words are not as they were printed, on the page and in the picture.
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
    altered: tuple[BoxMm, ...] = ()
    altered_px: tuple[BoxPx, ...] = ()

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
            "altered_print": [box.as_list() for box in self.altered_px],
        }


def read_page(
    image: PageImage,
    index: int,
    forms: FormLookup,
    engine: TextEngine,
    debug_directory: Path | None = None,
    papers: Sequence[Paper] = (),
    printed: PrintLookup | None = None,
    features: FeatureLookup | None = None,
) -> PageReading:
    """Identify, lay, and read one page image; what fails is told, never raised.

    Args:
        papers: The forms, versions and variants that a page without a readable code may be of.
        printed: Gives the words printed on a page, to see whether somebody altered them.
        features: Gives the points of each blank's print, for pages without any mark.
    """
    sighting = identify(image.pixels, papers, forms, features, printed)
    identity = sighting.identity
    if identity is None:
        code = PageCode.CODE_UNREADABLE if sighting.marks else PageCode.UNIDENTIFIED
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
    laid = lay_flat(image.pixels, sighting, placements, features)
    if laid is None or laid.registration.residual_mm > USABLE_RESIDUAL_MM:
        return _unread(image, index, identity, PageCode.NOT_REGISTERED)
    fields = _fields(image, laid, spec, placements, engine)
    if debug_directory is not None:
        name = f"{index + 1:03d}-{Path(image.file).stem}-{image.page}"
        write_debug_image(debug_directory, name, laid.page, fields)
    altered = _altered(
        laid.page, laid.registration, image.pixels.shape, printed(identity) if printed else None
    )
    code = PageCode.KNOWN_BY_PRINT if sighting.by_print else PageCode.READ
    if any(one.doubt in NOT_SHOWN for one in fields):
        code = PageCode.PARTLY_OUTSIDE
    return _read(image, index, identity, code, laid.registration, fields, altered)


def _fields(
    image: PageImage,
    laid: LaidPage,
    spec: FormSpec,
    placements: Sequence[Placement],
    engine: TextEngine,
) -> list[FieldReading]:
    """What is written on a laid page; doubted where its place is uncertain or not in the picture."""
    outside = _outside(placements, laid.registration, image.pixels.shape, spec)
    fields = _unseen_doubted(read_fields(laid.page, placements, spec, engine, outside), laid, placements)
    if laid.registration.trusted:
        return fields
    return [one.doubted(Doubt.UNCERTAIN_POSITION) for one in fields]


def _read(
    image: PageImage,
    index: int,
    identity: PageIdentity,
    code: PageCode,
    registration: Registration,
    fields: Sequence[FieldReading],
    altered: tuple[BoxMm, ...],
) -> PageReading:
    """What became of a page that was read, with every box in the picture's own pixels."""
    shape = image.pixels.shape
    return PageReading(
        index,
        image.file,
        image.page,
        identity,
        True,
        registration.residual_mm,
        code,
        _sentence(code, identity),
        tuple(_extraction(one, index, registration, shape) for one in fields),
        altered,
        tuple(registration.image_box(box, shape) for box in altered),
    )


def _altered(
    page: np.ndarray, registration: Registration, shape: tuple[int, ...], words: PrintedWords | None
) -> tuple[BoxMm, ...]:
    """Where printed words were struck out, written over or covered; beyond the picture nobody knows."""
    if words is None or not registration.trusted:
        return ()
    return tuple(
        box
        for box in words.altered(page)
        if registration.share_inside(box.inset(-_SURE_MARGIN_MM), shape) > WHOLE_SHARE
    )


def is_cut(box: BoxMm, registration: Registration, shape: tuple[int, ...]) -> bool:
    """Whether a part of an answer's box that may be written in lies beyond the picture's edges."""
    return registration.share_inside(box.inset(_SPARED_MM), shape) < WHOLE_SHARE


def _outside(
    placements: Sequence[Placement], registration: Registration, shape: tuple[int, ...], spec: FormSpec
) -> dict[str, Doubt]:
    """The fields of which any part lies beyond the picture's edges; twins share their fate."""
    cut_off: set[str] = set()
    for place in placements:
        twin = spec.field(place.field_id).twin
        box = place.frame if twin and place.frame else place.box
        if is_cut(box, registration, shape):
            cut_off |= {place.field_id, twin} if twin else {place.field_id}
    printed = {place.field_id for place in placements}
    return dict.fromkeys(sorted(cut_off & printed), Doubt.OUTSIDE_PICTURE)


def _unseen_doubted(
    fields: list[FieldReading], laid: LaidPage, placements: Sequence[Placement]
) -> list[FieldReading]:
    """The readings, those doubted whose printed box cannot be seen where it should be."""
    unseen = {
        place.field_id
        for place in placements
        if place.frame
        and not is_whole(laid.outlines[place.frame])
        and not _is_blackened_tick(laid.page, place)
    }
    return [
        one.without_box() if one.field.id in unseen and one.doubt is not Doubt.OUTSIDE_PICTURE else one
        for one in fields
    ]


def _is_blackened_tick(page: np.ndarray, place: Placement) -> bool:
    """A box that is scribbled out hides its own outline, and is there all the same."""
    return place.widget is WidgetKind.TICK and is_blackened(page, place.box)


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
    every = [registration.image_box(box, shape) for box in reading.boxes]
    boxes = [box for box in every if not box.is_empty] or every[:1]
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
        reading.evidence.as_dict() if reading.evidence else None,
    )
