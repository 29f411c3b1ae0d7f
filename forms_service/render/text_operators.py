"""A line of text as PDF shows it, worked out once for every size.

Glyphs keep their places relative to one another at every size, so a line is measured and written in
thousandths of its size: an answer is shaped once, then set as large as its box allows.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

from core.localized_text import Direction
from forms_service.render.bidirectional import visual_order
from forms_service.render.typography import UNITS_PER_EM, advances, harfbuzz, levelled_runs, one_line


class SetRun(NamedTuple):
    """A run of one direction, ready to be shown.

    Attributes:
        words: Its text, in the order it is read.
        left: Where it begins, in thousandths of the size from the line's left end.
        shows: How high its pieces are raised over the baseline, and the operator that shows each.
    """

    words: str
    direction: Direction
    left: int
    width: int
    shows: tuple[tuple[int, str], ...]


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
    nominal, digits = advances(bold), glyph_digits()
    shows: list[tuple[int, str]] = []
    items = ""
    glyphs = ""
    raised = width = overshoot = 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
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
    return SetRun(words, direction, left, width, tuple(shows))


def _shown(raised: int, items: str, glyphs: str) -> list[tuple[int, str]]:
    if items:
        return [(raised, f"[{items}<{glyphs}>]TJ" if glyphs else f"[{items}]TJ")]
    return [(raised, f"<{glyphs}>Tj")] if glyphs else []


@cache
def glyph_digits() -> tuple[str, ...]:
    """The four hexadecimal digits of every glyph number."""
    return tuple(f"{gid:04X}" for gid in range(len(advances())))


def text_objects(
    line: SetLine, x_pt: float, y_pt: float, size_pt: float, font: str, base: Direction | None = None
) -> list[str]:
    """A line with its left end at a place, each run a text object of its own, in reading order.

    Args:
        font: Name among the page's resources.
        base: When given, a stretch in letters of the other direction says its language, for the
            voice that reads it.
    """
    head = f"BT /{font} {number(size_pt)} Tf"
    em, y = size_pt / UNITS_PER_EM, number(y_pt)
    drawn = []
    for run in line.runs:
        shown = f"{head} {number(x_pt + run.left * em)} {y} Td {show_run(run, size_pt)} ET"
        if base is not None and run.direction is not base and any(map(str.isalpha, run.words)):
            shown = f"/Span <</Lang ({_LOCALES[run.direction]})>> BDC\n{shown}\nEMC"
        drawn.append(shown)
    return drawn


_LOCALES = {Direction.RTL: "ar-MA", Direction.LTR: "fr-MA"}


def show_run(run: SetRun, size_pt: float) -> str:
    """The operators that show a run, inside a text object whose pen stands at its left end."""
    if len(run.shows) == 1 and run.shows[0][0] == 0:
        return run.shows[0][1]
    parts = []
    raised = 0
    for height, operator in run.shows:
        if height != raised:
            parts.append(f"{number(height * size_pt / UNITS_PER_EM)} Ts")
            raised = height
        parts.append(operator)
    if raised:
        parts.append("0 Ts")
    return " ".join(parts)


def number(value: float) -> str:
    """A number as PDF writes it: at most three decimals, no superfluous zero."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
