"""What a PDF is told to show is what HarfBuzz has set, at every size."""

from __future__ import annotations

import re

import pytest
import uharfbuzz as hb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.localized_text import Direction
from forms_service.render.text_operators import SetLine, number, set_line, show_run
from forms_service.render.typography import BOLD, REGULAR, levelled_runs

ALPHABET = "abZ é19٣٤،؛ابتلاأصمك\u064e\u0651\u0650()«»-+/.,:%€'AVTofLY"
TOKENS = re.compile(r"<([0-9A-F]+)>|(-?[\d.]+) Ts|(-?\d+)")
Glyph = tuple[int, float, float]


def harfbuzz_glyphs(text: str, base: Direction, bold: bool) -> list[Glyph]:
    """Glyph number, place and height in font units, shaped run by run as HarfBuzz alone has it."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(BOLD if bold else REGULAR))))
    placed: list[Glyph] = []
    for words, direction, _ in levelled_runs(text, base):
        buffer = hb.Buffer()
        buffer.add_str(words)
        buffer.guess_segment_properties()
        buffer.direction = direction.value
        buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
        hb.shape(font, buffer)
        x = 0
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            placed.append((info.codepoint, x + position.x_offset, position.y_offset))
            x += position.x_advance
    return placed


def shown_glyphs(line: SetLine, size: float, bold: bool) -> list[Glyph]:
    """The same, read out of the operators as a viewer does: the pen moves by the font's own advances."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(BOLD if bold else REGULAR))))
    placed: list[Glyph] = []
    for run in line.runs:
        pen, raised = 0, 0.0
        for digits, height, correction in TOKENS.findall(show_run(run, size)):
            if height:
                raised = float(height) * 1000 / size
            elif correction:
                pen -= int(correction)
            for at in range(0, len(digits), 4):
                gid = int(digits[at : at + 4], 16)
                placed.append((gid, pen, raised))
                pen += font.get_glyph_h_advance(gid)
        assert raised == 0, "what follows would be raised too"
    return placed


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet=ALPHABET, max_size=20),
    st.sampled_from(list(Direction)),
    st.booleans(),
    st.sampled_from([5.0, 8.25, 10.5]),
)
@example("شقة 12، زنقة N'Guyen", Direction.RTL, False, 10.5)
@example("مُحَمَّدٌ", Direction.RTL, False, 10.5)
@example("AVANT TOUT (VOIR L'ÉTÉ)", Direction.LTR, True, 8.25)
def test_glyphs_are_shown_where_harfbuzz_puts_them(
    text: str, base: Direction, bold: bool, size: float
) -> None:
    """Kerning, joined letters, vowel marks, brackets and numbers, in either direction and weight."""
    shown = shown_glyphs(set_line(text, base, bold), size, bold)
    expected = harfbuzz_glyphs(text, base, bold)
    assert [gid for gid, *_ in shown] == [gid for gid, *_ in expected]
    for (_, x, y), (_, right_x, right_y) in zip(shown, expected, strict=True):
        assert x == right_x
        assert y == pytest.approx(right_y, abs=0.2)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=20), st.sampled_from(list(Direction)))
def test_runs_stand_side_by_side(text: str, base: Direction) -> None:
    """They cover the line from its left end to its right end, in the order of reading."""
    line = set_line(text, base)
    expected = levelled_runs(text, base)
    assert [run.direction for run in line.runs] == [direction for _, direction, _ in expected]
    edge = 0
    for run in sorted(line.runs, key=lambda one: (one.left, one.left + one.width)):
        assert run.left == edge
        edge += run.width
    assert edge == line.width


def test_a_line_of_one_direction_is_one_string_when_nothing_is_kerned() -> None:
    """Small files: digits are as wide as one another and need no correction."""
    (run,) = set_line("20250", Direction.LTR).runs
    assert show_run(run, 10) == run.shows[0][1]
    assert re.fullmatch(r"<[0-9A-F]{20}>Tj", show_run(run, 10))


def test_vowel_marks_are_raised_in_proportion_to_the_size() -> None:
    """A mark over a tall letter stands as much higher as the letter is larger."""
    (run,) = set_line("لَكَ", Direction.RTL).runs
    heights = [
        [float(height) for height in re.findall(r"(-?[\d.]+) Ts", show_run(run, size))] for size in (5, 10)
    ]
    assert heights[0] and len(heights[0]) == len(heights[1])
    assert [2 * height for height in heights[0]] == pytest.approx(heights[1], abs=0.003)


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.12345, "0.123"), (-0.0001, "0"), (10.5, "10.5"), (100.0, "100")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    """PDF knows no exponents, and every byte counts in a file of a thousand sheets."""
    assert number(value) == text
