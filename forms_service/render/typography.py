"""Set Arabic and French rightly on paper: measure, break and shape lines of text.

One typeface serves every paper (``fonts/``, cooked by ``scripts/cook_fonts.py``), in which every
letter keeps a glyph of its own; so what is drawn here is also copied, searched and read aloud rightly.

A line goes through three steps: the Unicode bidirectional algorithm finds its runs, HarfBuzz shapes
each run in its script, and the runs are put side by side from the left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz as hb
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from core.localized_text import Direction

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "FormsSans-Regular.ttf"
BOLD = FONTS / "FormsSans-Bold.ttf"

UNITS_PER_EM = 1000
MM_PER_PT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class DirectionRun:
    """A stretch of a line that runs one way; its text is in the order it is read."""

    text: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """One glyph of a shaped line.

    Attributes:
        gid: Number of the glyph in the cooked font.
        x_pt: Distance of its origin from the line's left end.
        y_pt: How far its origin is raised over the baseline (vowel marks).
        advance_pt: Room it takes, as the font has it.
        text: The characters it stands for; empty when a neighbour already stands for them.
    """

    gid: int
    x_pt: float
    y_pt: float
    advance_pt: float
    text: str


@dataclass(frozen=True, slots=True)
class ShapedRun:
    """A run of one direction, its glyphs from the left."""

    direction: Direction
    x_pt: float
    width_pt: float
    glyphs: tuple[PlacedGlyph, ...]


@dataclass(frozen=True, slots=True)
class ShapedLine:
    """A line ready to be drawn from its left end; ``runs`` are in reading order."""

    width_pt: float
    runs: tuple[ShapedRun, ...]

    @property
    def glyphs(self) -> tuple[PlacedGlyph, ...]:
        """All glyphs from the left to the right."""
        ordered = sorted(self.runs, key=lambda run: run.x_pt)
        return tuple(glyph for run in ordered for glyph in run.glyphs)


@dataclass(frozen=True, slots=True)
class FontMetrics:
    """Heights of the typeface, in parts of its size.

    Attributes:
        cap_height: Of Latin capitals, which Arabic alef shares.
        ascent: Highest ink of letters with their accents or hamza.
        descent: Lowest ink of letters, as a positive number.
        line_height: Distance of baselines at which Arabic and French lines never touch.
    """

    cap_height: float
    x_height: float
    ascent: float
    descent: float
    line_height: float


METRICS = FontMetrics(cap_height=0.714, x_height=0.536, ascent=0.94, descent=0.34, line_height=1.4)


# --- measuring and breaking -----------------------------------------------------------------------


def text_width_mm(text: str, size_pt: float, bold: bool = False) -> float:
    """How wide a line becomes; the same in either base direction."""
    return _width_units(text, bold) / UNITS_PER_EM * size_pt * MM_PER_PT


@lru_cache(maxsize=8192)
def _width_units(text: str, bold: bool) -> int:
    base = Direction.RTL if _RIGHT_TO_LEFT.search(text) else Direction.LTR
    return sum(_advance(run, bold) for run in split_by_direction(text, base))


def _advance(run: DirectionRun, bold: bool) -> int:
    return sum(position.x_advance for _, position in _harfbuzz(run.text, run.direction, bold))


def wrap(text: str, width_mm: float, size_pt: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than ``width_mm``.

    Lines break at spaces, never before the high punctuation of French (« : ; ! ? » set off by a
    space) nor after an opening guillemet.  A single word that is too wide is cut between letters;
    a break written in the text is kept.
    """
    lines = []
    for paragraph in text.split("\n"):
        lines += _wrap_paragraph(paragraph, width_mm, size_pt, bold)
    return lines


