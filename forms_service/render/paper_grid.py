"""The grid every form is set on: margins, sizes and how densely a page is filled.

A form is printed in several *prints*: the usual one, and a large one for those who see little.  Each
has a density that runs from 0 (tight, still fit for handwriting) to 1 (generous).  The layout takes
the most generous one that does not cost an extra sheet, so short forms breathe and long ones fit.

Every stroke and every word is plain black.  A printer screens any gray into dots, and a photocopier
breaks dotted strokes; only wide areas may be tinted.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.placement import MARK_INSET_MM, MARK_SIZE_MM, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, qr_box

LARGE = "L"
"""What the page's code says of a large print."""

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
"""Outer side of a tick box in the usual print."""

LABEL_FLOOR_PT = 5.5
"""Smallest size a label of the usual print is shrunk to before it overflows."""

OUTLINE = 0.25
"""Width of the strokes around a box."""

HAIRLINE = 0.2
"""Thinnest stroke: what a worn drum and a light copy still draw without a gap."""

BOX_INSET = 0.3
"""From a printed outline to the area that may be written in."""

OFFICE_GRAY = 0.9

ARABIC_EM = 1.1
"""How much larger Arabic is set than French: at equal sizes its letters look smaller and lighter."""


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


@dataclass(frozen=True, slots=True)
class HeadSizes:
    """What stands over the body and under it; baselines from the page's top edge.

    Attributes:
        letterhead_width: Where a line of the letterhead goes on in the next.
        first_titles: Baseline and size of the Arabic and of the French title.
        title_middle: What titles are centred on, on the first page and on the others.
        title_widths: How long they may be there.
        caption_tops: Over the readable words of the page's code, on the first page and on the others.
        caption_left: How far to the left these may reach.
        next_letterhead: Whether the fund stands on every page.
        office_corner: Whether the office's box may stand beside the title.
    """

    letterhead_pt: float
    fund_pt: float
    letterhead_leading: float
    letterhead_width: float
    first_titles: tuple[tuple[float, float], tuple[float, float]]
    first_rule: float
    next_titles: tuple[tuple[float, float], tuple[float, float]]
    next_rule: float
    title_middle: tuple[float, float]
    title_widths: tuple[float, float]
    smallest_title_pt: float
    caption_pt: float
    caption_tops: tuple[float, float]
    caption_left: float
    foot_pt: float
    next_letterhead: bool
    office_corner: bool

    @property
    def first_body_top(self) -> float:
        """Where the body of a form's first page begins."""
        return self.first_rule + 1.4

    @property
    def next_body_top(self) -> float:
        """Where the body of every further page begins."""
        return self.next_rule + 1.8


@dataclass(frozen=True, slots=True)
class PrintSizes:
    """The sizes of one print of a form; points for type, millimetres for everything else.

    Attributes:
        variant: What the page's code says of the print.
        label_floor_pt: Smallest size a label is shrunk to before it overflows.
        label_growth: How much larger than reckoned labels may be set where their boxes leave room.
        tick_size: Outer side of a tick box.
        tick_label_gap: White between a tick box and its label.
        tick_gap: Least white between the label of a tick box and the next box.
        min_cell: Narrowest cell of a comb a hand can write in.
        extra_line: Height of every further line of a box of several lines.
        narrowest_text: Narrowest box for words.
        statement_width: A lone tick box in a wider column takes its French on one side and its Arabic
            on the other.
        splits_rows: Whether a row that is too wide goes on in the next line.
    """

    variant: str
    tight: Density
    generous: Density
    head: HeadSizes
    label_floor_pt: float
    label_growth: float
    tick_size: float
    tick_label_gap: float
    tick_gap: float
    min_cell: float
    target_cell: float
    max_cell: float
    extra_line: float
    narrowest_text: float
    statement_width: float
    splits_rows: bool

    def density(self, ease: float) -> Density:
        """The sizes at ``ease`` between 0 (tight) and 1 (generous)."""
        return Density(
            **{
                name: round(
                    getattr(self.tight, name)
                    + ease * (getattr(self.generous, name) - getattr(self.tight, name)),
                    3,
                )
                for name in Density.__slots__
            }
        )


