"""Where each answer sits on paper: what the printer draws and the scanner looks for.

All lengths are millimetres from the page's top left corner, y downwards.  ``render`` computes
placements from a spec, ``ocr`` crops by them; neither knows the other.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

from core.localized_text import Script

PAGE_WIDTH_MM = 210.0
PAGE_HEIGHT_MM = 297.0

MARK_SIZE_MM = 7.0
"""Side of a corner mark: one ArUco marker of dictionary 4x4_50, black cells of 7/6 mm."""

MARK_INSET_MM = 8.0
"""Distance of a corner mark's outer edges from the paper's edges (printers keep 5 mm white)."""

QR_SIZE_MM = 19.0
"""Side of the page identity's QR code, without its quiet zone."""


@dataclass(frozen=True, slots=True)
class BoxMm:
    """A rectangle on a page, in millimetres from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Distance of the right edge from the page's left edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Distance of the lower edge from the page's top edge."""
        return self.y + self.height

    def inset(self, margin_mm: float) -> BoxMm:
        """The same rectangle, smaller by ``margin_mm`` on every side."""
        return BoxMm(
            self.x + margin_mm, self.y + margin_mm, self.width - 2 * margin_mm, self.height - 2 * margin_mm
        )

    def overlaps(self, other: BoxMm) -> bool:
        """Whether the two rectangles share any area."""
        return (
            self.x < other.right - 1e-6
            and other.x < self.right - 1e-6
            and self.y < other.bottom - 1e-6
            and other.y < self.bottom - 1e-6
        )

    def as_list(self) -> list[float]:
        """The JSON shape ``[x, y, width, height]``, rounded to a hundredth of a millimetre."""
        return [round(value, 2) for value in (self.x, self.y, self.width, self.height)]


class WidgetKind(StrEnum):
    """What stands on the paper for an answer."""

    TEXT = "text"
    COMB = "comb"
    TICK = "tick"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Placement:
    """One place on paper that takes one answer, or one tick box of a choice.

    Attributes:
        field_id: The answer; for printed rows of a group ``children.1.birth`` and so on.
        page: Page number, from 1.
        box: The area a hand or a machine may write in, inside its printed outline.
        comb: Number of cells of equal width, or None.
        choice: For a tick box, the value it stands for.
        lines: Lines of writing the box has room for.
        frame: The printed outline; twin boxes of one name in two scripts share it.
    """

    field_id: str
    page: int
    box: BoxMm
    widget: WidgetKind
    script: Script = Script.ANY
    comb: int | None = None
    choice: str | None = None
    lines: int = 1
    frame: BoxMm | None = None


def corner_mark_boxes() -> tuple[BoxMm, BoxMm, BoxMm, BoxMm]:
    """The four corner marks, top left first, clockwise; their ArUco ids are 0 to 3."""
    far_x = PAGE_WIDTH_MM - MARK_INSET_MM - MARK_SIZE_MM
    far_y = PAGE_HEIGHT_MM - MARK_INSET_MM - MARK_SIZE_MM
    near = MARK_INSET_MM
    return (
        BoxMm(near, near, MARK_SIZE_MM, MARK_SIZE_MM),
        BoxMm(far_x, near, MARK_SIZE_MM, MARK_SIZE_MM),
        BoxMm(far_x, far_y, MARK_SIZE_MM, MARK_SIZE_MM),
        BoxMm(near, far_y, MARK_SIZE_MM, MARK_SIZE_MM),
    )


def qr_box() -> BoxMm:
    """Where the page identity's QR code stands: at the top, left of the right corner mark."""
    return BoxMm(
        PAGE_WIDTH_MM - MARK_INSET_MM - MARK_SIZE_MM - 4.0 - QR_SIZE_MM, MARK_INSET_MM, QR_SIZE_MM, QR_SIZE_MM
    )


COVER = "K"
"""The variant that says: this is the cover sheet of a dossier, not a page of its form."""


@dataclass(frozen=True, slots=True)
class PageIdentity:
    """What a page says of itself in its QR code, so that a lost sheet finds its dossier.

    Attributes:
        reference: Of the dossier; empty on an anonymous blank.
        variant: Which setting of the form this is, in capitals and digits: empty for the usual one.
    """

    form_id: str
    version: int
    page: int
    pages: int
    reference: str = ""
    variant: str = ""

    def encode(self) -> str:
        """The QR text, in the alphabet of QR's dense alphanumeric mode, closed by a checksum."""
        version = f"{self.version}.{self.variant}" if self.variant else str(self.version)
        body = f"CN1:{self.form_id}:{version}:{self.page}/{self.pages}:{self.reference}".upper()
        return f"{body}:{_checksum(body)}"

    @staticmethod
    def decode(text: str) -> PageIdentity | None:
        """Read a QR text; None when it is not one of ours or its checksum is wrong."""
        body, _, checksum = text.rpartition(":")
        parts = body.split(":")
        if len(parts) != 5 or parts[0] != "CN1" or checksum != _checksum(body):
            return None
        version, _, variant = parts[2].partition(".")
        page, _, pages = parts[3].partition("/")
        return PageIdentity(parts[1].lower(), int(version), int(page), int(pages), parts[4], variant)


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()) & 0xFFFF:04X}"


@dataclass(frozen=True, slots=True)
class FormLayout:
    """Every placement of one spec version, page by page."""

    form_id: str
    version: int
    pages: int
    placements: tuple[Placement, ...]

    def pages_with_answers(self) -> tuple[int, ...]:
        """The pages that must come back; those that only inform need not be scanned."""
        return tuple(sorted({placement.page for placement in self.placements}))

    def on_page(self, page: int) -> tuple[Placement, ...]:
        """The placements of one page, in reading order."""
        return tuple(placement for placement in self.placements if placement.page == page)

    def of_field(self, field_id: str) -> tuple[Placement, ...]:
        """The places of one answer: one box, or one tick box per choice."""
        return tuple(placement for placement in self.placements if placement.field_id == field_id)
