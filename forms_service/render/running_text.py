"""Titles and running text: French in the left column, Arabic in the right one, side by side."""

from __future__ import annotations

from core.form_spec import StaticText, TextStyle
from core.localized_text import Direction, Language, LocalizedText
from core.placement import BoxMm
from forms_service.render.artwork import POINT_MM, Align, Line, Panel, Piece, Words
from forms_service.render.labels import label_lines, printed_mark
from forms_service.render.page_blocks import Block, Setting, too_wide
from forms_service.render.paper_grid import (
    CENTRE,
    CONTENT_WIDTH,
    LABEL_FLOOR_PT,
    LEFT,
    RIGHT,
    TEXT_COLUMN_WIDTH,
)
from forms_service.render.typography import METRICS, text_width_mm, wrap

_BAR_GRAY = 0.87
_BAR_RULE = 0.35
_BAR_PADDING = 1.8
_BULLET = "•"
_BULLET_INDENT_EM = 0.95
_DIVIDER_GRAY = 0.62
_DIVIDER_WIDTH = 0.12
_NOTICE_PADDING = 1.1


def section_bar(subject: str, title: LocalizedText, marks: tuple[str, ...], setting: Setting) -> Block:
    """The grey bar that opens a section: French on the left, Arabic on the right."""
    density = setting.density
    height = density.bar_height
    room = CONTENT_WIDTH - 2 * _BAR_PADDING - 3.0
    size = density.bar_pt
    lines = label_lines(title, marks, size, bold=True)
    taken = sum(line.width for line in lines)
    if taken > room:
        size = max(LABEL_FLOOR_PT, size * room / taken)
        lines = label_lines(title, marks, size, bold=True)
        taken = sum(line.width for line in lines)
        if taken > room + 0.05:
            longer = max(lines, key=lambda line: line.width)
            setting.problems.append(too_wide(subject, longer.language, taken - room))
    baseline = (height - _BAR_RULE + METRICS.cap_height * size * POINT_MM) / 2
    french, arabic = lines
    pieces: list[Piece] = [
        Panel(BoxMm(LEFT, 0, CONTENT_WIDTH, height), _BAR_GRAY),
        Line(LEFT, height, RIGHT, height, _BAR_RULE),
        *french.pieces(LEFT + _BAR_PADDING, baseline),
        *arabic.pieces(RIGHT - _BAR_PADDING, baseline, Align.RIGHT),
    ]
    return Block(height + density.bar_gap, tuple(pieces), gap_before=density.section_gap, keep_with_next=True)


def text_block(text: StaticText, setting: Setting) -> Block:
    """A text that asks nothing, in its style."""
    density = setting.density
    match text.style:
        case TextStyle.HEADING:
            block = _two_columns(text.text, density.text_pt + 0.9, setting, bold=True, keep_with_next=True)
        case TextStyle.BULLET:
            block = _two_columns(text.text, density.text_pt, setting, bullet=True)
        case TextStyle.NOTICE:
            block = _notice(text.text, setting)
        case TextStyle.FOOTNOTE:
            block = _two_columns(text.text, density.footnote_pt, setting)
        case TextStyle.LEGAL:
            block = _two_columns(text.text, density.footnote_pt + 0.3, setting, gray=0.2)
        case _:
            block = _two_columns(text.text, density.text_pt, setting)
    return block


def footnote_block(mark: str, text: LocalizedText, setting: Setting) -> Block:
    """One footnote, opened by its mark in both languages."""
    size = setting.density.footnote_pt
    sign = printed_mark(mark)
    return _two_columns(text, size, setting, lead=sign, gap=setting.density.text_gap * 0.5)


def _two_columns(
    text: LocalizedText,
    size: float,
    setting: Setting,
    *,
    bold: bool = False,
    bullet: bool = False,
    lead: str = "",
    gray: float = 0.0,
    gap: float | None = None,
    keep_with_next: bool = False,
) -> Block:
    sign = _BULLET if bullet else lead
    em = size * POINT_MM
    indent = max(_BULLET_INDENT_EM * em, text_width_mm(sign, size) + 0.28 * em) if sign else 0.0
    leading = setting.density.leading_em * em
    pieces: list[Piece] = []
    count = 0
    for language in (Language.FR, Language.AR):
        lines = wrap(text.in_language(language), TEXT_COLUMN_WIDTH - indent, size, bold=bold)
        count = max(count, len(lines))
        is_rtl = language.direction is Direction.RTL
        edge, align, step = (RIGHT, Align.RIGHT, -indent) if is_rtl else (LEFT, Align.LEFT, indent)
        if sign:
            pieces.append(Words(sign, edge, _baseline(0, leading, em), size, language, align, bold, gray))
        for number, line in enumerate(lines):
            baseline = _baseline(number, leading, em)
            pieces.append(Words(line, edge + step, baseline, size, language, align, bold, gray))
    height = count * leading
    lead_gap = setting.density.text_gap if gap is None else gap
    if keep_with_next:
        lead_gap *= 2.2
    pieces.append(Line(CENTRE, 0.0, CENTRE, height, _DIVIDER_WIDTH, _DIVIDER_GRAY))
    return Block(height, tuple(pieces), gap_before=lead_gap, keep_with_next=keep_with_next)


def _baseline(number: int, leading: float, em: float) -> float:
    return (number + 0.5) * leading + METRICS.cap_height / 2 * em


def _notice(text: LocalizedText, setting: Setting) -> Block:
    """A warning: bold, in a frame across both columns."""
    inner = _two_columns(text, setting.density.text_pt - 0.1, setting, bold=True)
    height = inner.height + 2 * _NOTICE_PADDING
    frame = BoxMm(LEFT, 0, CONTENT_WIDTH, height)
    pieces = [_indented(piece).moved(_NOTICE_PADDING) for piece in inner.pieces]
    return Block(
        height, (Panel(frame, None, 0.0, 0.3), *pieces), gap_before=max(1.0, setting.density.text_gap)
    )


def _indented(piece: Piece) -> Piece:
    """Move words off the frame of a notice; the wrapping leaves room for it."""
    if not isinstance(piece, Words):
        return piece
    shift = 1.5 if piece.align is Align.LEFT else -1.5
    return Words(
        piece.text,
        piece.x + shift,
        piece.baseline,
        piece.size_pt,
        piece.language,
        piece.align,
        piece.bold,
        piece.gray,
    )
