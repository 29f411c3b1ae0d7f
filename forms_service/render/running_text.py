"""Titles and running text: French in the left column, Arabic in the right one, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from core.form_spec import StaticText, TextStyle
from core.localized_text import Direction, Language, LocalizedText
from core.placement import BoxMm
from forms_service.render.artwork import POINT_MM, Align, Element, Ink, Line, Panel, Path, Piece, Role, Words
from forms_service.render.labels import label_lines, printed_mark
from forms_service.render.page_blocks import Block, Setting, too_wide
from forms_service.render.paper_grid import (
    CONTENT_WIDTH,
    LABEL_FLOOR_PT,
    LEFT,
    RIGHT,
    TEXT_COLUMN_GAP,
)
from forms_service.render.typography import METRICS, text_width_mm, wrap

_BAR_GRAY = 0.87
_BAR_RULE = 0.35
_BAR_PADDING = 1.8
_BAR_WORD_GAP = 3.0
_BAR_SHRINK = 0.84
_BULLET = "•"
_BULLET_INDENT_EM = 0.95
_DIVIDER_GRAY = 0.62
_DIVIDER_WIDTH = 0.12
_NOTICE_PADDING = 1.0
_NOTICE_SIDE = 1.6


def section_bar(subject: str, title: LocalizedText, marks: tuple[str, ...], setting: Setting) -> Block:
    """The grey bar that opens a section: French on the left, Arabic on the right.

    Titles that would have to shrink a lot to stand side by side are set on two lines.
    """
    density = setting.density
    room = CONTENT_WIDTH - 2 * _BAR_PADDING
    size = density.bar_pt
    taken = sum(line.width for line in label_lines(title, marks, size, bold=True)) + _BAR_WORD_GAP
    is_stacked = taken * _BAR_SHRINK > room
    if is_stacked:
        taken = max(line.width for line in label_lines(title, marks, size, bold=True))
    size = max(LABEL_FLOOR_PT, size * min(1.0, room / taken))
    french, arabic = label_lines(title, marks, size, bold=True)
    for line in (french, arabic):
        if line.width > room + 0.05:
            setting.problems.append(too_wide(subject, line.language, line.width - room))
    step = size * POINT_MM * 1.3
    height = density.bar_height + (step if is_stacked else 0.0)
    heading = (Element(Role.HEADING, subject),)
    first = (density.bar_height - _BAR_RULE + METRICS.cap_height * size * POINT_MM) / 2
    pieces: list[Piece] = [
        Panel(BoxMm(LEFT, 0, CONTENT_WIDTH, height), _BAR_GRAY),
        Line(LEFT, height, RIGHT, height, _BAR_RULE),
        *arabic.pieces(
            RIGHT - _BAR_PADDING, first + (step if is_stacked else 0.0), Align.RIGHT, path=heading
        ),
        *french.pieces(LEFT + _BAR_PADDING, first, path=heading),
    ]
    return Block(
        height,
        tuple(pieces),
        gap_before=density.section_gap,
        keep_with_next=True,
        gap_after=density.bar_gap,
    )


def text_block(
    text: StaticText, setting: Setting, *, key: str, heading: Role = Role.SUBHEADING, list_key: str = ""
) -> Block:
    """A text that asks nothing, in its style.

    Args:
        key: Tells it from the other texts of its section.
        heading: What a text in the style of a heading is in the document's outline.
        list_key: Shared by the bullets that follow each other.
    """
    density = setting.density
    paragraph = (Element(Role.PARAGRAPH, key),)
    match text.style:
        case TextStyle.HEADING:
            path = (Element(heading, key),)
            block = _two_columns(
                text.text, density.text_pt + 0.9, setting, path, bold=True, keep_with_next=True
            )
        case TextStyle.BULLET:
            path = (Element(Role.LIST, list_key), Element(Role.ITEM, key))
            block = _two_columns(text.text, density.text_pt, setting, path, bullet=True)
        case TextStyle.NOTICE:
            block = notice_block(text.text, setting, paragraph)
        case TextStyle.FOOTNOTE:
            block = _two_columns(text.text, density.footnote_pt, setting, paragraph)
        case TextStyle.LEGAL:
            block = _two_columns(text.text, density.footnote_pt + 0.3, setting, paragraph, ink=0.2)
        case _:
            block = _two_columns(text.text, density.text_pt, setting, paragraph)
    return block


def footnote_block(mark: str, text: LocalizedText, setting: Setting) -> Block:
    """One footnote, opened by its mark in both languages."""
    size = setting.density.footnote_pt
    sign = printed_mark(mark)
    path = (Element(Role.NOTE, mark),)
    return _two_columns(text, size, setting, path, lead=sign, gap=setting.density.text_gap * 0.5)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the French and the Arabic column stand."""

    left: float = LEFT
    right: float = RIGHT

    @property
    def width(self) -> float:
        """Width of each of the two."""
        return (self.right - self.left - TEXT_COLUMN_GAP) / 2


