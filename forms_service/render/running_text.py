"""Titles and running text: French in the left column, Arabic in the right one, side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.form_spec import StaticText, TextStyle
from core.localized_text import Direction, Language, LocalizedText
from core.placement import BoxMm
from forms_service.render.artwork import POINT_MM, Align, Element, Ink, Line, Panel, Path, Piece, Role, Words
from forms_service.render.labels import label_lines, printed_mark
from forms_service.render.page_blocks import Block, Setting, too_wide
from forms_service.render.paper_grid import (
    ARABIC_EM,
    CONTENT_WIDTH,
    LEFT,
    RIGHT,
    TEXT_COLUMN_GAP,
)
from forms_service.render.typography import METRICS, text_width_mm, wrap

_BAR_GRAY = 0.9
_BAR_RULE = 0.35
_BAR_PADDING = 1.8
_BAR_WORD_GAP = 3.0
_BAR_SHRINK = 0.84
_STACKED_RISE = 0.3
"""The tails of the lower line, which is Arabic, keep clear of the rule."""

_BULLET = "•"
_NUMBERED = re.compile(r"(\d+\.) +(.+)", re.DOTALL)
_ENLARGING_STEPS = 5
_BULLET_INDENT_EM = 0.95
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
    size = max(setting.sizes.label_floor_pt, size * min(1.0, room / taken))
    french, arabic = label_lines(title, marks, size, bold=True)
    for line in (french, arabic):
        if line.width > room + 0.05:
            setting.problems.append(too_wide(subject, line.language, line.width - room))
    beside = room if is_stacked else room - french.width - _BAR_WORD_GAP
    arabic = arabic.enlarged(min(ARABIC_EM, beside / arabic.width))
    step = size * POINT_MM * 1.3
    height = density.bar_height + (step if is_stacked else 0.0)
    heading = (Element(Role.HEADING, subject),)
    first = (density.bar_height - _BAR_RULE + METRICS.cap_height * size * POINT_MM) / 2
    if is_stacked:
        first -= _STACKED_RISE
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
            gap = 2 * density.text_gap
            block = _two_columns(text.text, density.footnote_pt + 0.3, setting, paragraph, gap=gap)
        case _ if numbered := _numbered(text.text):
            number, rest = numbered
            path = (Element(Role.LIST, list_key or key), Element(Role.ITEM, key))
            block = _two_columns(rest, density.text_pt, setting, path, numbered=True, lead=number)
        case _:
            block = _two_columns(text.text, density.text_pt, setting, paragraph)
    return block


def is_list_item(text: StaticText) -> bool:
    """Whether the text opens with a bullet or a number of its own."""
    is_paragraph = text.style is TextStyle.PARAGRAPH
    return text.style is TextStyle.BULLET or (is_paragraph and _numbered(text.text) is not None)


def _numbered(text: LocalizedText) -> tuple[str, LocalizedText] | None:
    """The number that opens both wordings, and these without it."""
    arabic, french = _NUMBERED.fullmatch(text.ar), _NUMBERED.fullmatch(text.fr)
    if arabic is None or french is None or arabic[1] != french[1]:
        return None
    return french[1], LocalizedText(ar=arabic[2], fr=french[2])


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


@dataclass(frozen=True, slots=True)
class _SetText:
    """One wording broken into lines of one size; they stand ``indent`` behind its sign."""

    lines: list[str]
    size_pt: float
    indent: float


def balanced_lines(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The text on as few lines as fit, all about equally long."""
    count = len(wrap(text, width, size, bold=bold))
    narrow, wide = width / 2, width
    for _ in range(8 if count > 1 else 0):
        middle = (narrow + wide) / 2
        fits = len(wrap(text, middle, size, bold=bold)) <= count
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return wrap(text, wide, size, bold=bold)


def _set_in_both(
    text: LocalizedText, size: float, sign: str, width: float, *, bold: bool, balanced: bool
) -> dict[Language, _SetText]:
    """Both wordings, Arabic first and in larger type as far as that costs no line.

    The places of boxes further down must not depend on how large Arabic is set.
    """
    broken_by = balanced_lines if balanced else wrap

    def broken(language: Language, enlarged: float) -> _SetText:
        own = size * enlarged
        em = own * POINT_MM
        indent = max(_BULLET_INDENT_EM * em, text_width_mm(sign, own) + 0.28 * em) if sign else 0.0
        return _SetText(broken_by(text.in_language(language), width - indent, own, bold=bold), own, indent)

    french, arabic = broken(Language.FR, 1.0), broken(Language.AR, 1.0)
    most = max(len(french.lines), len(arabic.lines))
    for step in range(_ENLARGING_STEPS, 0, -1):
        enlarged = broken(Language.AR, 1.0 + (ARABIC_EM - 1.0) * step / _ENLARGING_STEPS)
        if len(enlarged.lines) <= most:
            arabic = enlarged
            break
    return {Language.AR: arabic, Language.FR: french}


def _two_columns(
    text: LocalizedText,
    size: float,
    setting: Setting,
    path: Path,
    *,
    bold: bool = False,
    bullet: bool = False,
    numbered: bool = False,
    lead: str = "",
    ink: Ink = 0.0,
    gap: float | None = None,
    keep_with_next: bool = False,
    columns: _Columns = _Columns(),
) -> Block:
    sign = _BULLET if bullet else lead
    em = size * POINT_MM
    leading = setting.density.leading_em * em
    wordings = _set_in_both(text, size, sign, columns.width, bold=bold, balanced=keep_with_next)
    height = max(len(wording.lines) for wording in wordings.values()) * leading
    pieces: list[Piece] = []
    for language, wording in wordings.items():
        step_down = min(leading * wording.size_pt / size, height / len(wording.lines))
        own = _path_in(path, language)
        body = (*own, Element(Role.BODY, "")) if bullet or numbered else own
        is_rtl = language.direction is Direction.RTL
        edge, align = (columns.right, Align.RIGHT) if is_rtl else (columns.left, Align.LEFT)
        step = -wording.indent if is_rtl else wording.indent
        look = (wording.size_pt, language, align, bold, ink)
        baselines = [_baseline(number, leading, step_down, em) for number in range(len(wording.lines))]
        if sign:
            pieces.append(Words(sign, edge, baselines[0], *look, (*own, Element(Role.LABEL, ""))))
        pieces += [
            Words(line, edge + step, baseline, *look, body)
            for line, baseline in zip(wording.lines, baselines, strict=True)
        ]
    lead_gap = setting.density.text_gap if gap is None else gap
    if keep_with_next:
        lead_gap *= 2.2
    return Block(height, tuple(pieces), gap_before=lead_gap, keep_with_next=keep_with_next)


def _path_in(path: Path, language: Language) -> Path:
    """Each wording is an element of its own; both wordings of a heading are one."""
    *outer, leaf = path
    if leaf.role in (Role.HEADING, Role.SUBHEADING):
        return path
    return (*outer, Element(leaf.role, f"{leaf.key}.{language}"))


def _baseline(number: int, leading: float, step_down: float, em: float) -> float:
    """First lines stand side by side; larger type takes wider steps where it has fewer lines."""
    return leading / 2 + number * step_down + METRICS.cap_height / 2 * em


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
    return Block(
        height,
        (Panel(frame, None, 0.0, 0.3), *words),
        gap_before=max(1.6, 1.6 * setting.density.text_gap),
    )