_QR_CAPTION_TOP = qr_box().bottom + 2.0
_BESIDE_OFFICE = 2 * (CENTRE - OFFICE_CORNER_RIGHT) - 3.0

USUAL_PRINT = PrintSizes(
    variant="",
    tight=Density(
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
    ),
    generous=Density(
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
    ),
    head=HeadSizes(
        letterhead_pt=7.2,
        fund_pt=8.4,
        letterhead_leading=3.7,
        letterhead_width=HEAD_RIGHT - HEAD_LEFT,
        first_titles=((28.6, 15.0), (34.4, 12.0)),
        first_rule=37.4,
        next_titles=((19.6, 11.0), (25.2, 10.0)),
        next_rule=35.2,
        title_middle=(CENTRE, CENTRE),
        title_widths=(_BESIDE_OFFICE, _BESIDE_OFFICE),
        smallest_title_pt=8.0,
        caption_pt=6.2,
        caption_tops=(_QR_CAPTION_TOP, _QR_CAPTION_TOP),
        caption_left=HEAD_RIGHT + 3.0,
        foot_pt=7.2,
        next_letterhead=True,
        office_corner=True,
    ),
    label_floor_pt=LABEL_FLOOR_PT,
    label_growth=1.07,
    tick_size=TICK_SIZE,
    tick_label_gap=1.4,
    tick_gap=3.0,
    min_cell=MIN_CELL,
    target_cell=TARGET_CELL,
    max_cell=MAX_CELL,
    extra_line=7.0,
    narrowest_text=24.0,
    statement_width=120.0,
    splits_rows=False,
)
"""What people print at home and agencies hand out."""

LARGE_PRINT = PrintSizes(
    variant=LARGE,
    tight=Density(
        box_height=11.0,
        row_gap=2.6,
        label_pt=12.0,
        label_gap=1.2,
        bar_height=8.6,
        bar_pt=15.0,
        bar_gap=2.6,
        section_gap=5.0,
        tick_pt=12.5,
        tick_height=13.0,
        text_pt=14.0,
        leading_em=1.42,
        text_gap=2.0,
        footnote_pt=12.0,
        signature_height=30.0,
    ),
    generous=Density(
        box_height=13.0,
        row_gap=4.2,
        label_pt=13.0,
        label_gap=1.5,
        bar_height=10.0,
        bar_pt=16.5,
        bar_gap=4.0,
        section_gap=8.0,
        tick_pt=13.5,
        tick_height=14.5,
        text_pt=15.5,
        leading_em=1.5,
        text_gap=3.4,
        footnote_pt=13.0,
        signature_height=38.0,
    ),
    head=HeadSizes(
        letterhead_pt=12.0,
        fund_pt=13.0,
        letterhead_leading=5.6,
        letterhead_width=(HEAD_RIGHT - HEAD_LEFT - TEXT_COLUMN_GAP) / 2,
        first_titles=((59.0, 21.0), (67.4, 17.0)),
        first_rule=71.0,
        next_titles=((19.0, 17.0), (28.0, 14.0)),
        next_rule=42.0,
        title_middle=(CENTRE, (HEAD_LEFT + HEAD_RIGHT) / 2),
        title_widths=(CONTENT_WIDTH, HEAD_RIGHT - HEAD_LEFT),
        smallest_title_pt=12.0,
        caption_pt=12.0,
        caption_tops=(41.0, 28.8),
        caption_left=CENTRE + 30.0,
        foot_pt=12.0,
        next_letterhead=False,
        office_corner=False,
    ),
    label_floor_pt=12.0,
    label_growth=1.0,
    tick_size=6.5,
    tick_label_gap=2.4,
    tick_gap=6.0,
    min_cell=7.0,
    target_cell=7.8,
    max_cell=9.0,
    extra_line=11.0,
    narrowest_text=60.0,
    statement_width=150.0,
    splits_rows=True,
)
"""For those who see little: body of 14 points and more, labels of 12, boxes for a broad pen."""

PRINTS = {sizes.variant: sizes for sizes in (USUAL_PRINT, LARGE_PRINT)}
"""Every print of a form, by its variant."""


def density(ease: float) -> Density:
    """The sizes of the usual print at ``ease`` between 0 (tight) and 1 (generous)."""
    return USUAL_PRINT.density(ease)
