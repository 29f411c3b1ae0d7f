"""What frames every page: letterhead, title, corner marks, QR page identity, page numbers.

The corner marks and the QR code are what a scan is recognised and straightened by: nothing else may
be printed in their quiet zones.
"""

from __future__ import annotations

from functools import cache

import segno

from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.placement import (
    MARK_INSET_MM,
    MARK_SIZE_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    PageIdentity,
    corner_mark_boxes,
    qr_box,
)
from forms_service.render.artwork import (
    POINT_MM,
    Align,
    Element,
    Line,
    Pattern,
    Piece,
    Role,
    Words,
    as_artifacts,
)
from forms_service.render.page_blocks import LayoutProblem, too_wide
from forms_service.render.paper_grid import CENTRE, HEAD_LEFT, HEAD_RIGHT, LEFT, OFFICE_CORNER_RIGHT, RIGHT
from forms_service.render.typography import text_width_mm

KINGDOM = LocalizedText(ar="المملكة المغربية", fr="Royaume du Maroc")
FUND = LocalizedText(ar="الصندوق الوطني للضمان الاجتماعي", fr="Caisse Nationale de Sécurité Sociale")
PAGE_NUMBER = LocalizedText(ar="صفحة {page} من {pages}", fr="Page {page} sur {pages}")

_FIRST_RULE = 37.4
_NEXT_RULE = 35.2

FIRST_BODY_TOP = 38.8
"""Where the body of a form's first page begins."""

NEXT_BODY_TOP = 37.0
"""Where the body of every further page begins."""

_ARUCO_4X4_50 = (
    ("1011", "0101", "0011", "0010"),
    ("0000", "1111", "1001", "1010"),
    ("0011", "0011", "0010", "1101"),
    ("1001", "1001", "0100", "0110"),
)
"""Inner cells of markers 0 to 3 (1 = white), each framed by one black cell."""

_CAPTION_PT = 5.2
_CAPTION_LEADING = 2.5
_TITLE_WIDTH = 2 * (CENTRE - OFFICE_CORNER_RIGHT) - 3.0
_SMALLEST_TITLE_PT = 8.0


def corner_marks() -> list[Piece]:
    """The four ArUco markers, as vectors."""
    return [Pattern(box, _framed(rows)) for box, rows in zip(corner_mark_boxes(), _ARUCO_4X4_50, strict=True)]


def _framed(rows: tuple[str, ...]) -> tuple[tuple[bool, ...], ...]:
    width = len(rows) + 2
    edge = (True,) * width
    return (edge, *((True, *(cell == "0" for cell in row), True) for row in rows), edge)


def identity_pieces(identity: PageIdentity) -> list[Piece]:
    """The QR code of a page and, under it, the same in readable words."""
    box = qr_box()
    right = RIGHT - 1.0
    lines = [
        f"{identity.form_id} – v{identity.version} – {identity.page}/{identity.pages}",
        *([identity.reference] if identity.reference else []),
    ]
    pieces: list[Piece] = [Pattern(box, _qr_rows(identity.encode()))]
    for number, text in enumerate(lines):
        baseline = box.bottom + 4.6 + number * _CAPTION_LEADING
        size = min(_CAPTION_PT, _CAPTION_PT * 34.0 / max(1.0, text_width_mm(text, _CAPTION_PT)))
        middle = min(box.x + box.width / 2, right - text_width_mm(text, size) / 2)
        pieces.append(Words(text, middle, baseline, size, Language.FR, Align.CENTRE, bold=number == 1))
    return pieces


@cache
def _qr_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    code = segno.make_qr(text, error="q", boost_error=True)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def first_page_head(spec: FormSpec, problems: list[LayoutProblem]) -> list[Piece]:
    """Letterhead and title, in both languages."""
    pieces = _letterhead([KINGDOM, FUND, *spec.header[:2]])
    pieces += _title(spec, Language.AR, 28.6, 15.0, problems)
    pieces += _title(spec, Language.FR, 34.4, 12.0, problems)
    pieces.append(Line(LEFT, _FIRST_RULE, RIGHT, _FIRST_RULE, 0.5))
    return pieces


def next_page_head(spec: FormSpec, problems: list[LayoutProblem]) -> list[Piece]:
    """A smaller head: the fund and the title."""
    pieces = _letterhead([FUND])
    pieces += _title(spec, Language.AR, 19.6, 11.0, problems)
    pieces += _title(spec, Language.FR, 25.2, 10.0, problems)
    pieces.append(Line(LEFT, _NEXT_RULE, RIGHT, _NEXT_RULE, 0.35))
    return as_artifacts(pieces)


def _letterhead(lines: list[LocalizedText]) -> list[Piece]:
    pieces: list[Piece] = []
    for number, words in enumerate(lines):
        is_fund = words is FUND
        size = 8.4 if is_fund else 7.2
        baseline = 11.0 + number * 3.7
        bold = is_fund or words is KINGDOM
        pieces.append(Words(words.ar, HEAD_RIGHT, baseline, size, Language.AR, Align.RIGHT, bold))
        pieces.append(Words(words.fr, HEAD_LEFT, baseline, size, Language.FR, Align.LEFT, bold))
    return pieces


def _title(
    spec: FormSpec, language: Language, baseline: float, size: float, problems: list[LayoutProblem]
) -> list[Piece]:
    text = spec.title.in_language(language)
    width = text_width_mm(text, size, bold=True)
    if width > _TITLE_WIDTH:
        size = max(_SMALLEST_TITLE_PT, size * _TITLE_WIDTH / width)
        excess = text_width_mm(text, size, bold=True) - _TITLE_WIDTH
        if excess > 0.05:
            problems.append(too_wide("title", language, excess))
    path = (Element(Role.TITLE, "title"),)
    return [Words(text, CENTRE, baseline, size, language, Align.CENTRE, bold=True, path=path)]


def page_foot(spec: FormSpec, page: int, pages: int) -> list[Piece]:
    """The form's own reference and the page number, between the lower corner marks."""
    words = PAGE_NUMBER.fill(page=page, pages=pages)
    label = spec.reference_label
    size = 7.0
    baseline = PAGE_HEIGHT_MM - MARK_INSET_MM - MARK_SIZE_MM / 2 + size * POINT_MM * 0.36
    pieces: list[Piece] = [
        Words(label.fr, HEAD_LEFT, baseline, size, Language.FR, Align.LEFT, bold=True),
        Words(words.fr, CENTRE - 4.0, baseline, size, Language.FR, Align.RIGHT),
        Words("–", CENTRE, baseline, size, Language.FR, Align.CENTRE),
        Words(words.ar, CENTRE + 4.0, baseline, size, Language.AR, Align.LEFT),
        Words(label.ar, PAGE_WIDTH_MM - HEAD_LEFT, baseline, size, Language.AR, Align.RIGHT, bold=True),
    ]
    return as_artifacts(pieces)
