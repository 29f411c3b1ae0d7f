"""Conditions on fonts: embedded, exact in width, and every shown character known."""

from __future__ import annotations

import io
from collections.abc import Iterator

from examined_paper import Paper, to_unicode
from fontTools.ttLib import TTFont
from matterhorn import condition
from pikepdf import Dictionary, Name

_widths: dict[bytes, list[float]] = {}


@condition("10-001", "31-027", "31-028", "31-029")
def unicode_mapping(paper: Paper) -> Iterator[str]:
    """Shown characters that map to no letter, to zero or to a mark of byte order."""
    for one in paper.stretches:
        if one.font is None or one.font.get("/Subtype") != Name.Type0:
            continue
        mapping = to_unicode(one.font)
        for start in range(0, len(one.codes), 2):
            code = int.from_bytes(one.codes[start : start + 2], "big")
            letters = mapping.get(code)
            if letters is None or any(letter in "\0\ufeff\ufffe" for letter in letters):
                yield f"page {one.page + 1}: glyph {code} of {one.font.BaseFont} means {letters!r}"


@condition("31-001", "31-002", "31-003", "31-004", "31-005", "31-006", "31-007", "31-008")
def composite_fonts(paper: Paper) -> Iterator[str]:
    """Composite fonts whose codes do not lead to glyphs for sure."""
    for font in paper.fonts.values():
        if font.Subtype != Name.Type0:
            continue
        if font.Encoding != Name("/Identity-H"):
            yield f"{font.BaseFont}: encoding {font.Encoding}"
        if font.DescendantFonts[0].get("/CIDToGIDMap") != Name.Identity:
            yield f"{font.BaseFont}: no CIDToGIDMap"


@condition("31-009", "31-011", "31-016", "31-030")
def embedded_glyphs(paper: Paper) -> Iterator[str]:
    """Fonts that are not embedded, and shown glyphs that they lack or have in another width."""
    for font in paper.fonts.values():
        descriptor = _descriptor(font)
        if "/FontFile2" not in descriptor:
            yield f"{font.BaseFont} is not embedded"
    for one in paper.stretches:
        if one.font is None or one.font.Subtype != Name.Type0 or "/FontFile2" not in _descriptor(one.font):
            continue
        widths = _true_widths(_descriptor(one.font))
        stated = list(one.font.DescendantFonts[0].W[1])
        for start in range(0, len(one.codes), 2):
            code = int.from_bytes(one.codes[start : start + 2], "big")
            if code == 0 or code >= len(widths):
                yield f"page {one.page + 1}: glyph {code} is not in {one.font.BaseFont}"
            elif abs(float(stated[code]) - widths[code]) > 1:
                yield f"page {one.page + 1}: glyph {code} is {widths[code]} wide, not {stated[code]}"


def _descriptor(font: Dictionary) -> Dictionary:
    return font.DescendantFonts[0].FontDescriptor if font.Subtype == Name.Type0 else font.FontDescriptor


def _true_widths(descriptor: Dictionary) -> list[float]:
    data = descriptor.FontFile2.read_bytes()
    if data not in _widths:
        font = TTFont(io.BytesIO(data))
        scale = 1000 / font["head"].unitsPerEm
        _widths[data] = [font["hmtx"][name][0] * scale for name in font.getGlyphOrder()]
    return _widths[data]


@condition("31-017", "31-018", "31-019", "31-020", "31-021", "31-024", "31-025")
def simple_fonts(paper: Paper) -> Iterator[str]:
    """Simple TrueType fonts whose codes do not lead to glyphs for sure."""
    for font in paper.fonts.values():
        if font.Subtype != Name.TrueType:
            continue
        is_symbolic = bool(int(font.FontDescriptor.Flags) & 4)
        has_encoding = font.get("/Encoding") in (Name.WinAnsiEncoding, Name.MacRomanEncoding)
        if is_symbolic and "/Encoding" in font:
            yield f"{font.BaseFont} is symbolic and has an encoding"
        if not is_symbolic and not has_encoding:
            yield f"{font.BaseFont} has encoding {font.get('/Encoding')}"
        cmaps = TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes()))["cmap"].tables
        if not is_symbolic and not any((one.platformID, one.platEncID) in ((3, 1), (1, 0)) for one in cmaps):
            yield f"{font.BaseFont} has no table of characters"
