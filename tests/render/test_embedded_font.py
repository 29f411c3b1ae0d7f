"""The typeface inside a PDF: smaller than the file it comes from, and the same letters."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from core.localized_text import Direction
from forms_service.render.embedded_font import font_program
from forms_service.render.font_file import glyphs_shown, with_only
from forms_service.render.typography import BOLD, REGULAR, shape

WEIGHTS = pytest.mark.parametrize("bold", [False, True])


def source(bold: bool) -> TTFont:
    return TTFont(BOLD if bold else REGULAR)


def embedded(bold: bool) -> bytes:
    return zlib.decompress(font_program(bold=bold).compressed)


def outlines(font: TTFont) -> list[list[object]]:
    glyphs = font.getGlyphSet()
    drawn = []
    for name in font.getGlyphOrder():
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        drawn.append(pen.value)
    return drawn


@WEIGHTS
def test_viewers_draw_the_same_outlines(bold: bool) -> None:
    """Glyph by glyph, by number, as pages name them."""
    inside = TTFont(io.BytesIO(embedded(bold)), checkChecksums=2)
    assert outlines(inside) == outlines(source(bold))
    assert inside.getBestCmap().keys() == source(bold).getBestCmap().keys()


@WEIGHTS
def test_the_embedded_file_adds_up(bold: bool) -> None:
    """The checksum of a whole font is one number for all fonts; strict readers look."""
    data = embedded(bold)
    assert len(data) == len(font_program(bold=bold).file) and len(data) % 4 == 0
    assert sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF == 0xB1B0AFBA


@WEIGHTS
def test_what_pdf_says_of_the_font_is_what_the_font_says(bold: bool) -> None:
    """Advances, those of the Latin alphabet, heights and bounds."""
    program, font = font_program(bold=bold), source(bold)
    names, metrics, characters = font.getGlyphOrder(), font["hmtx"].metrics, font.getBestCmap()
    assert font["head"].unitsPerEm == 1000
    assert program.widths == tuple(metrics[name][0] for name in names)
    for code, width in enumerate(program.winansi_widths, start=32):
        point = ord(bytes([code]).decode("cp1252", "replace"))
        assert width == (metrics[characters[point]][0] if point in characters else 0)
    head = font["head"]
    assert program.bounds == (head.xMin, head.yMin, head.xMax, head.yMax)
    assert (program.ascent, program.descent) == (font["hhea"].ascent, font["hhea"].descent)
    assert program.cap_height == font["OS/2"].sCapHeight


@WEIGHTS
@pytest.mark.parametrize("text", ["لإنجاز الأعمال في الآجال", "مُحَمَدٌ", "الاسم (أو اللقب)", "Élève à 5 €"])
def test_every_glyph_of_a_word_is_copied_as_its_letter(bold: bool, text: str) -> None:
    """Joined forms too: what is copied from the page is what was typed."""
    base = Direction.RTL if text[0] >= "\u0600" else Direction.LTR
    letters = font_program(bold=bold).unicode
    mirrored = str.maketrans("()", ")(") if base is Direction.RTL else {}
    for glyph in shape(text, base, 10, bold).glyphs:
        assert letters[glyph.gid].translate(mirrored) == glyph.text


@WEIGHTS
def test_a_part_of_a_font_keeps_what_is_shown_and_what_that_is_made_of(bold: bool) -> None:
    font = source(bold)
    composites = [gid for gid, name in enumerate(font.getGlyphOrder()) if font["glyf"][name].isComposite()]
    wanted = {*composites[:5], 36, 300, 700}
    part = with_only(font_program(bold=bold).file, wanted)
    inside = TTFont(io.BytesIO(part), checkChecksums=2)
    drawn, whole = outlines(inside), outlines(font)
    assert all(drawn[gid] == whole[gid] for gid in wanted)
    assert sum(bool(outline) for outline in drawn) < len(wanted) * 4
    assert len(part) < len(font_program(bold=bold).file) / 3
    assert inside["hmtx"].metrics == {name: font["hmtx"].metrics[name] for name in inside.getGlyphOrder()}


def test_glyphs_are_counted_by_the_font_they_are_shown_in() -> None:
    content = "/P <</ActualText <FEFF0041>>> BDC BT /FormsB 9 Tf [<00010002>-20<0003>] TJ ET\n/FormsR 10.5 Tf <0009> Tj"
    assert glyphs_shown(content, ("FormsB", "FormsBA")) == {1, 2, 3}
    assert glyphs_shown(content, ("FormsR",)) == {9}
