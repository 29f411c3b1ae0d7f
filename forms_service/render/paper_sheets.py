"""Sheets that blocks fill from top to bottom, with the fund's head and a foot on each.

Headings stay with what follows them, and a table that goes on over a sheet's end gets its heads again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.localized_text import Language, LocalizedText
from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from forms_service.render.artwork import ARTIFACT, Align, Element, Ink, Line, Piece, Role, Words, as_artifacts

FUND = LocalizedText(ar="الصندوق الوطني للضمان الاجتماعي", fr="Caisse Nationale de Sécurité Sociale")
PAGE_NUMBER = LocalizedText(ar="الصفحة {page} من {pages}", fr="Page {page} sur {pages}")

MARGIN_MM = 17.0
LEFT_MM, RIGHT_MM = MARGIN_MM, PAGE_WIDTH_MM - MARGIN_MM
WIDTH_MM = RIGHT_MM - LEFT_MM
CENTRE_MM = PAGE_WIDTH_MM / 2
TOP_MM, BOTTOM_MM = 13.0, PAGE_HEIGHT_MM - 18.0
HEAD_MM = 10.5
ROOM_MM = BOTTOM_MM - TOP_MM - HEAD_MM

INK: Ink = (0.08, 0.09, 0.11)
LABEL_INK: Ink = (0.27, 0.31, 0.34)
PALE_INK: Ink = (0.40, 0.43, 0.46)
ACCENT: Ink = (0.06, 0.24, 0.36)
WARNING: Ink = (0.59, 0.28, 0.02)
BAND: Ink = (0.91, 0.935, 0.955)
HAIRLINE: Ink = (0.77, 0.80, 0.83)

FUND_PT, FOOT_PT = 10.5, 7.5


@dataclass(frozen=True, slots=True)
class Block:
    """A strip of a sheet that is never torn apart; its pieces count from its own top.

    Attributes:
        repeated: What is set again, as page furniture, when a sheet begins with this block: the heads
            of a table's columns.
    """

    height_mm: float
    pieces: tuple[Piece, ...] = ()
    keep_with_next: bool = False
    repeated: Block | None = None


def paginate(
    blocks: Sequence[Block], room_mm: float = ROOM_MM, later_head_mm: float = 0.0
) -> list[list[Block]]:
    """Fill sheets from top to bottom; headings stay with what follows, columns get their heads again.

    ``later_head_mm`` is kept free at the top of every sheet but the first.
    """
    sheets: list[list[Block]] = [[]]
    used_mm = 0.0
    for index, block in enumerate(blocks):
        last = index
        while blocks[last].keep_with_next and last + 1 < len(blocks):
            last += 1
        needed_mm = sum(kept.height_mm for kept in blocks[index : last + 1])
        if sheets[-1] and used_mm + needed_mm > room_mm + 1e-6:
            sheets.append([])
            used_mm = later_head_mm
            if block.repeated is not None:
                again = Block(block.repeated.height_mm, tuple(as_artifacts(block.repeated.pieces)))
                sheets[-1].append(again)
                used_mm += again.height_mm
        sheets[-1].append(block)
        used_mm += block.height_mm
    return [_without_space_at_ends(sheet) for sheet in sheets]


def _without_space_at_ends(sheet: list[Block]) -> list[Block]:
    start = 0
    while start < len(sheet) - 1 and not sheet[start].pieces:
        start += 1
    return sheet[start:]


def sheets_of(
    blocks: Sequence[Block], foot: Callable[[int, int], list[Piece]], later_head_mm: float = 0.0
) -> list[list[Piece]]:
    """The pages of a paper: the fund's head, the blocks, and what ``foot`` gives for (page, pages).

    Args:
        later_head_mm: Room kept under the fund's head of every page but the first, for ``foot`` to use.
    """
    found = paginate(blocks, later_head_mm=later_head_mm)
    pages = []
    for number, sheet in enumerate(found, start=1):
        pieces = fund_head() if number == 1 else as_artifacts(fund_head())
        y_mm = TOP_MM + HEAD_MM + (later_head_mm if number > 1 else 0.0)
        for block in sheet:
            pieces += [piece.moved(y_mm) for piece in block.pieces]
            y_mm += block.height_mm
        pages.append([*pieces, *foot(number, len(found))])
    return pages


def fund_head() -> list[Piece]:
    """The fund's name over a double rule, in both languages."""
    path = (Element(Role.PARAGRAPH, "fund"),)
    size, baseline = FUND_PT, TOP_MM + 4.0
    return [
        Words(FUND.ar, RIGHT_MM, baseline, size, Language.AR, Align.RIGHT, True, ACCENT, path),
        Words(FUND.fr, LEFT_MM, baseline, size, Language.FR, Align.LEFT, True, ACCENT, path),
        Line(LEFT_MM, TOP_MM + 7.0, RIGHT_MM, TOP_MM + 7.0, 0.7, ACCENT),
        Line(LEFT_MM, TOP_MM + 8.2, RIGHT_MM, TOP_MM + 8.2, 0.2, ACCENT),
    ]


def foot(middle: str) -> Callable[[int, int], list[Piece]]:
    """Page numbers in both languages on the sides, ``middle`` between them: the reference, the time."""

    def pieces(page: int, pages: int) -> list[Piece]:
        words, size, baseline = PAGE_NUMBER.fill(page=page, pages=pages), FOOT_PT, BOTTOM_MM + 6.5
        return [
            Line(LEFT_MM, baseline - 4.3, RIGHT_MM, baseline - 4.3, 0.15, HAIRLINE),
            Words(
                words.ar,
                RIGHT_MM,
                baseline,
                size,
                Language.AR,
                Align.RIGHT,
                False,
                PALE_INK,
                ARTIFACT,
            ),
            Words(middle, CENTRE_MM, baseline, size, Language.FR, Align.CENTRE, False, PALE_INK, ARTIFACT),
            Words(words.fr, LEFT_MM, baseline, size, Language.FR, Align.LEFT, False, PALE_INK, ARTIFACT),
        ]

    return pieces


# --- moments --------------------------------------------------------------------------------------


def moroccan_moment(moment: datetime) -> str:
    """Day and hour on the clocks of Morocco, as both languages write them there."""
    return f"{moment.astimezone(_moroccan_zone()):%d/%m/%Y – %H:%M}"


def moroccan_day(day: date) -> str:
    """A day as both languages write it in Morocco."""
    return f"{day:%d/%m/%Y}"


def _moroccan_zone() -> tzinfo:
    try:
        return ZoneInfo("Africa/Casablanca")
    except ZoneInfoNotFoundError:  # a machine without time zones: the legal time outside Ramadan
        return timezone(timedelta(hours=1))
