"""Set Arabic and French rightly on paper: measure, break and shape lines of text.

One typeface serves every paper (``fonts/``, cooked by ``scripts/cook_fonts.py``), in which every
letter keeps a glyph of its own; so what is drawn here is also copied, searched and read aloud rightly.

A line goes through three steps: the Unicode bidirectional algorithm finds its runs, HarfBuzz shapes
each run in its script, and the runs are put side by side from the left.  Lines of a form's own words
are kept once measured, for laying a form out asks for them again and again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz as hb

from core.localized_text import Direction, code_pattern
from forms_service.render.bidirectional import embedding_levels, visual_order

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "FormsSans-Regular.ttf"
BOLD = FONTS / "FormsSans-Bold.ttf"

UNITS_PER_EM = 1000
MM_PER_PT = 25.4 / 72


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
    ascent: float
    descent: float
    line_height: float


METRICS = FontMetrics(cap_height=0.714, ascent=0.94, descent=0.34, line_height=1.4)


# --- measuring and breaking -----------------------------------------------------------------------


def text_width_mm(text: str, size_pt: float, bold: bool = False) -> float:
    """How wide a line becomes; the same in either base direction."""
    return _in_mm(_width_units(text, bold), size_pt)


def _in_mm(units: int, size_pt: float) -> float:
    return units / UNITS_PER_EM * size_pt * MM_PER_PT


@lru_cache(maxsize=8192)
def _width_units(text: str, bold: bool) -> int:
    base = Direction.RTL if _RIGHT_TO_LEFT.search(text) else Direction.LTR
    return sum(_advance(run, direction, bold) for run, direction, _ in levelled_runs(one_line(text), base))


def _advance(text: str, direction: Direction, bold: bool) -> int:
    """Room of a run: of its words and the spaces between them, for nothing is kerned with a space."""
    words = text.split(" ")
    spaces = len(words) - 1
    total = spaces * _advance_of_word(" ", direction, bold) if spaces else 0
    return total + sum(_advance_of_word(word, direction, bold) for word in words if word)


@lru_cache(maxsize=8192)
def _advance_of_word(text: str, direction: Direction, bold: bool) -> int:
    """The words of a form come back while its lines are broken at other widths and sizes."""
    return sum(position.x_advance for position in harfbuzz(text, direction, bold).glyph_positions)


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
    most = _most_units(width_mm, size_pt)
    space = _width_units(" ", bold)
    lines: list[str] = []
    line, line_units, line_runs = "", 0, None
    for word, word_units, word_runs in _measured_words(text, bold):
        if not line:
            units, runs = word_units, word_runs
        else:
            units, runs = line_units + space + word_units, word_runs
            if word_runs is None or word_runs is not line_runs:
                runs = None
                if abs(units - most) < _SURELY_UNITS:
                    units = _width_units(f"{line} {word}", bold)
        if units <= most:
            line, line_units, line_runs = f"{line} {word}" if line else word, units, runs
            continue
        if line:
            lines.append(line)
        if word_units <= most:
            line, line_units, line_runs = word, word_units, word_runs
            continue
        *full, line = _cut_word(word, most, bold)
        line_units, line_runs = _width_units(line, bold), _only_direction(line)
        lines += full
    return [*lines, line]


_SURELY_UNITS = UNITS_PER_EM
"""How far a line that runs both ways must be from its limit to be taken for as wide as its words and spaces.

