"""A line of text as PDF shows it, worked out once for every size.

Glyphs keep their places relative to one another at every size, so a line is measured and written in
thousandths of its size: an answer is shaped once, then set as large as its box allows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import uharfbuzz as hb

from core.localized_text import Direction
from forms_service.render.bidirectional import visual_order
from forms_service.render.pdf_objects import text_string
from forms_service.render.text_pieces import Kind, Piece, is_one_piece, pieces_of_arabic, told_of
from forms_service.render.typography import UNITS_PER_EM, advances, harfbuzz, levelled_runs, one_line

Shows = tuple[tuple[int, str], ...]
"""Pieces of a run: how high each is raised over the baseline, and the operator that shows it."""


class SetRun(NamedTuple):
    """A run of one direction, ready to be shown.

    Attributes:
        words: Its text, in the order it is read.
        left: Where it begins, in thousandths of the size from the line's left end.
        shows: Its operators.
    """

    words: str
    direction: Direction
    left: int
    width: int
    shows: Shows


class SetLine(NamedTuple):
    """A line ready to be shown at any size; its runs are in reading order."""

    width: int
    runs: tuple[SetRun, ...]


def set_line(text: str, base: Direction, bold: bool = False) -> SetLine:
    """Shape a line; brackets are mirrored, Arabic letters joined."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    levelled = levelled_runs(one_line(text), base)
    if len(levelled) == 1:
        words, direction, _ = levelled[0]
        run = _set_run(words, direction, 0, bold)
        return SetLine(run.width, (run,))
    placed: list[tuple[int, SetRun]] = []
    left = 0
    for index in visual_order([level for *_, level in levelled]):
        words, direction, _ = levelled[index]
        run = _set_run(words, direction, left, bold)
        placed.append((index, run))
        left += run.width
    return SetLine(left, tuple(run for _, run in sorted(placed, key=lambda one: one[0])))


def _set_run(words: str, direction: Direction, left: int, bold: bool) -> SetRun:
    """Glyphs that follow each other become one string; where they do not, a correction stands between.

    A correction moves the pen left, from where the glyph before has left it by its own advance.
    """
    buffer = harfbuzz(words, direction, bold)
    width, shows = _written(buffer.glyph_infos, buffer.glyph_positions, bold)
    return SetRun(words, direction, left, width, shows)


def _written(
    infos: Sequence[hb.GlyphInfo], positions: Sequence[hb.GlyphPosition], bold: bool
) -> tuple[int, Shows]:
    """How far glyphs reach, and the operators that show them."""
    nominal, digits = advances(bold), glyph_digits()
    shows: list[tuple[int, str]] = []
    items = ""
    glyphs = ""
    raised = width = overshoot = 0
    for info, position in zip(infos, positions, strict=True):
        x_offset, y_offset, advance, _ = position.position
        if y_offset != raised:
            shows += _shown(raised, items, glyphs)
            items, glyphs, raised = "", "", y_offset
        if overshoot != x_offset:
            items += f"<{glyphs}>{overshoot - x_offset}" if glyphs else f"{overshoot - x_offset} "
            glyphs = ""
        gid = info.codepoint
        glyphs += digits[gid]
        overshoot = nominal[gid] + x_offset - advance
        width += advance
    shows += _shown(raised, items, glyphs)
    return width, tuple(shows)


def _shown(raised: int, items: str, glyphs: str) -> list[tuple[int, str]]:
    if items:
        return [(raised, f"[{items}<{glyphs}>]TJ" if glyphs else f"[{items}]TJ")]
    return [(raised, f"<{glyphs}>Tj")] if glyphs else []


@cache
def glyph_digits() -> tuple[str, ...]:
    """The four hexadecimal digits of every glyph number."""
    return tuple(f"{gid:04X}" for gid in range(len(advances())))


@lru_cache(maxsize=2048)
def _pieces_of_run(words: str, bold: bool) -> tuple[tuple[Piece, int, Shows], ...]:
    """A stretch of Arabic in the pieces that readers need, each with its place and operators."""
    pieces = pieces_of_arabic(words)
    owner = [index for index, piece in enumerate(pieces) for _ in piece.words]
    buffer = harfbuzz(words, Direction.RTL, bold)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    cut = []
    left = start = 0
    for end in range(1, len(infos) + 1):
        index = owner[infos[start].cluster]
        if end == len(infos) or owner[infos[end].cluster] != index:
            width, shows = _written(infos[start:end], positions[start:end], bold)
            cut.append((pieces[index], left, shows))
            left, start = left + width, end
    return tuple(reversed(cut))