def _two_columns(
    text: LocalizedText,
    size: float,
    setting: Setting,
    path: Path,
    *,
    bold: bool = False,
    bullet: bool = False,
    lead: str = "",
    ink: Ink = 0.0,
    gap: float | None = None,
    keep_with_next: bool = False,
    columns: _Columns = _Columns(),
) -> Block:
    sign = _BULLET if bullet else lead
    em = size * POINT_MM
    indent = max(_BULLET_INDENT_EM * em, text_width_mm(sign, size) + 0.28 * em) if sign else 0.0
    leading = setting.density.leading_em * em
    pieces: list[Piece] = []
    count = 0
    for language in (Language.AR, Language.FR):
        own = _path_in(path, language)
        body = (*own, Element(Role.BODY, "")) if bullet else own
        lines = wrap(text.in_language(language), columns.width - indent, size, bold=bold)
        count = max(count, len(lines))
        is_rtl = language.direction is Direction.RTL
        edge, align, step = (
            (columns.right, Align.RIGHT, -indent) if is_rtl else (columns.left, Align.LEFT, indent)
        )
        if sign:
            mark = (*own, Element(Role.LABEL, ""))
            pieces.append(
                Words(sign, edge, _baseline(0, leading, em), size, language, align, bold, ink, mark)
            )
        for number, line in enumerate(lines):
            baseline = _baseline(number, leading, em)
            pieces.append(Words(line, edge + step, baseline, size, language, align, bold, ink, body))
    height = count * leading
    lead_gap = setting.density.text_gap if gap is None else gap
    middle = (columns.left + columns.right) / 2
    divider = Line(middle, 0.0, middle, height + setting.density.text_gap, _DIVIDER_WIDTH, _DIVIDER_GRAY)
    if keep_with_next:
        lead_gap *= 2.2
    return Block(height, (divider, *pieces), gap_before=lead_gap, keep_with_next=keep_with_next)


def _path_in(path: Path, language: Language) -> Path:
    """Each wording is an element of its own; both wordings of a heading are one."""
    *outer, leaf = path
    if leaf.role in (Role.HEADING, Role.SUBHEADING):
        return path
    return (*outer, Element(leaf.role, f"{leaf.key}.{language}"))


def _baseline(number: int, leading: float, em: float) -> float:
    return (number + 0.5) * leading + METRICS.cap_height / 2 * em


def notice_block(
    text: LocalizedText,
    setting: Setting,
    path: Path,
    left: float = LEFT,
    right: float = RIGHT,
    size: float | None = None,
) -> Block:
    """A warning: bold, in a frame around both columns."""
    columns = _Columns(left + _NOTICE_SIDE, right - _NOTICE_SIDE)
    size = size or setting.density.text_pt - 0.1
    inner = _two_columns(text, size, setting, path, bold=True, columns=columns)
    height = inner.height + 2 * _NOTICE_PADDING
    frame = BoxMm(left, 0, right - left, height)
    words = [piece.moved(_NOTICE_PADDING) for piece in inner.pieces if isinstance(piece, Words)]
    middle = (left + right) / 2
    divider = Line(middle, _NOTICE_PADDING, middle, height - _NOTICE_PADDING, _DIVIDER_WIDTH, _DIVIDER_GRAY)
    return Block(
        height,
        (Panel(frame, None, 0.0, 0.3), divider, *words),
        gap_before=max(1.0, setting.density.text_gap),
    )
