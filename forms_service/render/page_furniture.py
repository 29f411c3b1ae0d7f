"""What frames every page: letterhead, title, corner marks, QR page identity, page numbers.

The corner marks and the QR code are what a scan is recognised and straightened by: nothing else may
be printed in their quiet zones.
"""

from __future__ import annotations

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
from forms_service.render.paper_grid import (
    ARABIC_EM,
    CENTRE,
    HEAD_LEFT,
    HEAD_RIGHT,
    LEFT,
    PRINTS,
    RIGHT,
    USUAL_PRINT,
    HeadSizes,
    PrintSizes,
)
from forms_service.render.qr_code import qr_rows
from forms_service.render.running_text import balanced_lines
from forms_service.render.typography import text_width_mm

KINGDOM = LocalizedText(ar="المملكة المغربية", fr="Royaume du Maroc")
FUND = LocalizedText(ar="الصندوق الوطني للضمان الاجتماعي", fr="Caisse Nationale de Sécurité Sociale")
PAGE_NUMBER = LocalizedText(ar="صفحة {page} من {pages}", fr="Page {page} sur {pages}")

FIRST_BODY_TOP = USUAL_PRINT.head.first_body_top
"""Where the body of a form's first page begins in the usual print."""

NEXT_BODY_TOP = USUAL_PRINT.head.next_body_top
"""Where the body of every further page begins in the usual print."""

_ARUCO_4X4_50 = (
    ("1011", "0101", "0011", "0010"),
    ("0000", "1111", "1001", "1010"),
    ("0011", "0011", "0010", "1101"),
    ("1001", "1001", "0100", "0110"),
)
"""Inner cells of markers 0 to 3 (1 = white), each framed by one black cell."""

_CAPTION_LEADING_EM = 1.25
_LETTERHEAD_TOP = 11.0


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
    head = PRINTS.get(identity.variant, USUAL_PRINT).head
    left, right = head.caption_left, RIGHT - 1.0
    top = head.caption_tops[0 if identity.page == 1 else 1]
    lines = [
        f"{identity.form_id} – v{identity.version} – {identity.page}/{identity.pages}",
        *([identity.reference] if identity.reference else []),
    ]
    pieces: list[Piece] = [Pattern(box, qr_rows(identity.encode()))]
    for number, text in enumerate(lines):
        size = min(head.caption_pt, head.caption_pt * (right - left) / text_width_mm(text, head.caption_pt))
        leading = head.caption_pt * POINT_MM * _CAPTION_LEADING_EM
        baseline = top + (number + 1) * leading
        half = text_width_mm(text, size) / 2
        middle = min(max(box.x + box.width / 2, left + half), right - half)
        pieces.append(Words(text, middle, baseline, size, Language.FR, Align.CENTRE, bold=number == 1))
    return pieces


def first_page_head(
    spec: FormSpec, problems: list[LayoutProblem], sizes: PrintSizes = USUAL_PRINT
) -> list[Piece]:
    """Letterhead and title, in both languages."""
    head = sizes.head
    pieces = _letterhead([KINGDOM, FUND, *spec.header[:2]], head)
    pieces += _titles(spec, 0, head, problems)
    pieces.append(Line(LEFT, head.first_rule, RIGHT, head.first_rule, 0.5))
    return pieces


def next_page_head(
    spec: FormSpec, problems: list[LayoutProblem], sizes: PrintSizes = USUAL_PRINT
) -> list[Piece]:
    """A smaller head: the fund and the title."""
    head = sizes.head
    pieces = _letterhead([FUND], head) if head.next_letterhead else []
    pieces += _titles(spec, 1, head, problems)
    pieces.append(Line(LEFT, head.next_rule, RIGHT, head.next_rule, 0.35))
    return as_artifacts(pieces)


def _letterhead(lines: list[LocalizedText], head: HeadSizes) -> list[Piece]:
    pieces: list[Piece] = []
    sides = ((Language.AR, HEAD_RIGHT, Align.RIGHT, ARABIC_EM), (Language.FR, HEAD_LEFT, Align.LEFT, 1.0))
    for language, edge, align, em in sides:
        baseline = _LETTERHEAD_TOP
        for words in lines:
            is_fund = words is FUND
            size = (head.fund_pt if is_fund else head.letterhead_pt) * em
            bold = is_fund or words is KINGDOM
            path = (Element(Role.PARAGRAPH, f"letterhead.{lines.index(words)}.{language}"),)
            for line in balanced_lines(words.in_language(language), head.letterhead_width, size, bold):
                pieces.append(Words(line, edge, baseline, size, language, align, bold, path=path))
                baseline += head.letterhead_leading
    return pieces


def _titles(spec: FormSpec, which: int, head: HeadSizes, problems: list[LayoutProblem]) -> list[Piece]:
    """The titles of the first page (0) or of any other (1)."""
    pieces: list[Piece] = []
    places = (head.first_titles, head.next_titles)[which]
    room, middle = head.title_widths[which], head.title_middle[which]
    for language, (baseline, size) in zip((Language.AR, Language.FR), places, strict=True):
        text = spec.title.in_language(language)
        width = text_width_mm(text, size, bold=True)
        if width > room:
            size = max(head.smallest_title_pt, size * room / width)
            excess = text_width_mm(text, size, bold=True) - room
            if excess > 0.05:
                problems.append(too_wide("title", language, excess))
        path = (Element(Role.TITLE, "title"),)
        pieces.append(Words(text, middle, baseline, size, language, Align.CENTRE, bold=True, path=path))
    return pieces


def page_foot(spec: FormSpec, page: int, pages: int, sizes: PrintSizes = USUAL_PRINT) -> list[Piece]:
    """The form's own reference and the page number, between the lower corner marks."""
    words = PAGE_NUMBER.fill(page=page, pages=pages)
    label = spec.reference_label
    size = sizes.head.foot_pt
    arabic = size * ARABIC_EM
    baseline = PAGE_HEIGHT_MM - MARK_INSET_MM - MARK_SIZE_MM / 2 + size * POINT_MM * 0.36
    pieces: list[Piece] = [
        Words(label.fr, HEAD_LEFT, baseline, size, Language.FR, Align.LEFT, bold=True),
        Words(words.fr, CENTRE - 4.0, baseline, size, Language.FR, Align.RIGHT),
        Words("–", CENTRE, baseline, size, Language.FR, Align.CENTRE),
        Words(words.ar, CENTRE + 4.0, baseline, arabic, Language.AR, Align.LEFT),
        Words(label.ar, PAGE_WIDTH_MM - HEAD_LEFT, baseline, arabic, Language.AR, Align.RIGHT, bold=True),
    ]
    return as_artifacts(pieces)