def _wrap_paragraph(text: str, width_mm: float, size_pt: float, bold: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in _unbreakable_pieces(text):
        longer = f"{line} {word}" if line else word
        if text_width_mm(longer, size_pt, bold) <= width_mm:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _cut_word(word, width_mm, size_pt, bold)
        lines += full
    return [*lines, line]


def _unbreakable_pieces(text: str) -> list[str]:
    tied = re.sub(r" (?=[:;!?»%€](?:\s|$))|(?<=«) ", "\u00a0", text)
    return tied.split(" ") if tied.strip() else [""]


def _cut_word(word: str, width_mm: float, size_pt: float, bold: bool) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width_mm(pieces[-1] + character, size_pt, bold) > width_mm:
            pieces.append("")
        pieces[-1] += character
    return pieces


# --- directions -----------------------------------------------------------------------------------

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT_OR_NUMBER = re.compile(
    r"[^\W_\u0590-\u065f\u066e-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
_DIRECTION_CONTROLS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")

_CODE = re.compile(
    r"(?:(?<!\w)\+)?[A-Za-z\u00c0-\u024f\d]+(?:[-/._@:,'’&+]+[A-Za-z\u00c0-\u024f\d]+)+"
    r"|(?:(?<!\w)\+)?\d+(?:[ \u00a0\u202f][\d.,]*\d)+"
    r"|(?<!\w)\+\d+"
)
"""Codes, dates, telephone numbers, addresses on the web: read from the left in either language.

The algorithm of Unicode alone would show « 310-1-32 » after an Arabic word as « 32-1-310 ».
"""

_LETTER = re.compile(r"[^\W\d_]")


def split_by_direction(text: str, base: Direction = Direction.LTR) -> tuple[DirectionRun, ...]:
    """Cut a line into runs of one direction, in reading order.

    Codes such as ``310-1-32`` or ``06 12 34 56 78`` stay whole and run from the left.  Invisible
    direction marks have done their work in the author's editor and are left out.
    """
    return tuple(run for run, _ in _levelled_runs(_one_line(text), base))


def _one_line(text: str) -> str:
    return _DIRECTION_CONTROLS.sub("", _BREAKS.sub(" ", text))


@lru_cache(maxsize=2048)
def _levelled_runs(text: str, base: Direction) -> tuple[tuple[DirectionRun, int], ...]:
    if not text:
        return ()
    if base is Direction.LTR and not _RIGHT_TO_LEFT.search(text):
        return ((DirectionRun(text, Direction.LTR), 0),)
    if base is Direction.RTL and not _LEFT_TO_RIGHT_OR_NUMBER.search(text):
        return ((DirectionRun(text, Direction.RTL), 1),)
    return tuple(_runs_of(text, _levels(text, base)))


def _levels(text: str, base: Direction) -> list[int]:
    """Embedding levels by the Unicode algorithm; a code stands in it as one number or Latin word."""
    masked = _CODE.sub(lambda code: ("a" if _LETTER.search(code[0]) else "1") * len(code[0]), text)
    direction = TextDirection.RTL if base is Direction.RTL else TextDirection.LTR
    paragraph = BidiParagraph(masked, base_direction=direction, preserve_bn_chars=True)
    levels = [1 if base is Direction.RTL else 0] * len(text)
    for character in paragraph.get_characters_with_embedding_level():
        levels[character.character_index] = character.embedding_level
    return levels


def _runs_of(text: str, levels: list[int]) -> Iterator[tuple[DirectionRun, int]]:
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or levels[end] != levels[start]:
            direction = Direction.RTL if levels[start] % 2 else Direction.LTR
            yield DirectionRun(text[start:end], direction), levels[start]
            start = end


def _visual_order(levels: list[int]) -> list[int]:
    """Indexes of the runs from the left to the right (rule L2 of the algorithm)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = max(end, start + 1)
    return order


# --- shaping --------------------------------------------------------------------------------------


@cache
def _font(bold: bool) -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(BOLD if bold else REGULAR))))


def _harfbuzz(text: str, direction: Direction, bold: bool) -> list[tuple[hb.GlyphInfo, hb.GlyphPosition]]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction.value
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(_font(bold), buffer)
    return list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))


def missing_characters(text: str) -> list[str]:
    """Characters of ``text`` that the typeface does not have, each once."""
    font = _font(False)
    return [
        character
        for character in dict.fromkeys(_one_line(unicodedata.normalize("NFC", text)))
        if not font.get_nominal_glyph(ord(character))
    ]


@lru_cache(maxsize=1024)
def shape(text: str, base: Direction, size_pt: float, bold: bool = False) -> ShapedLine:
    """Turn a line into glyphs at exact places; brackets are mirrored, Arabic letters joined."""
    levelled = _levelled_runs(_one_line(unicodedata.normalize("NFC", text)), base)
    shaped: dict[int, ShapedRun] = {}
    x_units = 0
    for index in _visual_order([level for _, level in levelled]):
        run, _ = levelled[index]
        shaped[index], x_units = _shape_run(run, x_units, size_pt, bold)
    scale = size_pt / UNITS_PER_EM
    return ShapedLine(x_units * scale, tuple(shaped[index] for index in range(len(levelled))))


def _shape_run(run: DirectionRun, left_units: int, size_pt: float, bold: bool) -> tuple[ShapedRun, int]:
    pairs = _harfbuzz(run.text, run.direction, bold)
    ends = _cluster_ends([info.cluster for info, _ in pairs], len(run.text))
    scale = size_pt / UNITS_PER_EM
    glyphs = []
    x_units = left_units
    for info, position in pairs:
        glyphs.append(
            PlacedGlyph(
                gid=info.codepoint,
                x_pt=(x_units + position.x_offset) * scale,
                y_pt=position.y_offset * scale,
                advance_pt=_font(bold).get_glyph_h_advance(info.codepoint) * scale,
                text=run.text[info.cluster : ends.pop(info.cluster, info.cluster)],
            )
        )
        x_units += position.x_advance
    width_pt = (x_units - left_units) * scale
    return ShapedRun(run.direction, left_units * scale, width_pt, tuple(glyphs)), x_units


def _cluster_ends(clusters: list[int], length: int) -> dict[int, int]:
    starts = sorted(set(clusters))
    return dict(zip(starts, [*starts[1:], length], strict=True))