It differs by what is kerned at a change of direction only, a few hundredths of its size each.
"""


def _most_units(width_mm: float, size_pt: float) -> int:
    """The widest line that is no wider than a width, in thousandths of its size."""
    most = int(width_mm / (size_pt * MM_PER_PT) * UNITS_PER_EM)
    return most + 1 if _in_mm(most + 1, size_pt) <= width_mm else most


@lru_cache(maxsize=512)
def _measured_words(text: str, bold: bool) -> tuple[tuple[str, int, Direction | None], ...]:
    """The unbreakable pieces of a paragraph; they stay the same while sizes and widths are tried."""
    return tuple(
        (word, _width_units(word, bold), _only_direction(word)) for word in _unbreakable_pieces(text)
    )


def _only_direction(words: str) -> Direction | None:
    """The direction of words that run one way and join into one run with others of theirs.

    Such lines are as wide as their words and spaces together, for nothing is kerned with a space.
    """
    if words.isascii() or not _RIGHT_TO_LEFT.search(words):
        return Direction.LTR
    return None if _LEFT_TO_RIGHT_OR_NUMBER.search(words) else Direction.RTL


def _unbreakable_pieces(text: str) -> list[str]:
    tied = re.sub(r" (?=[:;!?»%€](?:\s|$))|(?<=«) ", "\u00a0", text)
    return tied.split(" ") if tied.strip() else [""]


def _cut_word(word: str, most_units: int, bold: bool) -> list[str]:
    """The pieces of a word that is too wide; names of files break at their dashes, not in a syllable."""
    pieces = []
    while len(word) > 1 and _width_units(word, bold) > most_units:
        end = 1
        while end < len(word) - 1 and _width_units(word[: end + 1], bold) <= most_units:
            end += 1
        at = next((place for place in range(end, end // 2, -1) if _may_break(word, place)), end)
        pieces.append(word[:at])
        word = word[at:]
    return [*pieces, word]


def _may_break(word: str, place: int) -> bool:
    return word[place - 1] in "-_/@" or word[place] == "."


# --- directions -----------------------------------------------------------------------------------

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT_OR_NUMBER = re.compile(
    r"[^\W_\u0590-\u065f\u066e-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
_DIRECTION_CONTROLS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")

_CODE = code_pattern()
_LETTER = re.compile(r"[^\W\d_]")


def one_line(text: str) -> str:
    """The text without breaks and without direction marks."""
    if text.isprintable():
        return text
    return _DIRECTION_CONTROLS.sub("", _BREAKS.sub(" ", text))


def levelled_runs(text: str, base: Direction) -> list[tuple[str, Direction, int]]:
    """The runs of one line in reading order: words, direction, embedding level.

    Codes such as ``310-1-32`` or ``06 12 34 56 78`` stay whole and run from the left.

    Nothing is kept here, for an answer is written once.  Most lines run one way and are told at a
    glance; only the others go through the whole algorithm.
    """
    if not text:
        return []
    if base is Direction.LTR and (text.isascii() or not _RIGHT_TO_LEFT.search(text)):
        return [(text, Direction.LTR, 0)]
    if base is Direction.RTL and not _LEFT_TO_RIGHT_OR_NUMBER.search(text):
        return [(text, Direction.RTL, 1)]
    levels = _levels(text, base)
    return [
        (
            text[found.start() : found.end()],
            Direction.RTL if found[1] == "1" else Direction.LTR,
            int(found[1]),
        )
        for found in _ONE_LEVEL.finditer(levels)
    ]


_ONE_LEVEL = re.compile(r"(.)\1*")


def _levels(text: str, base: Direction) -> str:
    """Embedding levels by the Unicode algorithm; a code stands in it as one number or Latin word."""
    masked = _CODE.sub(lambda code: ("a" if _LETTER.search(code[0]) else "1") * len(code[0]), text)
    return embedding_levels(masked, base)


# --- shaping --------------------------------------------------------------------------------------


@cache
def font_of(bold: bool) -> hb.Font:
    """One weight of the typeface, read once; its units are thousandths of the size."""
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(BOLD if bold else REGULAR))))


@cache
def advances(bold: bool = False) -> tuple[int, ...]:
    """The room of every glyph by its number, as the font has it."""
    font = font_of(bold)
    return tuple(font.get_glyph_h_advance(gid) for gid in range(font.face.glyph_count))


def harfbuzz(text: str, direction: Direction, bold: bool) -> hb.Buffer:
    """The glyphs of one run, from the left."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if direction is Direction.RTL else "ltr"
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(font_of(bold), buffer)
    return buffer


@cache
def _characters() -> frozenset[str]:
    return frozenset(map(chr, font_of(False).face.unicodes))


def missing_characters(text: str) -> list[str]:
    """Characters of ``text`` that the typeface does not have, each once."""
    known = _characters()
    if known.issuperset(text) and text.isascii():
        return []
    drawn = one_line(unicodedata.normalize("NFC", text))
    if known.issuperset(drawn):
        return []
    return [character for character in dict.fromkeys(drawn) if character not in known]


@lru_cache(maxsize=1024)
def shape(text: str, base: Direction, size_pt: float, bold: bool = False) -> ShapedLine:
    """Turn a line into glyphs at exact places; brackets are mirrored, Arabic letters joined."""
    levelled = levelled_runs(one_line(unicodedata.normalize("NFC", text)), base)
    shaped: dict[int, ShapedRun] = {}
    x_units = 0
    for index in visual_order([level for *_, level in levelled]):
        words, direction, _ = levelled[index]
        shaped[index], x_units = _shape_run(words, direction, x_units, size_pt, bold)
    scale = size_pt / UNITS_PER_EM
    return ShapedLine(x_units * scale, tuple(shaped[index] for index in range(len(levelled))))


def _shape_run(
    words: str, direction: Direction, left_units: int, size_pt: float, bold: bool
) -> tuple[ShapedRun, int]:
    buffer = harfbuzz(words, direction, bold)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    ends = _cluster_ends([info.cluster for info in infos], len(words))
    nominal = advances(bold)
    scale = size_pt / UNITS_PER_EM
    glyphs = []
    x_units = left_units
    for info, position in zip(infos, positions, strict=True):
        gid, cluster = info.codepoint, info.cluster
        x_offset, y_offset, x_advance, _ = position.position
        glyphs.append(
            PlacedGlyph(
                gid=gid,
                x_pt=(x_units + x_offset) * scale,
                y_pt=y_offset * scale,
                advance_pt=nominal[gid] * scale,
                text=words[cluster : ends.pop(cluster, cluster)],
            )
        )
        x_units += x_advance
    width_pt = (x_units - left_units) * scale
    return ShapedRun(direction, left_units * scale, width_pt, tuple(glyphs)), x_units


def _cluster_ends(clusters: Iterable[int], length: int) -> dict[int, int]:
    starts = sorted(set(clusters))
    return dict(zip(starts, [*starts[1:], length], strict=True))
