"""The grid every form is set on: margins, sizes and how densely a page is filled.

A page's density runs from 0 (tight, still fit for handwriting) to 1 (generous).  The layout takes
the most generous one that does not cost an extra sheet, so short forms breathe and long ones fit.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.placement import MARK_INSET_MM, MARK_SIZE_MM, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, qr_box

LEFT = 10.0
RIGHT = PAGE_WIDTH_MM - 10.0
CONTENT_WIDTH = RIGHT - LEFT
CENTRE = PAGE_WIDTH_MM / 2
BODY_BOTTOM = PAGE_HEIGHT_MM - MARK_INSET_MM - MARK_SIZE_MM - 1.5
"""Lowest line of the body: it keeps the lower corner marks' quiet zones white."""

HEAD_LEFT = MARK_INSET_MM + MARK_SIZE_MM + 3.0
HEAD_RIGHT = qr_box().x - 4.0
"""Edges of what may stand beside the upper left mark and the QR code."""

OFFICE_CORNER_RIGHT = LEFT + 37.6
"""Where the office's box in the head ends; the title keeps clear of it."""

COLUMN_GAP = 3.0
"""White between two boxes of one row."""

TEXT_COLUMN_GAP = 6.0
"""White between the French and the Arabic column of running text."""

MIN_CELL = 5.0
"""Narrowest cell of a comb a hand can write in."""

TARGET_CELL = 6.2
MAX_CELL = 8.5

TICK_SIZE = 4.5
"""Outer side of a tick box."""

OUTLINE = 0.2
OUTLINE_GRAY = 0.15
BOX_INSET = 0.3
"""From a printed outline to the area that may be written in."""

OFFICE_GRAY = 0.88

LABEL_FLOOR_PT = 5.5
"""Smallest size a label is shrunk to before it overflows."""


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes on one page; points for type, millimetres for everything else."""

    box_height: float
    row_gap: float
    label_pt: float
    label_gap: float
    bar_height: float
    bar_pt: float
    bar_gap: float
    section_gap: float
    tick_pt: float
    tick_height: float
    text_pt: float
    leading_em: float
    text_gap: float
    footnote_pt: float
    signature_height: float


_TIGHT = Density(
    box_height=7.0,
    row_gap=0.75,
    label_pt=6.3,
    label_gap=0.55,
    bar_height=4.3,
    bar_pt=7.6,
    bar_gap=0.6,
    section_gap=1.25,
    tick_pt=6.5,
    tick_height=5.7,
    text_pt=6.6,
    leading_em=1.34,
    text_gap=0.45,
    footnote_pt=5.6,
    signature_height=16.0,
)
_GENEROUS = Density(
    box_height=8.6,
    row_gap=2.2,
    label_pt=7.8,
    label_gap=0.9,
    bar_height=6.0,
    bar_pt=9.6,
    bar_gap=1.8,
    section_gap=3.4,
    tick_pt=7.8,
    tick_height=8.2,
    text_pt=9.2,
    leading_em=1.5,
    text_gap=1.7,
    footnote_pt=7.0,
    signature_height=28.0,
)


def density(ease: float) -> Density:
    """The sizes at ``ease`` between 0 (tight) and 1 (generous)."""
    return Density(
        **{
            name: round(getattr(_TIGHT, name) + ease * (getattr(_GENEROUS, name) - getattr(_TIGHT, name)), 3)
            for name in Density.__slots__
        }
    )