def text_objects(
    line: SetLine, x_pt: float, y_pt: float, size_pt: float, font: str, base: Direction | None = None
) -> list[str]:
    """A line with its left end at a place, each run a text object of its own, in reading order.

    Args:
        font: Name among the page's resources.
        base: The direction of the line, given for page content: it is then drawn in the pieces that
            readers need to find its letters in order, and a stretch in letters of the other direction
            says its language, for the voice that reads it.
    """
    em, y = size_pt / UNITS_PER_EM, number(y_pt)
    font_at_size = f"/{font} {number(size_pt)} Tf"
    if base is not None and needs_pieces(line, base):
        return _objects_in_pieces(line, x_pt, y, size_pt, font, base)
    drawn = []
    for run in line.runs:
        shown = f"BT {number(x_pt + run.left * em)} {y} Td {font_at_size} {show_run(run, size_pt)} ET"
        drawn.append(shown if base is None else _in_its_language(shown, run, base))
    return drawn


def needs_pieces(line: SetLine, base: Direction) -> bool:
    """Whether readers go astray in a line unless it is cut; French alone and Arabic words alone are safe."""
    for run in line.runs:
        if base is Direction.RTL if run.direction is Direction.LTR else not is_one_piece(run.words):
            return True
    return False


def _objects_in_pieces(
    line: SetLine, x_pt: float, y: str, size_pt: float, font: str, base: Direction
) -> list[str]:
    em, size = size_pt / UNITS_PER_EM, number(size_pt)
    placed: list[tuple[SetRun, Piece, int, Shows]] = []
    for run in line.runs:
        if run.direction is Direction.LTR:
            placed.append((run, Piece(run.words, Kind.LATIN), run.left, run.shows))
        else:
            cut = _pieces_of_run(run.words, font == "FormsB")
            placed += [(run, piece, run.left + left, shows) for piece, left, shows in cut]
    pieces = [piece for _, piece, _, _ in placed]
    told = told_of(pieces) if base is Direction.RTL else [""] * len(pieces)
    drawn = []
    for (run, piece, left, shows), instead in zip(placed, told, strict=True):
        own = f"{font}A" if piece.needs_own_letters else font
        place = f"{number(x_pt + left * em)} {y} Td"
        shown = f"BT {place} /{own} {size} Tf {_shown_at_size(shows, size_pt)} ET"
        if instead:  # innermost, or PDFium does not see it
            shown = f"/ReversedChars <</ActualText {text_string(instead)}>> BDC\n{shown}\nEMC"
        elif piece.kind is Kind.VOWELS:
            shown = f"/ReversedChars BMC\n{shown}\nEMC"
        drawn.append(_in_its_language(shown, run, base))
    return drawn


def _in_its_language(shown: str, run: SetRun, base: Direction) -> str:
    if run.direction is not base and any(map(str.isalpha, run.words)):
        return f"/Span <</Lang ({_LOCALES[run.direction]})>> BDC\n{shown}\nEMC"
    return shown


_LOCALES = {Direction.RTL: "ar-MA", Direction.LTR: "fr-MA"}


def show_run(run: SetRun, size_pt: float) -> str:
    """The operators that show a run, inside a text object whose pen stands at its left end."""
    return _shown_at_size(run.shows, size_pt)


def _shown_at_size(shows: Shows, size_pt: float) -> str:
    if len(shows) == 1 and shows[0][0] == 0:
        return shows[0][1]
    parts = []
    raised = 0
    for height, operator in shows:
        if height != raised:
            parts.append(f"{number(height * size_pt / UNITS_PER_EM)} Ts")
            raised = height
        parts.append(operator)
    if raised:
        parts.append("0 Ts")
    return " ".join(parts)


def number(value: float) -> str:
    """A number as PDF writes it: at most three decimals, no superfluous zero."""
    text = f"{round(value, 3):.9g}"
    return text if text != "-0" else "0"
