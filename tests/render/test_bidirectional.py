"""Which way every letter of a line runs, against two implementations that are not ours."""

from __future__ import annotations

import re

import pytest
from bidi import get_display
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from hypothesis import given, settings
from hypothesis import strategies as st

from core.localized_text import Direction
from forms_service.render.bidirectional import embedding_levels, visual_order
from forms_service.render.typography import REGULAR, levelled_runs

ALPHABET = "ab Zé19٣٤،؛ابتلصم()[]{}⁅⟨⟩«»-+/.,:%€#$'\"!?\u00a0\u0301\u064e\u0651\u200c\u00ad\u05d0"
LINES = st.text(alphabet=ALPHABET, max_size=24)
DIRECTIONS = st.sampled_from(list(Direction))


def levels_of_fpdf(text: str, base: Direction) -> dict[int, str]:
    """By place in the text; characters without a direction are left out, as the algorithm does."""
    direction = TextDirection.RTL if base is Direction.RTL else TextDirection.LTR
    characters = BidiParagraph(text, base_direction=direction).get_characters_with_embedding_level()
    return {one.character_index: str(one.embedding_level) for one in characters}


@settings(max_examples=400, deadline=None)
@given(LINES, DIRECTIONS)
def test_levels_are_those_of_a_full_implementation(text: str, base: Direction) -> None:
    """Brackets, numbers, signs, marks and spaces get the level that fpdf2 gives them."""
    text = re.sub(r"([\u0301\u064e\u0651])[\u0301\u064e\u0651]+", r"\1", text)  # fpdf2 turns one mark only
    ours = embedding_levels(text, base)
    assert len(ours) == len(text)
    for place, level in levels_of_fpdf(text, base).items():
        assert ours[place] == level, (text, ours)


def shown(text: str, base: Direction) -> str:
    """The characters from the left to the right."""
    levels = embedding_levels(text, base)
    return "".join(text[place] for place in visual_order([int(level) for level in levels]))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab Z19٣٤،؛ابتلصم«»-+/.,:%€'!?", max_size=24), DIRECTIONS)
def test_characters_are_shown_in_the_order_of_another_library(text: str, base: Direction) -> None:
    """python-bidi mirrors quotation marks on the way, which here is the typeface's affair."""
    theirs = get_display(text, base_dir="R" if base is Direction.RTL else "L")
    unmirrored = str.maketrans("«»", "<<")
    assert shown(text, base).translate(unmirrored) == theirs.translate(unmirrored)


@pytest.mark.parametrize(
    ("text", "base", "levels"),
    [
        ("شقة (B)", Direction.RTL, "1111121"),
        ("rue (حي)", Direction.LTR, "00000110"),
        ("حي (ب) ab", Direction.LTR, "111111000"),
        ("12% من", Direction.RTL, "222111"),
        ("a(\u0651ب)", Direction.RTL, "21111"),
        ("", Direction.RTL, ""),
    ],
)
def test_brackets_go_with_what_they_enclose(text: str, base: Direction, levels: str) -> None:
    """Worked out by hand from the rules."""
    assert embedding_levels(text, base) == levels


def test_marks_after_a_bracket_turn_with_it_however_many() -> None:
    """Rule N0 says any number of marks."""
    assert embedding_levels("ل{؛}\u0651\u0651", Direction.LTR) == "111111"


def test_every_bracket_of_the_typeface_is_known() -> None:
    """A bracket that the typeface has and the algorithm does not know would be set the wrong way round."""
    from fontTools.ttLib import TTFont
    from fpdf.bidi import BIDI_BRACKETS

    from forms_service.render import bidirectional

    printable = {chr(code) for code in TTFont(REGULAR).getBestCmap()}
    assert {one for one in BIDI_BRACKETS if one in printable} <= set(bidirectional._BRACKETS)
    for opening, closing in bidirectional._CLOSING.items():
        assert BIDI_BRACKETS[opening]["pair"] == closing


@settings(max_examples=200, deadline=None)
@given(LINES, DIRECTIONS)
def test_runs_of_a_line_are_the_line(text: str, base: Direction) -> None:
    """The short cut for lines of one direction and the whole algorithm both lose nothing."""
    runs = levelled_runs(text, base)
    assert "".join(words for words, *_ in runs) == text
    assert all((level % 2 == 1) == (direction is Direction.RTL) for _, direction, level in runs)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ابتلصم ()،؛-.:«»/!\u064e\u0651", min_size=1, max_size=20))
def test_the_short_cut_for_arabic_agrees_with_the_algorithm(text: str) -> None:
    """One run from the right is what the algorithm finds, character by character."""
    assert set(embedding_levels(text, Direction.RTL)) == {"1"}
    assert levelled_runs(text, Direction.RTL) == [(text, Direction.RTL, 1)]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abÉç 12()-.:«»/!+%€'\u0301", min_size=1, max_size=20))
def test_the_short_cut_for_latin_agrees_with_the_algorithm(text: str) -> None:
    """One run from the left; numbers in it stand on an even level and so run the same way."""
    assert all(int(level) % 2 == 0 for level in embedding_levels(text, Direction.LTR))
    assert levelled_runs(text, Direction.LTR) == [(text, Direction.LTR, 0)]
